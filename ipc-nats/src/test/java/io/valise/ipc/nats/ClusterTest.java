package io.valise.ipc.nats;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.ConnectionState;
import io.valise.ipc.Delivery;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ReconnectPolicy;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.session.RollingLoad;
import io.valise.ipc.testkit.session.SeenRequests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Three brokers of one cluster. */
@NeedsNats
@Timeout(120)
class ClusterTest {
    private static final int HELD = 20;
    private static final int LOADED = 300;
    private static final int MOST_CLIENTS = 200;
    private static final int SERVERS_BROKER = 0;
    private static final int CLIENTS_BROKER = 1;
    private static final int OTHER_BROKER = 2;

    private static IpcClient.Builder client(NatsTransport transport) {
        return IpcClient.builder(NotingServer.ADDRESS)
                .transport(transport)
                .access(AccessPolicy.anyone())
                .connectTimeout(Duration.ofMinutes(10))
                .requestTimeout(Duration.ofMinutes(10)) // a call that hangs is the watchdog's
                .reconnect(ReconnectPolicy.standard().idempotent("name"));
    }

    /** A server and a client at different brokers, each of which may go on to the third, and the calls of that client. */
    private static final class Pair implements AutoCloseable {
        final NatsCluster cluster = NatsCluster.ofThree();
        final ForkedJvm server;
        final IpcConnection client;
        final AtomicInteger numbers = new AtomicInteger();
        final RollingLoad load;
        private final CountDownLatch heldHere = new CountDownLatch(1);

        Pair() {
            cluster.at(OTHER_BROKER).kill(); // each end has one broker to choose
            server = NotingServer.start(cluster.urls(SERVERS_BROKER, OTHER_BROKER), "only");
            cluster.awaitServed(CLIENTS_BROKER, NotingServer.ADDRESS);
            client = client(cluster.transport(CLIENTS_BROKER, OTHER_BROKER))
                    .service("mine", request -> ValueSet.of("answered", request.message()))
                    .asyncService("held", request -> {
                        heldHere.countDown();
                        return new CompletableFuture<>();
                    })
                    .connect();
            cluster.at(OTHER_BROKER).restart();
            cluster.awaitServed(OTHER_BROKER, NotingServer.ADDRESS);
            load = new RollingLoad(client, numbers);
        }

        void callEachOther() {
            ValueSet message = ValueSet.of("n", 7);
            assertThat(client.request("back", message)).isEqualTo(ValueSet.of("answered", message));
        }

        /** Returns when each end has seen calls that are never answered. */
        List<CompletableFuture<ValueSet>> hold() throws InterruptedException {
            List<CompletableFuture<ValueSet>> held = new ArrayList<>();
            for (int i = 0; i < HELD; i++) {
                held.add(client.requestAsync("held", ValueSet.of("n", numbers.getAndIncrement())));
            }
            for (int i = 0; i < HELD; i++) {
                assertThat(server.hear()).isEqualTo("held");
            }
            client.request("backHeld", ValueSet.empty());
            heldHere.await();
            return held;
        }

        /** Waits until so many more calls were answered. */
        void awaitAnswers() {
            int goal = answers() + LOADED;
            while (answers() < goal) {
                assertThat(Thread.currentThread().isInterrupted())
                        .as("interrupted at " + load.answered() + " calls, " + load.failures())
                        .isFalse();
                LockSupport.parkNanos(100_000); // there is no notification
            }
        }

        private int answers() {
            return load.answered() - load.failures().size();
        }

        @Override
        public void close() {
            load.stop();
            client.close();
            server.close();
            cluster.close();
        }
    }

    private static void endsWithWhatIsKnown(Throwable failure) {
        assertThat(failure).isInstanceOf(IpcException.class);
        IpcException known = (IpcException) failure;
        assertThat(known.status()).as(known.toString()).isEqualTo(IpcStatus.PEER_DIED);
        assertThat(known.delivery()).isEqualTo(Delivery.UNKNOWN); // the others are repeated
    }

    private static void killUnderLoad(int broker) throws Exception {
        try (Pair pair = new Pair()) {
            pair.callEachOther();
            List<CompletableFuture<ValueSet>> held = pair.hold();
            List<CompletableFuture<Void>> callers = List.of(
                    Background.run(() -> {
                        pair.load.pipeline("note");
                        return null;
                    }),
                    Background.run(() -> {
                        pair.load.call();
                        return null;
                    }));
            pair.awaitAnswers();
            pair.cluster.at(broker).kill();
            held.forEach(call -> endsWithWhatIsKnown(Expect.failureOf(call)));
            assertThat(pair.server.hear()).isEqualTo("PEER_DIED UNKNOWN");
            pair.awaitAnswers(); // by the same connection
            pair.load.stop();
            callers.forEach(CompletableFuture::join);
            pair.load.failures().forEach(ClusterTest::endsWithWhatIsKnown);
            assertThat(pair.load.answered() + HELD).isEqualTo(pair.load.made());
            SeenRequests seen = NotingServer.seenBy(pair.server);
            assertThat(seen.twice()).isZero();
            assertThat(seen.count())
                    .isBetween(pair.load.made() - pair.load.failures().size(), pair.load.made());
            pair.callEachOther();
        }
    }

    @Test
    void killedBrokerOfTheClientEndsItsCallsAndItGoesOnAtAnother() throws Exception {
        killUnderLoad(CLIENTS_BROKER);
    }

    @Test
    void killedBrokerOfTheServerEndsItsCallsAndItGoesOnAtAnother() throws Exception {
        killUnderLoad(SERVERS_BROKER);
    }

    /** A client of whichever server, and the states of its connection. */
    private static final class Shared {
        final IpcConnection connection;
        final Queue<ConnectionState> states = new ConcurrentLinkedQueue<>();
        final String server;

        Shared(NatsCluster cluster) {
            connection = client(cluster.transport(OTHER_BROKER)).connect();
            connection.onState(states::add);
            server = name();
        }

        String name() {
            return connection.request("name", ValueSet.empty()).getString("name");
        }
    }

    /** Connects clients until one has that server. */
    private static void connectTo(String server, List<Shared> clients, NatsCluster cluster) {
        while (clients.isEmpty() || !clients.get(clients.size() - 1).server.equals(server)) {
            assertThat(clients).as("clients, and none at " + server).hasSizeLessThan(MOST_CLIENTS);
            clients.add(new Shared(cluster));
        }
    }

    @Test
    void serversAtDifferentBrokersShareTheClientsOfAThird() {
        List<Shared> clients = new ArrayList<>();
        try (NatsCluster cluster = NatsCluster.ofThree();
                ForkedJvm first = NotingServer.start(cluster.urls(0), "first");
                ForkedJvm second = NotingServer.start(cluster.urls(1), "second")) {
            cluster.awaitServed(OTHER_BROKER, NotingServer.ADDRESS);
            connectTo("first", clients, cluster);
            connectTo("second", clients, cluster);
            cluster.at(0).kill();
            for (Shared client : clients) {
                assertThat(client.name()).isEqualTo("second");
                if (client.server.equals("second")) {
                    assertThat(client.states).containsExactly(ConnectionState.CONNECTED);
                }
            }
            cluster.at(0).restart(); // the server there comes back by itself
            cluster.awaitServed(0, NotingServer.ADDRESS);
            connectTo("first", clients, cluster);
            assertThat(List.of(first.isAlive(), second.isAlive())).containsOnly(true);
        } finally {
            clients.forEach(client -> client.connection.close());
        }
    }
}
