package io.valise.ipc.docs;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import io.valise.ipc.runtime.IpcRuntime;
import io.valise.ipc.runtime.VersionRange;
import io.valise.ipc.testkit.process.CommandLoop;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** A process whose library is packaged in some way, and that does what programs do with it. */
final class PackagedProgram {
    private PackagedProgram() {}

    public static void main(String[] arguments) {
        CommandLoop.run(PackagedProgram::run);
    }

    static String run(String command, List<String> arguments) {
        return switch (command) {
            case "initialize" -> initialize(arguments.get(0));
            case "serve" -> serve(IpcServer.builder(arguments.get(0)));
            case "call" -> call(arguments.get(0));
            default -> throw new IllegalArgumentException("command: " + command);
        };
    }

    /** Each part that was found, with its version. */
    private static String initialize(String range) {
        try (IpcRuntime runtime = IpcRuntime.initialize(VersionRange.parse(range), Set.of())) {
            return runtime.version().orElseThrow() + ": "
                    + runtime.findings().transports().stream()
                            .map(part -> part.name() + " " + part.version().orElseThrow())
                            .collect(Collectors.joining(", "));
        }
    }

    /** Serves until this process ends. */
    @SuppressWarnings("resource") // ends with the process
    static String serve(IpcServer.Builder builder) {
        return builder
                .service(
                        "double",
                        request -> ValueSet.of("n", 2 * request.message().getInt("n")))
                .start()
                .endpoints()
                .stream()
                .map(Endpoint::toString)
                .collect(Collectors.joining(" "));
    }

    private static String call(String address) {
        try (IpcConnection connection = IpcClient.connect(address)) {
            return connection.request("double", ValueSet.of("n", 21)).toString();
        }
    }
}
