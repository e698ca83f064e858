package io.valise.ipc.internal.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

/** A server that ends when no client uses it, and a client that would start it. */
class UnusedServerTest {
    private static final int ROUNDS = 300;

    @Test
    void closesOnlyWhenNoClientIsConnected() {
        try (IpcServer server = IpcServer.builder("local:unused").start()) {
            try (IpcConnection client = IpcClient.connect("local:unused")) {
                assertThat(server.closeIfUnused()).isFalse();
                assertThat(client.request("valise.ping", ValueSet.empty())).isEqualTo(ValueSet.empty());
            }
            while (!server.connections().isEmpty()) {
                Thread.onSpinWait();
            }
            assertThat(server.closeIfUnused()).isTrue();
            assertThatThrownBy(() -> IpcClient.connect("local:unused"))
                    .isInstanceOfSatisfying(
                            IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.ENDPOINT_NOT_FOUND));
        }
    }

    @Test
    void neverTakesAwayAConnectionThatAClientGot() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            IpcServer server = IpcServer.builder("local:closing" + round).start();
            String address = server.endpoints().get(0).toString();
            CompletableFuture<String> client = CompletableFuture.supplyAsync(() -> connectAndCall(address));
            while (!server.closeIfUnused()) {
                Thread.onSpinWait();
            }
            assertThat(client.get()).isIn("refused", "answered");
        }
    }

    private static String connectAndCall(String address) {
        IpcConnection connection;
        try {
            connection = IpcClient.connect(address);
        } catch (IpcException e) {
            return "refused";
        }
        try (connection) {
            connection.request("valise.ping", ValueSet.empty());
            return "answered";
        }
    }

    @Test
    void tellsEveryListenerInTheirOrder() throws Exception {
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        try (IpcServer server = IpcServer.builder("local:listened")
                .onConnect(connection -> told.add("first in"))
                .onConnect(connection -> told.add("second in"))
                .onDisconnect((connection, reason) -> told.add("first out"))
                .onDisconnect((connection, reason) -> told.add("second out"))
                .start()) {
            IpcClient.connect(server.endpoints().get(0).toString()).close();
            for (String expected : List.of("first in", "second in", "first out", "second out")) {
                assertThat(told.take()).isEqualTo(expected);
            }
        }
    }

    @Test
    void withoutAStarterNothingCanBeStarted() {
        assertThatThrownBy(() ->
                        IpcClient.builder("local:absent").startIfAbsent(true).connect())
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.UNSUPPORTED))
                .hasMessageContaining("found none; add ipc-services to the class path");
    }
}
