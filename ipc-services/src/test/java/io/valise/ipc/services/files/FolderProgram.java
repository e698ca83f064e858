package io.valise.ipc.services.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.testkit.process.CommandLoop;
import java.io.IOException;
import java.util.List;

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
            case "fight" -> fight(arguments.get(0), Integer.parseInt(arguments.get(1)));
            default -> throw new IllegalArgumentException("no command: actual=" + command);
        };
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
