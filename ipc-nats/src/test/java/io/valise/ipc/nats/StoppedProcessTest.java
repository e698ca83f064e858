package io.valise.ipc.nats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.CloseReason;
import io.valise.ipc.ConnectionState;
import io.valise.ipc.Delivery;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ReconnectPolicy;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.rule.InFullRun;
import io.valise.ipc.testlog.Logs;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Servers, clients and brokers that are stopped (SIGSTOP) and go on (SIGCONT), for a while or for longer than is waited for. */
@NeedsNats
@Timeout(120)
class StoppedProcessTest {
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofMinutes(10); // a call that hangs is the watchdog's
    private static final Duration SILENCE = Duration.ofSeconds(3);
    private static final ValueSet EMPTY = ValueSet.empty();
    private static final byte[] BALLAST = new byte[8000];

    /** What may be on its way over a connection, and what a writer gathers before it writes at all. */
    private static final int BOUND = (1 << 20) + (128 << 10);

    private static ValueSet number(int n) {
        return ValueSet.of("n", n);
    }

    private static NatsTransport impatient(NatsServer broker) {
        return new NatsTransport(
                NatsOptions.builder(broker.url()).silence(SILENCE).build());
    }

    private static IpcClient.Builder client(NatsTransport transport) {
        return IpcClient.builder(NotingServer.ADDRESS)
                .transport(transport)
                .connectTimeout(LONG)
                .requestTimeout(LONG);
    }

    /** Calls what must end by its deadline; returns what is known of it. */
    private static Delivery timesOut(ThrowingCallable call) {
        IpcException late = catchThrowableOfType(IpcException.class, call);
        assertThat(late).isNotNull();
        assertThat(late.status()).as(late.toString()).isEqualTo(IpcStatus.TIMEOUT);
        return late.delivery();
    }

    private static void died(CompletableFuture<?> call) {
        IpcException why = Expect.failureOf(call);
        assertThat(why.status()).as(why.toString()).isEqualTo(IpcStatus.PEER_DIED);
        assertThat(why.delivery()).as(why.toString()).isEqualTo(Delivery.UNKNOWN);
    }

    /** Sends events until one does not go on its way in time, which ends the connection. */
    private static void fill(IpcConnection client) {
        IpcException full = null;
        for (long bytes = 0; full == null; bytes += BALLAST.length) {
            assertThat(bytes).as("bytes on their way").isLessThan(BOUND);
            try {
                client.send("tick", ValueSet.of("ballast", BALLAST));
            } catch (IpcException e) {
                full = e;
            }
        }
        assertThat(full.status()).as(full.toString()).isEqualTo(IpcStatus.TIMEOUT);
        assertThat(client.closed().toCompletableFuture().join().status()).isEqualTo(IpcStatus.RESOURCE_EXHAUSTED);
    }

    /** Stops something between a client and the handlers for less time than is waited for. */
    private static void stopForAWhile(NatsServer broker, ForkedJvm server, Runnable stop, Runnable goOn) {
        try (IpcConnection client =
                        client(broker.transport()).requestTimeout(SHORT).connect();
                IpcConnection full =
                        client(broker.transport()).requestTimeout(SHORT).connect()) {
            client.request("note", number(0), LONG);
            full.request("note", number(1), LONG);
            stop.run();
            assertThat(timesOut(() -> client.request("note", number(2)))).isEqualTo(Delivery.UNKNOWN);
            fill(full);
            goOn.run();
            assertThat(client.request("note", number(3), LONG)).isEqualTo(number(3));
            assertThat(client.isOpen()).isTrue();
            assertThat(NotingServer.seenBy(server).twice()).isZero();
            assertThat(NotingServer.seenBy(server).count()).isBetween(3, 4);
        }
    }

    @Test
    void callsToAServerThatIsStoppedTimeOutAndItMissesNothing() {
        try (NatsServer broker = NatsServer.open();
                ForkedJvm server = NotingServer.start(broker.url(), "only")) {
            stopForAWhile(broker, server, server::freeze, server::thaw);
        }
    }

