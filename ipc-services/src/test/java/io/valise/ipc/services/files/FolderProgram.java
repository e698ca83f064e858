package io.valise.ipc.services.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.testkit.process.CommandLoop;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** An application: started with its publisher and its name, it uses the folder {@code fonts} on command. */
final class FolderProgram implements CommandLoop.Commands {
    private final PublisherFolder folder;

    private FolderProgram(AppIdentity identity) {
        this.folder = PublisherFolder.open(identity, "fonts");
    }

    public static void main(String[] arguments) {
        CommandLoop.run(new FolderProgram(AppIdentity.open(arguments[0], arguments[1])));
    }

    @Override
    public String run(String command, List<String> arguments) throws IOException {
        return switch (command) {
            case "list" -> folder.list().toString();
            case "read" ->
                folder.read(arguments.get(0))
                        .map(bytes -> new String(bytes, UTF_8))
                        .orElse("nothing");
            case "clear" -> {
                folder.clear();
                yield "cleared";
            }
            case "hang" -> hang(arguments.get(0));
            case "fight" -> fight(arguments.get(0), Integer.parseInt(arguments.get(1)));
            default -> throw new IllegalArgumentException("no command: actual=" + command);
        };
    }

    /** Writes half a file, and waits for ever. */
    private String hang(String name) throws IOException {
        folder.write(name, new InputStream() {
            private boolean half;

            @Override
            public int read() {
                throw new UnsupportedOperationException("one byte");
            }

            @Override
            public int read(byte[] bytes, int from, int most) throws IOException {
                if (half) {
                    CommandLoop.say("half");
                    waitForEver();
                }
                half = true;
                Arrays.fill(bytes, from, from + most, (byte) 'h');
                return most;
            }
        });
        return "written";
    }

    private static void waitForEver() throws IOException {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            throw new InterruptedIOException(e.toString());
        }
    }

    /** Writes one file over and over, all of it the same letter. */
    private String fight(String letter, int times) throws IOException {
        CommandLoop.say("fighting");
        for (int i = 0; i < times; i++) {
            folder.write("contended", letter.repeat(1 + i % 5000).getBytes(UTF_8));
        }
        return "done";
    }
}
