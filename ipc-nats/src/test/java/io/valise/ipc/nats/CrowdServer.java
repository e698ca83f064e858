package io.valise.ipc.nats;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.process.CommandLoop;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.session.SeenRequests;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A server for many connections, in a process of its own: {@code note} notes a numbered call, {@code never} never answers. */
final class CrowdServer implements CommandLoop.Commands {
    static final String ADDRESS = "nats:crowd";

    private final SeenRequests seen = new SeenRequests();
    private final CrowdEnd end = new CrowdEnd();
    private final IpcServer server = IpcServer.builder(ADDRESS)
            .access(AccessPolicy.anyone())
            .onConnect(end::watch)
            .onEvent("tick", event -> end.heard())
            .service("note", seen::note)
            .asyncService("never", request -> new CompletableFuture<>())
            .start();

    private CrowdServer() {}

    static ForkedJvm start(NatsServer broker) {
        ForkedJvm process =
                ForkedJvm.start(List.of("-D" + NatsOptions.URL_PROPERTY + "=" + broker.url()), CrowdServer.class);
        process.ask("seen");
        return process;
    }

    public static void main(String[] arguments) {
        CommandLoop.run(new CrowdServer());
    }

    @Override
    public @Nullable String run(String command, List<String> arguments) throws Exception {
        return switch (command) {
            case "seen" -> seen.text();
            case "connections" -> Integer.toString(server.connections().size());
            case "tick" -> {
                server.broadcast("tick", ValueSet.empty());
                yield null;
            }
            default -> end.run(command, arguments);
        };
    }
}
