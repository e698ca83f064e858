package io.valise.ipc.services.catalog;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import java.time.Duration;
import java.util.Optional;

/**
 * A connection to ask one server by. Immutable.
 *
 * @param endpoint the server's address
 * @param connection empty when there is none
 * @param problem why there is none
 */
record Probe(Endpoint endpoint, Optional<IpcConnection> connection, String problem) {
    static Probe connect(Endpoint endpoint, Duration timeout) {
        try {
            IpcConnection connection = IpcClient.builder(endpoint)
                    .connectTimeout(timeout)
                    .requestTimeout(timeout)
                    .connect();
            return new Probe(endpoint, Optional.of(connection), "");
        } catch (RuntimeException e) {
            return new Probe(endpoint, Optional.empty(), problem(e));
        }
    }

    ServerStatus ask(ValueSet question) {
        return connection.map(server -> ask(server, question)).orElseGet(() -> ServerStatus.silent(endpoint, problem));
    }

    private ServerStatus ask(IpcConnection server, ValueSet question) {
        try {
            return ServerStatus.of(endpoint, server.request("valise.info", question));
        } catch (RuntimeException e) {
            return ServerStatus.silent(endpoint, problem(e));
        }
    }

    /**
     * The status where the failure has one; any other failure of one server is reported as it is, and the list goes on.
     */
    private static String problem(RuntimeException failure) {
        return failure instanceof IpcException known ? known.status().toString() : failure.toString();
    }

    boolean close() {
        connection.ifPresent(IpcConnection::close);
        return connection.isPresent();
    }
}
