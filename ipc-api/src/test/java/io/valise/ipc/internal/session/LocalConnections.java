package io.valise.ipc.internal.session;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** A server and clients in this process, closed after the test. */
abstract class LocalConnections {
    static final ValueSet HI = ValueSet.of("say", "hi");

    final List<AutoCloseable> open = new ArrayList<>();

    IpcConnection connect(IpcServer.Builder server) {
        return connect(server, IpcClient.builder("local:handlers"));
    }

    IpcConnection connect(IpcServer.Builder server, IpcClient.Builder client) {
        open.add(server.service("echo", request -> request.message()).start());
        IpcConnection connection = client.connect();
        open.add(connection);
        return connection;
    }

    static IpcServer.Builder server() {
        return IpcServer.builder("local:handlers");
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    static IpcException failure(Runnable call) {
        return catchThrowableOfType(IpcException.class, call::run);
    }
}
