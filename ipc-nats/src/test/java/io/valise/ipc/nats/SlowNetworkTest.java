package io.valise.ipc.nats;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.CloseReason;
import io.valise.ipc.ConnectionState;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.rule.InFullRun;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A network between a client and its broker that becomes slow when as much is on its way as may be. */
@NeedsNats
@InFullRun("each takes half a minute")
@Timeout(300)
class SlowNetworkTest {
    private static final int VERY_SLOW = 128 << 10;
    private static final int SLOW = 256 << 10;
    private static final int BALLAST = 8000;
    private static final int EVENTS = (3 << 20) / BALLAST;

    /** When so many arrive after those that were on their way, a window has been measured twice. */
    private static final int SETTLED = (1 << 20) / BALLAST;

    private static final int PAYLOAD = 1 << 20;
    private static final int MUCH = 768 << 10;
    private static final int MOST_ON_ITS_WAY = 1 << 20;

    /** What was on its way is halved twice, and may grow a little when it comes twice as quickly. */
    private static final int LITTLE_ON_ITS_WAY = 512 << 10;

    /** What a writer gathers before it writes at all. */
    private static final int GATHERED = 128 << 10;

    private static final long A_MOMENT_NANOS = 20_000_000;

    private final Queue<CloseReason> ended = new ConcurrentLinkedQueue<>();
    private final Queue<ConnectionState> states = new ConcurrentLinkedQueue<>();

    /** Sends numbered events, as many at once as go on their way. */
    private static final class Sender {
        private final IpcConnection client;
        private final Supplier<String> ticks;
        private final Consumer<Boolean> pause;
        private volatile int sent;
        private volatile int last = Integer.MAX_VALUE;

        /** By a connection whose other end has {@link Ticks}. */
        Sender(IpcConnection client, Supplier<String> ticks, Consumer<Boolean> pause) {
            this.client = client;
            this.ticks = ticks;
            this.pause = pause;
        }

        CompletableFuture<Void> start() {
            return Background.run(() -> {
                for (int i = 0; i < last; i++) {
                    client.send("tick", ValueSet.of("n", i, "ballast", new byte[BALLAST]));
                    sent = i + 1;
                }
                return null;
            });
        }

        private int handled() {
            String[] words = ticks.get().split(" ", 2);
            assertThat(words[1]).isEqualTo("in order");
            return Integer.parseInt(words[0]);
        }

        /** How much was sent and not handled, at least. */
        long onItsWay() {
            long before = sent;
            return (before - handled()) * BALLAST;
        }

        /**
         * An end that has let all come which may, and then reads, lets twice as much come. Returns when much is on its way, and the
         * relay holds it.
         */
        void fill(TcpRelay relay, CompletableFuture<Void> sending) {
            relay.stall();
            awaitBlocked();
            while (onItsWay() < MUCH) {
                assertThat(sending).isNotDone();
                pause.accept(true);
                relay.goOn();
                awaitBlocked();
                pause.accept(false);
                relay.stall();
                awaitBlocked();
                awaitHandled();
            }
        }

        /** What has arrived is handled then, or waits because the receiver pauses. */
        private void awaitBlocked() {
            for (int known = -1; known != sent + handled(); LockSupport.parkNanos(A_MOMENT_NANOS)) {
                known = sent + handled();
            }
        }

        /** Nothing that has arrived waits for a thread any more that handles it. */
        private void awaitHandled() {
            while (onItsWay() >= MOST_ON_ITS_WAY + GATHERED) {
                LockSupport.parkNanos(A_MOMENT_NANOS); // there is no notification
            }
        }

