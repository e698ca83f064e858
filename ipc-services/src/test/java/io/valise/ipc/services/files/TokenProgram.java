package io.valise.ipc.services.files;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.testkit.process.CommandLoop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An application of publisher acme: started with its name, it makes, serves and redeems durable tokens on command. */
final class TokenProgram implements CommandLoop.Commands {
    private final SharedFiles files;
    private @Nullable SharedFile begun;

    private TokenProgram(AppIdentity identity) {
        this.files = SharedFiles.durable(identity);
    }

    public static void main(String[] arguments) {
        CommandLoop.run(new TokenProgram(AppIdentity.open("acme", arguments[0])));
    }

    @Override
    public String run(String command, List<String> arguments) throws Exception {
        return switch (command) {
            case "add" -> files.add(Path.of(arguments.get(0)));
            case "serve" -> serve(arguments.get(0));
            case "redeem" -> redeem(arguments);
            case "atOnce" -> {
                CommandLoop.say("ready");
                yield redeem(arguments);
            }
            case "copy" -> copy(arguments);
            case "begin" -> begin(arguments.get(0));
            case "copyAll" -> {
                CommandLoop.say("ready");
                yield copyAll(Path.of(arguments.get(0)), Path.of(arguments.get(1)));
            }
            default -> throw new IllegalArgumentException("no command: actual=" + command);
        };
    }

    private String serve(String address) {
        return files.addTo(IpcServer.builder(address)).start().endpoints().toString();
    }

    /** Begins to read and never goes on. */
    private String begin(String token) throws IOException {
        begun = SharedFiles.redeem(token);
        return String.valueOf(begun.read(ByteBuffer.allocate(1000)));
    }

    /** By a token alone, or over a connection to an address. How many bytes there were, or why there are none. */
    private static String redeem(List<String> arguments) throws IOException {
        try (SharedFile file = arguments.size() == 1
                ? SharedFiles.redeem(arguments.get(0))
                : SharedFiles.redeem(IpcClient.connect(arguments.get(1)), arguments.get(0))) {
            return String.valueOf(file.readAll().length);
        } catch (IpcException e) {
            return e.status().name();
        }
    }

    /** By a token, over a connection to an address, to a new file. */
    private static String copy(List<String> arguments) throws IOException {
        try (SharedFile file = SharedFiles.redeem(IpcClient.connect(arguments.get(1)), arguments.get(0))) {
            file.copyTo(Path.of(arguments.get(2)));
            return String.valueOf(file.size());
        }
    }

    /** The file of each token in a list, into a folder: so each file there is one that this process has whole. */
    private static String copyAll(Path list, Path into) throws IOException {
        int refused = 0;
        for (String token : Files.readAllLines(list)) {
            try (SharedFile file = SharedFiles.redeem(token)) {
                file.copyTo(into.resolve(token));
            } catch (IpcException spentOrTaken) {
                refused++;
            }
        }
        return "refused=" + refused;
    }
}
