package io.valise.ipc.spring;

import io.valise.ipc.CloseReason;
import io.valise.ipc.ConnectionState;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;

/**
 * The health of an application's servers and clients, for both versions of Spring Boot, whose types have nothing in common. Asking
 * for it connects no client. Thread-safe.
 */
final class IpcHealth {
    private static final String STATE = "state";
    private static final String ENDPOINT = "endpoint";

    private final ListableBeanFactory beans;
    private final IpcConnections connections;

    IpcHealth(ListableBeanFactory beans, IpcConnections connections) {
        this.beans = beans;
        this.connections = connections;
    }

    /**
     * Of the application, or of one server or client.
     *
     * @param isUp whether servers run, and no client has lost its server or found none
     */
    record Report(boolean isUp, Map<String, Object> details) {}

    /** What is known now: of the servers by the names of their beans, of the clients by their own. */
    Report report() {
        Map<String, Report> servers = new TreeMap<>();
        beans.getBeansOfType(IpcServerLifecycle.class, false, false)
                .forEach((name, server) -> servers.put(name, ofServer(server.running())));
        Map<String, Report> clients = new TreeMap<>();
        connections.watched().forEach((name, client) -> clients.put(name, ofClient(client)));
        return new Report(
                isUp(servers) && isUp(clients), Map.of("servers", details(servers), "clients", details(clients)));
    }

    private static boolean isUp(Map<String, Report> parts) {
        return parts.values().stream().allMatch(Report::isUp);
    }

    private static Map<String, Object> details(Map<String, Report> parts) {
        Map<String, Object> details = new TreeMap<>();
        parts.forEach((name, part) -> details.put(name, part.details()));
        return details;
    }

    private static Report ofServer(@Nullable IpcServer running) {
        if (running == null) {
            return new Report(false, Map.of(STATE, "STOPPED"));
        }
        return new Report(
                true,
                Map.of(
                        STATE,
                        "STARTED",
                        "endpoints",
                        running.endpoints().stream().map(Endpoint::toString).toList()));
    }

    private static Report ofClient(IpcConnections.Known client) {
        RuntimeException failure = client.failure();
        if (failure != null) {
            return new Report(false, Map.of(STATE, "FAILED", "failure", failure.toString()));
        }
        IpcConnection connection = client.connection();
        if (connection == null) {
            return new Report(true, Map.of(STATE, "UNUSED"));
        }
        ConnectionState state = connection.state();
        boolean isUp = switch (state) {
            case CONNECTED -> true;
            case RECONNECTING -> false;
            case CLOSED -> isClosedHere(connection);
        };
        return new Report(
                isUp,
                Map.of(STATE, state.name(), ENDPOINT, connection.endpoint().toString()));
    }

    /** Whether the application has closed it, so that nothing is wrong. */
    private static boolean isClosedHere(IpcConnection connection) {
        CompletableFuture<CloseReason> closed = connection.closed().toCompletableFuture();
        if (!closed.isDone()) {
            return true; // it is being closed
        }
        CloseReason reason = closed.join();
        return reason.status() == IpcStatus.CONNECTION_CLOSED && !reason.byPeer();
    }
}
