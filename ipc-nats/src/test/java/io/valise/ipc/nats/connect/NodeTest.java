package io.valise.ipc.nats.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Subscription;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.nats.NatsServer;
import io.valise.ipc.nats.NeedsNats;
import io.valise.ipc.nats.broker.BrokerAddress;
import io.valise.ipc.nats.broker.BrokerSettings;
import io.valise.ipc.nats.broker.Subjects;
import io.valise.ipc.nats.link.Links;
import io.valise.ipc.spi.Link;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What a process does when it loses its broker. Over a connection no test decides between which two steps of a thread the loss
 * comes, nor has the system refuse a thread just then.
 */
@NeedsNats
class NodeTest {
    static final long NANOS = TimeUnit.SECONDS.toNanos(30);

    static BrokerSettings settings(NatsServer broker) {
        return settings(broker, null, "-");
    }

    /** As a user whose password is {@code p}. */
    static BrokerSettings settings(NatsServer broker, @Nullable String user, String name) {
        return settings(broker, user, name, 15);
    }

    private static BrokerSettings settings(NatsServer broker, @Nullable String user, String name, int silenceSeconds) {
        return new BrokerSettings(
                List.of(BrokerAddress.parse(broker.url())),
                user,
                user == null ? null : "p",
                null,
                name,
                null,
                false,
                TimeUnit.SECONDS.toNanos(silenceSeconds));
    }

    /** An interrupt would end the wait, and then it would be taken for an answer. */
    @Test
    void whoAsksALostBrokerDoesNotWait() throws InterruptedException {
        Node node;
        try (NatsServer broker = NatsServer.open()) {
            node = Nodes.use(settings(broker), NANOS);
        }
        while (!node.isLost()) {
            Thread.onSpinWait();
        }
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread asking = new Thread(() -> failure.set(catchThrowable(node::confirm)), "asking");
        asking.start();
        while (asking.isAlive()) {
            asking.interrupt();
            Thread.onSpinWait();
        }
        asking.join();
        assertThat(failure.get())
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.ENDPOINT_NOT_FOUND))
                .hasMessageContaining("was lost");
        node.release();
    }

    /** The process is asked for names once; a refused thread does not count. */
    @Test
    void namesAreListedThoughTheFirstQuestionFailed() {
        Endpoint quotes = new Endpoint("nats", "quotes");
        try (NatsServer broker = NatsServer.open();
                NatsListener listener = NatsListener.open(settings(broker), quotes, Link::close)) {
            Node other = new Node(settings(broker), NANOS, lost -> {}); // nothing is served by it yet
            assertThatThrownBy(() -> other.serves(listener, () -> {
                        throw new IpcException(IpcStatus.RESOURCE_EXHAUSTED, "no thread");
                    }))
                    .hasMessageContaining("no thread");
            AtomicBoolean asked = new AtomicBoolean();
            other.serves(listener, () -> asked.set(true));
            assertThat(asked).isTrue();
            other.close();
        }
    }

    /** A message of a link that has nothing but its head. */
    private static byte[] head(int kind) {
        byte[] head = new byte[20];
        head[0] = 1;
        head[1] = (byte) kind;
        return head;
    }

    private static Message next(Subscription all, String subject) throws InterruptedException {
        Message message = all.nextMessage(Duration.ofNanos(NANOS));
        while (!message.getSubject().matches(subject)) {
            message = all.nextMessage(Duration.ofNanos(NANOS));
        }
        return message;
    }

    /** Who asks does so as often as he likes, and what waits for the broker takes memory. */
    @Test
    void answersAreNoMoreThanIsWritten() throws Exception {
        try (NatsServer broker = NatsServer.open();
                Connection peer = Nats.connect(broker.url())) {
            Subscription all = peer.subscribe("valise.l.>");
            peer.flush(Duration.ofNanos(NANOS));
            Node node = new Node(settings(broker, null, "-", 600), NANOS, lost -> {});
            String inbox = next(all, ".*\\.e\\.1").getSubject().replace(".e.1", "");
            String bob = Subjects.inbox("bob", Links.random());
            broker.freeze();
            byte[] much = new byte[1 << 20];
            for (int i = 0; i < 64; i++) { // more than the kernel keeps: hardly anything is written from then on
                node.publish("valise.much", null, much);
            }
            long before = node.writes();
            for (int i = 0; i < 20_000; i++) {
                node.received(Subjects.question(inbox), bob + ".q.1", new byte[1], false);
            }
            long writes = node.writes() - before;
            broker.thaw();
            node.confirm(NANOS);
            node.publish(bob + ".q.2", null, new byte[1]);
            int answers = 0;
            while (next(all, "\\Q" + bob + "\\E.*").getSubject().endsWith(".q.1")) {
                answers++;
            }
            assertThat(answers).isBetween(1, (int) Math.min(19_999, (writes + 1) * Replies.MOST));
            node.close();
        }
    }

    /** The time between two calls of tick is what a test says; the answer comes after the question was handled. */
    @Test
    void whoAsksWhetherThisProcessLivesIsHeardOfAndAnswered() throws Exception {
        try (NatsServer broker = NatsServer.open();
                Connection peer = Nats.connect(broker.url())) {
            Subscription all = peer.subscribe("valise.l.>");
            peer.flush(Duration.ofNanos(NANOS));
            Node node = new Node(settings(broker, null, "-", 600), NANOS, lost -> {});
            String inbox = next(all, ".*\\.e\\.1").getSubject().replace(".e.1", "");
            Subjects.End client = new Subjects.End(Subjects.inbox("bob", Links.random()), "bob", "0123456789abcdef");
            node.links().asked(client, head(5), stream -> {});
            String id = Objects.requireNonNull(
                            Subjects.End.of(next(all, client.subject()).getReplyTo()))
                    .id();
            node.links().received(id, null, head(1));

            String answer = Subjects.answer(client.inbox(), 7);
            node.links().tick(300_000, true); // heard of just before
            node.links().tick(300_000, true);
            peer.publish(Subjects.question(inbox), answer, new byte[] {1});
            assertThat(next(all, answer).getData()).hasSize(1);
            node.links().tick(300_000, true);
            node.links().tick(300_000, true);
            assertThat(node.links().isEmpty()).isFalse();
            node.links().tick(300_000, true);
            assertThat(node.links().isEmpty()).isTrue();
            node.close();
        }
    }
}
