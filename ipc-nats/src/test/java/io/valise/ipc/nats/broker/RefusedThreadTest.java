package io.valise.ipc.nats.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.nats.NatsServer;
import io.valise.ipc.nats.NeedsNats;
import io.valise.ipc.spi.runtime.ReadinessLoop;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A connection that is closed while the system refuses threads, which no test can have a system do at a given moment. */
@NeedsNats
class RefusedThreadTest {
    private static final long NANOS = TimeUnit.SECONDS.toNanos(30);

    private static BrokerSettings settings(NatsServer broker) {
        return new BrokerSettings(List.of(BrokerAddress.parse(broker.url())), null, null, null, "-", null, false, 1);
    }

    /** Has a connection closed, and waits until the broker says that it has gone. */
    private static void closes(Consumer<BrokerConnection> close) throws InterruptedException {
        try (NatsServer broker = NatsServer.open()) {
            BrokerSettings settings = settings(broker);
            Hearing closing = new Hearing();
            Hearing asking = new Hearing();
            BrokerConnection closed = BrokerConnection.open(settings, closing, NANOS);
            closed.subscribe("questions");
            BrokerConnection other = BrokerConnection.open(settings, asking, NANOS);
            other.subscribe("answers");
            close.accept(closed);
            Boolean unheard = null;
            while (!Boolean.TRUE.equals(unheard)) {
                other.publish("questions", "answers", new byte[1]);
                unheard = asking.answers.poll(100, TimeUnit.MILLISECONDS);
            }
            other.close();
        }
    }

    private static void refuse() {
        throw new OutOfMemoryError("unable to create native thread");
    }

    @Test
    void aConnectionIsClosedAsSoonAsThereIsAThread() throws InterruptedException {
        AtomicInteger tries = new AtomicInteger();
        closes(connection -> connection.close(
                task -> {
                    if (tries.incrementAndGet() == 1) {
                        refuse();
                    }
                    new Thread(task, "closing").start();
                },
                again -> ReadinessLoop.shared().after(1, again)));
        assertThat(tries).hasValue(2);
    }

    @Test
    void aConnectionIsClosedThoughThereIsNoThreadForThatAtAll() throws InterruptedException {
        closes(connection -> connection.close(task -> refuse(), again -> {
            throw new IpcException(IpcStatus.RESOURCE_EXHAUSTED, "no thread");
        }));
    }

    /** Else its share of what others of the group wait for would go on to come to it. */
    @Test
    void aSubscriptionIsEndedThoughThereIsNoThreadForThat() throws InterruptedException {
        try (NatsServer broker = NatsServer.open()) {
            Hearing asking = new Hearing();
            BrokerConnection connection = BrokerConnection.open(settings(broker), asking, NANOS);
            connection.subscribe("answers");
            Runnable end = connection.subscriptions().subscribe("questions", "group", message -> {}, ending -> {
                throw new IpcException(IpcStatus.RESOURCE_EXHAUSTED, "no thread");
            });
            Thread.currentThread().interrupt(); // the client library drops what such a thread sends
            end.run();
            assertThat(Thread.interrupted()).as("the status stays").isTrue();
            connection.publish("questions", "answers", new byte[1]);
            assertThat(asking.answers.take()).as("unheard").isTrue();
            connection.close();
        }
    }

    private static final class Hearing implements BrokerConnection.Receiver {
        final BlockingQueue<Boolean> answers = new LinkedBlockingQueue<>();

        @Override
        public void received(String subject, @Nullable String replyTo, byte[] data, boolean unheard) {
            answers.add(unheard);
        }

        @Override
        public void denied(String subject) {}

        @Override
        public void lost(String why) {}
    }
}
