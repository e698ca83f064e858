package io.valise.ipc.nats.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.nats.NatsServer;
import io.valise.ipc.nats.NeedsNats;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the client library does that links build on. */
@NeedsNats
class BrokerWritesTest {
    private final CountDownLatch denied = new CountDownLatch(1);
    private final CountDownLatch over = new CountDownLatch(1);
    private final CompletableFuture<Long> received = new CompletableFuture<>();

    private BrokerConnection open(NatsServer broker, @Nullable String user) {
        BrokerSettings settings = new BrokerSettings(
                List.of(BrokerAddress.parse(broker.url())),
                user,
                user == null ? null : "p",
                null,
                "-",
                null,
                false,
                TimeUnit.SECONDS.toNanos(15));
        return BrokerConnection.open(settings, new Waiting(), TimeUnit.SECONDS.toNanos(30));
    }

    /** A write that nothing counts would leave bytes of a link waiting. */
    @Test
    void eachWriteIsCountedOnTheThreadThatWritesBeforeTasksRun() {
        try (NatsServer broker = NatsServer.open()) {
            BrokerConnection connection = open(broker, null);
            connection.subscribe("numbers");
            CompletableFuture<String> thread = new CompletableFuture<>();
            CompletableFuture<Long> first = new CompletableFuture<>();
            CompletableFuture<Long> second = new CompletableFuture<>();
            connection.afterWrite(() -> {
                first.complete(connection.writes());
                connection.afterWrite(() -> {
                    thread.complete(Thread.currentThread().getName());
                    second.complete(connection.writes());
                });
                connection.publish("numbers", null, new byte[1]); // else there may be no other write
            });
            long before = connection.writes();
            connection.publish("numbers", null, new byte[1]);
            assertThat(second.join()).isGreaterThan(first.join());
            assertThat(thread.join()).isNotEqualTo(Thread.currentThread().getName());
            received.join();
            assertThat(connection.writes()).as("it was written").isGreaterThan(before);
            connection.close();
        }
    }

    /** One that sends asks what the library has told, and may have a lock that the receiver waits for. */
    @Test
    void whatTheLibraryHasToldIsKnownThoughTheReceiverWaits() throws InterruptedException {
        try (NatsServer broker = NatsServer.with("authorization { users: [ {user: ann, password: p, permissions: {"
                + " publish: \"allowed\", subscribe: \"allowed\"}} ] }")) {
            BrokerConnection connection = open(broker, "ann");
            connection.publish("secret", null, new byte[1]);
            denied.await();
            assertThat(connection.isDenied("secret")).isTrue();
            over.countDown();
            connection.close();
        }
    }

    private final class Waiting implements BrokerConnection.Receiver {
        @Override
        public void received(String subject, @Nullable String replyTo, byte[] data, boolean unheard) {
            received.complete(System.nanoTime());
        }

        @Override
        public void denied(String subject) {
            denied.countDown();
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void lost(String why) {}
    }
}
