package io.valise.ipc.installed;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import io.valise.ipc.runtime.IpcRuntime;
import io.valise.ipc.runtime.IpcRuntime.Option;
import io.valise.ipc.runtime.VersionRange;
import io.valise.ipc.testkit.process.CommandLoop;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A program that has {@code ipc-api} alone. */
final class InstalledProgram {
    private static final Deque<IpcRuntime> OPEN = new ArrayDeque<>();
    private static @Nullable IpcServer server;

    private InstalledProgram() {}

    public static void main(String[] arguments) {
        CommandLoop.run(InstalledProgram::run);
    }

    private static String run(String command, List<String> words) {
        return switch (command) {
            case "initialize" -> initialize(words.get(0));
            case "try" -> attempt(words.get(0), words.subList(1, words.size()));
            case "shutdown" -> {
                OPEN.removeLast().close();
                yield OPEN.size() + " left";
            }
            case "serve" -> serve(words.get(0));
            case "stop" -> stop();
            case "call" -> call(words.get(0));
            case "loader" -> loader();
            case "gc" -> {
                System.gc();
                yield "collected";
            }
            default -> throw new IllegalArgumentException("command: " + command);
        };
    }

    private static String initialize(String range) {
        IpcRuntime runtime = IpcRuntime.initialize(VersionRange.parse(range), Set.of());
        OPEN.addLast(runtime);
        return runtime.version().orElseThrow() + ": "
                + runtime.findings().transports().stream()
                        .map(part -> part.name() + " " + part.version().orElseThrow())
                        .collect(Collectors.joining(", "))
                + "; "
                + runtime.findings().services().orElseThrow().name();
    }

    private static String attempt(String range, List<String> options) {
        Set<Option> asked = EnumSet.noneOf(Option.class);
        options.forEach(option -> asked.add(Option.valueOf(option)));
        return IpcRuntime.tryInitialize(VersionRange.parse(range), asked).toString();
    }

    private static String serve(String address) {
        server = IpcServer.builder(address)
                .service(
                        "double",
                        request -> ValueSet.of("n", 2 * request.message().getInt("n")))
                .start();
        return server.endpoints().stream().map(Endpoint::toString).collect(Collectors.joining(" "));
    }

    private static String stop() {
        IpcServer running = server;
        if (running != null) {
            running.close();
        }
        server = null;
        return "stopped";
    }

    private static String call(String address) {
        try (IpcConnection connection = IpcClient.connect(address)) {
            return connection.request("double", ValueSet.of("n", 21)).toString();
        }
    }

    /** Whether a class of a transport can be loaded by the program itself. */
    private static String loader() {
        try {
            return Class.forName("io.valise.ipc.pipes.PipeTransport").getName();
        } catch (ClassNotFoundException e) {
            return "not there";
        }
    }
}
