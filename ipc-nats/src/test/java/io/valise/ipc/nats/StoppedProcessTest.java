package io.valise.ipc.nats;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.CloseReason;
import io.valise.ipc.ConnectionState;
import io.valise.ipc.Delivery;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ReconnectPolicy;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.rule.InFullRun;
import io.valise.ipc.testlog.Logs;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

/** Servers, clients and brokers that are stopped (SIGSTOP) and go on (SIGCONT), for a while or for longer than is waited for. */
@NeedsNats
class StoppedProcessTest {
    private static final ValueSet EMPTY = ValueSet.empty();

    @Test
    void callsToAServerThatIsStoppedTimeOutAndItMissesNothing() {
        try (NatsServer broker = NatsServer.open();
                ForkedJvm server = NotingServer.start(broker.url(), "only")) {
            Outage.forAWhile(broker.transport(), server, server::freeze, server::thaw);
        }
    }

    @Test
    void callsByABrokerThatIsStoppedTimeOutAndItLosesNothing() {
        try (NatsServer broker = NatsServer.open();
                ForkedJvm server = NotingServer.start(broker.url(), "only")) {
            Outage.forAWhile(broker.transport(), server, broker::freeze, broker::thaw);
        }
    }

    @Test
    void serverThatIsStoppedTooLongIsGivenUpAndServesAgain() {
        try (NatsServer broker = NatsServer.open();
                ForkedJvm server = NotingServer.start(broker.url(), "only")) {
            Outage.tooLong(Outage.impatient(broker.url()), server, server::freeze, server::thaw);
        }
    }

    @Test
    void brokerThatIsStoppedTooLongEndsConnectionsAndCarriesNewOnes() {
        try (NatsServer broker = NatsServer.open();
                ForkedJvm server = NotingServer.start(broker.url(), "only")) {
            Outage.tooLong(Outage.impatient(broker.url()), server, broker::freeze, broker::thaw);
        }
    }

    private static IpcServer.Builder server(NatsTransport transport, BlockingQueue<CloseReason> ended) {
        return IpcServer.builder(NotingServer.ADDRESS)
                .transport(transport)
                .access(AccessPolicy.anyone())
                .requestTimeout(Outage.LONG)
                .service("note", Request::message)
                .onDisconnect((connection, reason) -> ended.add(reason));
    }

    private static void connected(ForkedJvm client) {
        assertThat(client.hear()).isEqualTo(ConnectionState.CONNECTED.toString());
        assertThat(client.ask("call", 1)).isEqualTo("1");
    }

    @Test
    void clientThatIsStoppedForAWhileIsWaitedFor() throws Exception {
        BlockingQueue<CloseReason> ended = new LinkedBlockingQueue<>();
        try (NatsServer broker = NatsServer.open();
                IpcServer server = server(broker.transport(), ended).start();
                ForkedJvm client = CallingClient.start(broker)) {
            connected(client);
            IpcConnection back = server.connections().get(0);
            client.freeze();
            assertThat(Outage.timesOut(() -> back.request("held", EMPTY, Outage.SHORT)))
                    .isEqualTo(Delivery.UNKNOWN);
            client.thaw();
            assertThat(client.ask("call", 2)).isEqualTo("2");
            assertThat(back.isOpen()).isTrue();
            assertThat(ended).isEmpty();
        }
    }

    @Test
    @InFullRun("the stopped server shows it too")
    void clientThatIsStoppedTooLongIsGivenUpAndConnectsAgain() throws Exception {
        BlockingQueue<CloseReason> ended = new LinkedBlockingQueue<>();
        try (NatsServer broker = NatsServer.open();
                IpcServer server = server(Outage.impatient(broker.url()), ended).start();
                ForkedJvm client = CallingClient.start(broker)) {
            connected(client);
            CompletableFuture<ValueSet> held = server.connections().get(0).requestAsync("held", EMPTY);
            assertThat(client.hear()).isEqualTo("held");
            client.freeze();
            Outage.died(held);
            assertThat(ended.take().status()).isEqualTo(IpcStatus.PEER_DIED);
            assertThat(server.connections()).isEmpty();
            client.thaw();
            assertThat(client.hear()).isEqualTo(ConnectionState.RECONNECTING.toString());
            connected(client);
            assertThat(server.connections()).hasSize(1);
        }
    }

    @Test
    @InFullRun("a broker is given up after 18 s")
    @Logs("is not served until there is a NATS broker")
    void brokerThatDoesNotAnswerIsGivenUp() throws Exception {
        BlockingQueue<CloseReason> ended = new LinkedBlockingQueue<>();
        NatsOptions patient; // so that it is the broker that is given up first
        try (NatsServer broker = NatsServer.open()) {
            patient = NatsOptions.builder(broker.url())
                    .silence(Duration.ofMinutes(10))
                    .build();
            try (IpcServer ignored = server(new NatsTransport(patient), ended).start();
                    IpcConnection plain =
                            Outage.client(new NatsTransport(patient)).connect();
                    IpcConnection returning = Outage.client(new NatsTransport(patient))
                            .reconnect(ReconnectPolicy.standard())
                            .connect()) {
                broker.freeze();
                CompletableFuture<ValueSet> late = plain.requestAsync("note", ValueSet.of("n", 1));
                Outage.died(late);
                assertThat(ended.take().status()).isEqualTo(IpcStatus.PEER_DIED);
                broker.thaw();
                assertThat(returning.request("note", ValueSet.of("n", 2))).isEqualTo(ValueSet.of("n", 2));
            }
        }
    }
}
