package io.valise.ipc.services.catalog;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.spi.FoundServer;
import io.valise.ipc.spi.Transport;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * A connection to ask one server by. Immutable.
 *
 * @param endpoint the server's address
 * @param connection empty when there is none
 * @param problem why there is none
 */
record Probe(Endpoint endpoint, Optional<IpcConnection> connection, String problem) {
    static Probe connect(FoundServer server, Duration timeout, Optional<AppIdentity> asker) {
        Endpoint endpoint = server.endpoint();
        try {
            IpcClient.Builder client = IpcClient.builder(endpoint).connectTimeout(timeout);
            asker.ifPresent(client::identity);
            IpcConnection connection = server.transport().reach() == Transport.Reach.NETWORK
                    ? client.transport(server.transport()).connect() // with this one of those that share the name
                    : client.connect();
            return new Probe(endpoint, Optional.of(connection), "");
        } catch (RuntimeException e) {
            return failed(endpoint, e);
        }
    }

    static Probe failed(Endpoint endpoint, Throwable failure) {
        return new Probe(endpoint, Optional.empty(), problem(failure));
    }

    /** Asks; the future does not fail, as a server's answer does not. */
    CompletableFuture<ServerStatus> ask(ValueSet question, Duration timeout) {
        if (connection.isEmpty()) {
            return CompletableFuture.completedFuture(ServerStatus.silent(endpoint, problem));
        }
        IpcConnection server = connection.orElseThrow();
        try {
            return server.call("valise.info")
                    .timeout(timeout)
                    .requestAsync(question)
                    .handle((answer, failure) -> failure == null ? answered(server, answer) : silent(server, failure));
        } catch (RuntimeException e) {
            return CompletableFuture.completedFuture(silent(server, e));
        }
    }

    private ServerStatus answered(IpcConnection server, ValueSet answer) {
        try {
            ValueSet host = host(server);
            return ServerStatus.of(
                    endpoint,
                    answer.find("host").isPresent()
                            ? answer
                            : answer.toBuilder().putAll(host).build());
        } catch (RuntimeException e) {
            return silent(server, e);
        }
    }

    private ServerStatus silent(IpcConnection server, Throwable failure) {
        return ServerStatus.silent(endpoint, host(server), problem(failure));
    }

    /** What a server says when it greets a client that may be on another machine. */
    private static ValueSet host(IpcConnection server) {
        return server.peer().host().map(name -> ValueSet.of("host", name)).orElse(ValueSet.empty());
    }

    /**
     * The status where the failure has one; any other failure of one server is reported as it is, and the list goes on.
     */
    static String problem(Throwable failure) {
        Throwable why = causeOf(failure);
        return why instanceof IpcException known ? known.status().toString() : why.toString();
    }

    /** What a stage failed with, without what wraps it for the stages behind. */
    static Throwable causeOf(Throwable failure) {
        @Nullable Throwable cause = failure instanceof CompletionException ? failure.getCause() : null;
        return cause == null ? failure : cause;
    }

    void close() {
        connection.ifPresent(IpcConnection::close);
    }
}
