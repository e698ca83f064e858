package io.valise.ipc.services.files;

import io.valise.ipc.IpcServer;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.testkit.process.CommandLoop;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.util.List;

/** The application acme/editor: it tells its callers how long files are that the user allows it, and makes durable tokens. */
final class ConsentProgram implements CommandLoop.Commands {
    private final FileAccessPolicy policy;
    private final SharedFiles files;

    private ConsentProgram(AppIdentity editor) {
        this.policy = FileAccessManifest.policy(editor);
        this.files = SharedFiles.durable(editor, policy);
    }

    public static void main(String[] arguments) {
        CommandLoop.run(new ConsentProgram(AppIdentity.open("acme", "editor")));
    }

    @Override
    public String run(String command, List<String> arguments) throws IOException {
        return switch (command) {
            case "serve" ->
                files.addTo(IpcServer.builder(arguments.get(0)))
                        .service("size", this::size)
                        .start()
                        .endpoints()
                        .toString();
            case "add" -> files.add(Path.of(arguments.get(0)));
            default -> throw new IllegalArgumentException("no command: actual=" + command);
        };
    }

    private ValueSet size(Request request) throws IOException {
        try (SeekableByteChannel file = policy.open(Path.of(request.message().getString("path")))) {
            return ValueSet.of("size", file.size());
        }
    }
}