        /** The network becomes slow when much is on its way; {@code beside} happens again and again. */
        void sendAll(TcpRelay relay, IntConsumer beside) {
            CompletableFuture<Void> sending = start();
            fill(relay, sending);
            relay.throttle(VERY_SLOW);
            int settled = sent + SETTLED;
            last = sent + EVENTS;
            relay.goOn();
            for (int i = 0; !sending.isDone(); i++) {
                beside.accept(i);
                boolean isSettled = handled() >= settled;
                assertThat(onItsWay())
                        .as("bytes on their way")
                        .isLessThan((isSettled ? LITTLE_ON_ITS_WAY : MOST_ON_ITS_WAY) + GATHERED);
                relay.throttle(isSettled ? SLOW : VERY_SLOW);
                LockSupport.parkNanos(A_MOMENT_NANOS); // the machine has other things to do
            }
            sending.join();
        }
    }

    private IpcServer.Builder other(NatsTransport transport) {
        return IpcServer.builder("nats:other")
                .transport(transport)
                .access(AccessPolicy.anyone())
                .service("echo", Request::message)
                .onDisconnect((connection, reason) -> ended.add(reason));
    }

    private IpcConnection watched(IpcClient.Builder client) {
        IpcConnection connection = client.connect();
        connection.onState(states::add);
        return connection;
    }

    /**
     * Client and server count each other dead after three seconds of silence, and what is on its way takes eight or more. The client has a
     * connection with another server that it sends nothing, and another process uses the same broker.
     */
    @Test
    void allArrivesAndNoOneIsGivenUp() throws Exception {
        try (NatsServer broker = NatsServer.open();
                TcpRelay relay = TcpRelay.to(broker);
                ForkedJvm server =
                        ForkedJvm.start(NotingServer.class, "only", broker.url(), "" + Outage.SILENCE.toSeconds());
                IpcServer ignored = other(broker.transport()).start()) {
            server.ask("seen"); // it serves
            NatsTransport slow = Outage.impatient(relay.url());
            try (ForkedJvm healthy = CallingClient.start(broker);
                    IpcConnection client = watched(Outage.client(slow));
                    IpcConnection other =
                            watched(IpcClient.builder("nats:other").transport(slow))) {
                Sender sender =
                        new Sender(client, () -> server.ask("ticks"), paused -> server.ask(paused ? "pause" : "goOn"));
                sender.sendAll(relay, i -> assertThat(healthy.ask("call", i)).isEqualTo("" + i));
                byte[] payload = new byte[PAYLOAD];
                new Random(1).nextBytes(payload);
                ValueSet large = ValueSet.of("n", 1 << 20, "payload", payload);
                assertThat(client.request("note", large)).isEqualTo(large);
                assertThat(server.ask("ticks")).isEqualTo(sender.sent + " in order");
                assertThat(other.request("echo", ValueSet.of("n", 1), Outage.LONG))
                        .isEqualTo(ValueSet.of("n", 1));
                assertThat(healthy.ask("states")).isEqualTo("1");
                assertThat(ended).isEmpty();
                assertThat(states).containsExactly(ConnectionState.CONNECTED, ConnectionState.CONNECTED);
            }
        }
    }

    /** As that, in the other direction: both ends wait for three seconds. */
    @Test
    void allArrivesAtAClientAndNoOneIsGivenUp() throws Exception {
        Ticks ticks = new Ticks();
        ValueSet small = ValueSet.of("n", 1);
        try (NatsServer broker = NatsServer.open();
                TcpRelay relay = TcpRelay.to(broker);
                IpcServer server = other(Outage.impatient(broker.url())).start();
                IpcConnection client = watched(IpcClient.builder("nats:other")
                        .transport(Outage.impatient(relay.url()))
                        .access(AccessPolicy.anyone())
                        .requestTimeout(Outage.LONG)
                        .onEvent("tick", ticks::tick))) {
            assertThat(client.request("echo", small)).isEqualTo(small);
            Sender sender = new Sender(server.connections().get(0), ticks::text, ticks::pause);
            sender.sendAll(relay, i -> {});
            assertThat(client.request("echo", small)).isEqualTo(small);
            while (!ticks.text().equals(sender.sent + " in order")) {
                LockSupport.parkNanos(A_MOMENT_NANOS); // there is no notification
            }
            assertThat(ended).isEmpty();
            assertThat(states).containsExactly(ConnectionState.CONNECTED);
        }
    }
}
