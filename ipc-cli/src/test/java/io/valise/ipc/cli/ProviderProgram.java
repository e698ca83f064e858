package io.valise.ipc.cli;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import io.valise.ipc.runtime.IpcRuntime;
import io.valise.ipc.runtime.VersionRange;
import io.valise.ipc.services.catalog.ServerStatus;
import io.valise.ipc.services.catalog.ServiceCatalog;
import io.valise.ipc.services.hosting.AppServiceHost;
import io.valise.ipc.testkit.process.CommandLoop;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** A process that uses what looks for providers, on a class path on which something is wrong with them. */
final class ProviderProgram {
    private ProviderProgram() {}

    public static void main(String[] arguments) {
        CommandLoop.run(ProviderProgram::run);
    }

    private static String run(String command, List<String> arguments) {
        return switch (command) {
            case "serve" -> names(IpcServer.builder(arguments.get(0)).start());
            case "host" -> host(arguments.get(0));
            case "catalog" ->
                ServiceCatalog.ofThisUser().waiting(Duration.ofSeconds(20)).list().stream()
                        .map(ServerStatus::toString)
                        .collect(Collectors.joining(" "));
            case "initialize" ->
                IpcRuntime.tryInitialize(VersionRange.any(), Set.of()).message();
            default -> throw new IllegalArgumentException("command: " + command);
        };
    }

    private static String names(IpcServer server) {
        return server.endpoints().stream().map(Endpoint::toString).collect(Collectors.joining(" "));
    }

    private static String host(String name) {
        try (AppServiceHost host = AppServiceHost.inThisProcess(
                name, server -> server.service("price", request -> ValueSet.of("bid", 1.5)))) {
            return host.endpoints().toString();
        }
    }
}
