package io.valise.ipc.nats.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.nats.NatsServer;
import io.valise.ipc.nats.NeedsNats;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The client library drops what an interrupted thread sends; nothing is lost all the same, and all stays in order. */
@NeedsNats
class InterruptedSenderTest {
    private static final int COUNT = 20_000;

    @Test
    void interruptsLoseNothing() throws Exception {
        try (NatsServer server = NatsServer.open()) {
            Counting counting = new Counting();
            BrokerSettings settings = new BrokerSettings(
                    List.of(BrokerAddress.parse(server.url())), null, null, null, "-", null, false, 1);
            BrokerConnection connection = BrokerConnection.open(settings, counting, TimeUnit.SECONDS.toNanos(30));
            Thread.currentThread().interrupt();
            connection.subscribe("numbers");
            AtomicBoolean over = new AtomicBoolean();
            Thread sender = Thread.currentThread();
            Thread interrupter = new Thread(() -> {
                while (!over.get()) {
                    sender.interrupt();
                    Thread.onSpinWait();
                }
            });
            interrupter.start();
            for (int i = 0; i < COUNT; i++) {
                connection.publish(
                        "numbers",
                        null,
                        ByteBuffer.allocate(Integer.BYTES).putInt(i).array());
            }
            over.set(true);
            sender.interrupt();
            while (interrupter.isAlive()) {
                Thread.onSpinWait();
            }
            assertThat(Thread.interrupted()).as("the status stays").isTrue();
            counting.all.await();
            assertThat(counting.outOfOrder).hasValue(0);
            connection.close();
        }
    }

    private static final class Counting implements BrokerConnection.Receiver {
        final CountDownLatch all = new CountDownLatch(COUNT);
        final AtomicInteger outOfOrder = new AtomicInteger();

        @Override
        public void received(String subject, @Nullable String replyTo, byte[] data, boolean unheard) {
            if (ByteBuffer.wrap(data).getInt() != COUNT - all.getCount()) {
                outOfOrder.incrementAndGet();
            }
            all.countDown();
        }

        @Override
        public void denied(String subject) {}

        @Override
        public void lost(String why) {}
    }
}