    @Test
    void callsByABrokerThatIsStoppedTimeOutAndItLosesNothing() {
        try (NatsServer broker = NatsServer.open();
                ForkedJvm server = NotingServer.start(broker.url(), "only")) {
            stopForAWhile(broker, server, broker::freeze, broker::thaw);
        }
    }

    /** Stops something between a client and the handlers for longer than is waited for. */
    private static void stopTooLong(NatsServer broker, ForkedJvm server, Runnable stop, Runnable goOn) {
        try (IpcConnection plain = client(impatient(broker)).connect();
                IpcConnection returning = client(impatient(broker))
                        .reconnect(ReconnectPolicy.standard())
                        .connect()) {
            CompletableFuture<ValueSet> ofPlain = plain.requestAsync("held", number(0));
            CompletableFuture<ValueSet> ofReturning = returning.requestAsync("held", number(1));
            assertThat(List.of(server.hear(), server.hear())).containsOnly("held");
            stop.run();
            died(ofPlain);
            died(ofReturning);
            assertThat(plain.closed().toCompletableFuture().join().status()).isEqualTo(IpcStatus.PEER_DIED);
            CompletableFuture<ValueSet> next = returning.requestAsync("note", number(2));
            goOn.run();
            assertThat(next.join()).isEqualTo(number(2));
            while (!server.ask("connections").equals("1")) { // the ends of those that were given up
                LockSupport.parkNanos(1_000_000); // there is no notification
            }
            assertThat(NotingServer.seenBy(server).twice()).isZero();
        }
    }

    @Test
    void serverThatIsStoppedTooLongIsGivenUpAndServesAgain() {
        try (NatsServer broker = NatsServer.open();
                ForkedJvm server = NotingServer.start(broker.url(), "only")) {
            stopTooLong(broker, server, server::freeze, server::thaw);
        }
    }

    @Test
    void brokerThatIsStoppedTooLongEndsConnectionsAndCarriesNewOnes() {
        try (NatsServer broker = NatsServer.open();
                ForkedJvm server = NotingServer.start(broker.url(), "only")) {
            stopTooLong(broker, server, broker::freeze, broker::thaw);
        }
    }

    private static IpcServer.Builder server(NatsTransport transport, BlockingQueue<CloseReason> ended) {
        return IpcServer.builder(NotingServer.ADDRESS)
                .transport(transport)
                .access(AccessPolicy.anyone())
                .requestTimeout(LONG)
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
            assertThat(timesOut(() -> back.request("held", EMPTY, SHORT))).isEqualTo(Delivery.UNKNOWN);
            client.thaw();
            assertThat(client.ask("call", 2)).isEqualTo("2");
            assertThat(back.isOpen()).isTrue();
            assertThat(ended).isEmpty();
        }
    }

    @Test
    void clientThatIsStoppedTooLongIsGivenUpAndConnectsAgain() throws Exception {
        BlockingQueue<CloseReason> ended = new LinkedBlockingQueue<>();
        try (NatsServer broker = NatsServer.open();
                IpcServer server = server(impatient(broker), ended).start();
                ForkedJvm client = CallingClient.start(broker)) {
            connected(client);
            CompletableFuture<ValueSet> held = server.connections().get(0).requestAsync("held", EMPTY);
            assertThat(client.hear()).isEqualTo("held");
            client.freeze();
            died(held);
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
                    IpcConnection plain = client(new NatsTransport(patient)).connect();
                    IpcConnection returning = client(new NatsTransport(patient))
                            .reconnect(ReconnectPolicy.standard())
                            .connect()) {
                broker.freeze();
                CompletableFuture<ValueSet> late = plain.requestAsync("note", number(1));
                died(late);
                assertThat(ended.take().status()).isEqualTo(IpcStatus.PEER_DIED);
                broker.thaw();
                assertThat(returning.request("note", number(2))).isEqualTo(number(2));
            }
        }
    }
}
