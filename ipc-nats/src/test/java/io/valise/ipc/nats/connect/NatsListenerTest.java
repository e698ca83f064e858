package io.valise.ipc.nats.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.nats.NatsServer;
import io.valise.ipc.nats.NeedsNats;
import io.valise.ipc.nats.broker.BrokerSettings;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.runtime.Threads;
import io.valise.ipc.testlog.LogWatch;
import io.valise.ipc.testlog.Logs;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A served name whose broker is lost. Over a connection no test decides between which two steps of a thread the loss comes, nor
 * has the system refuse a thread just then.
 */
@NeedsNats
@ExtendWith(LogWatch.class)
class NatsListenerTest {
    private static final Endpoint QUOTES = new Endpoint("nats", "quotes");

    /** Whatever began to serve names again has ended. */
    private static void awaitReturned() throws InterruptedException {
        for (Thread each : Thread.getAllStackTraces().keySet()) {
            if (each.getName().equals("valise-nats-return")) {
                each.join();
            }
        }
    }

    private static void loses(BrokerSettings settings) {
        Node node = Nodes.use(settings, NodeTest.NANOS);
        node.broker().giveUp("lost by the test");
        node.release();
    }

    private static void isServedNoMore(BrokerSettings settings) {
        Node node = Nodes.use(settings, NodeTest.NANOS);
        node.release();
        assertThat(node.isUnused()).isTrue();
        IpcException failure =
                catchThrowableOfType(IpcException.class, () -> Dial.connect(settings, QUOTES, "", NodeTest.NANOS));
        assertThat(failure.status()).isEqualTo(IpcStatus.ENDPOINT_NOT_FOUND);
    }

    @Test
    @Logs("is not served until there is a NATS broker")
    void aLossThatIsToldTwiceDoesNotServeTheNameTwice() throws InterruptedException {
        try (NatsServer broker = NatsServer.open();
                NatsListener listener = NatsListener.open(NodeTest.settings(broker), QUOTES, Link::close)) {
            BrokerSettings settings = NodeTest.settings(broker);
            Node before = Nodes.use(settings, NodeTest.NANOS);
            loses(settings);
            awaitReturned();
            listener.lost(before); // by a thread that had just begun to serve by it
            awaitReturned();
            listener.close();
            isServedNoMore(settings);
            before.release();
        }
    }

    private static IpcException noThread() {
        return new IpcException(IpcStatus.RESOURCE_EXHAUSTED, "no thread");
    }

    /** A listener whose first thread is refused. */
    private static NatsListener refusedOnce(BrokerSettings settings, String name, CountDownLatch started) {
        AtomicBoolean refused = new AtomicBoolean();
        return NatsListener.open(settings, new Endpoint("nats", name), Link::close, thread -> {
            if (refused.compareAndSet(false, true)) {
                throw noThread();
            }
            Threads.start(thread);
            started.countDown();
        });
    }

    @Test
    @Logs("is not served until there is a NATS broker")
    void namesAreServedAgainThoughNoThreadIsToBeHadAtFirst() throws InterruptedException {
        CountDownLatch started = new CountDownLatch(2);
        try (NatsServer broker = NatsServer.open();
                NatsListener quotes = refusedOnce(NodeTest.settings(broker), "quotes", started);
                NatsListener orders = refusedOnce(NodeTest.settings(broker), "orders", started)) {
            BrokerSettings settings = NodeTest.settings(broker);
            loses(settings);
            started.await();
            awaitReturned();
            assertThat(Listing.servers(settings, NodeTest.NANOS))
                    .extracting(Served::name)
                    .containsExactly(orders.endpoint().name(), quotes.endpoint().name());
        }
    }

    @Test
    @Logs({"is not served until there is a NATS broker", "serving a name again failed"})
    void aListenerThatCannotComeBackHoldsNoOtherUp() throws InterruptedException {
        try (NatsServer broker = NatsServer.open();
                Broken broken = new Broken(NodeTest.settings(broker));
                NatsListener quotes = NatsListener.open(NodeTest.settings(broker), QUOTES, Link::close)) {
            assertThat(broken.listeners).hasSize(5);
            BrokerSettings settings = NodeTest.settings(broker);
            loses(settings);
            awaitReturned();
            assertThat(Listing.servers(settings, NodeTest.NANOS))
                    .extracting(Served::name)
                    .containsExactly(quotes.endpoint().name());
        }
    }

    /** Some of which none comes back: a set that tells has no order, and one of them is before the others then. */
    private static final class Broken implements AutoCloseable {
        final List<NatsListener> listeners = new ArrayList<>();

        Broken(BrokerSettings settings) {
            for (int i = 0; i < 5; i++) {
                listeners.add(NatsListener.open(settings, new Endpoint("nats", "broken" + i), Link::close, thread -> {
                    throw new IllegalStateException("broken by the test");
                }));
            }
        }

        @Override
        public void close() {
            listeners.forEach(NatsListener::close);
        }
    }

    /** Each server has a subject of its own, which older permissions deny. */
    @Test
    void whatTheBrokerDeniesIsKnownAfterAnyNumberOfServers() {
        String users = "authorization { users: [ {user: ann, password: p, permissions: {"
                + " publish: { allow: [\"valise.l.*.>\"] },"
                + " subscribe: { allow: [\"valise.l.ann.>\", \"valise.s.*\", \"valise.c.quotes.* valise\"] } } } ] }";
        try (NatsServer broker = NatsServer.with(users)) {
            BrokerSettings settings = NodeTest.settings(broker, "ann", "ann");
            Node node = Nodes.use(settings, NodeTest.NANOS);
            for (int i = 0; i < 999; i++) {
                node.publish("denied." + i, null, new byte[0]);
            }
            node.confirm(NodeTest.NANOS); // by now all of these are remembered, and only one more can be
            for (int i = 0; i < 3; i++) {
                NatsListener.open(settings, QUOTES, Link::close).close();
            }
            IpcException failure = catchThrowableOfType(
                    IpcException.class, () -> NatsListener.open(settings, new Endpoint("nats", "orders"), Link::close));
            assertThat(failure.status()).isEqualTo(IpcStatus.ACCESS_DENIED);
            node.release();
        }
    }

    @Test
    void aListenerThatClosesWithoutAThreadGivesItsConnectionBack() {
        try (NatsServer broker = NatsServer.open();
                NatsListener listener = NatsListener.open(NodeTest.settings(broker), QUOTES, Link::close)) {
            BrokerSettings settings = NodeTest.settings(broker);
            Node node = Nodes.use(settings, NodeTest.NANOS);
            listener.keep(node, () -> {
                throw noThread();
            });
            assertThatThrownBy(listener::close).hasMessageContaining("no thread");
            assertThat(Listing.servers(settings, NodeTest.NANOS)).isEmpty();
            node.release();
            assertThat(node.isUnused()).isTrue();
        }
    }
}
