package io.valise.ipc.nats.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.nats.broker.Subjects;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The links of a process, without a broker: over a connection no test decides between which two steps of a thread another one
 * closes a link, loses a message or ends the connection, nor sees what a process keeps of a link that has ended.
 */
abstract class LinksFixture {
    static final int CLIENTS_CREDIT = 100_000;

    /** What was sent, in order. */
    final List<Sent> sent = new ArrayList<>();

    /** The subjects to which the question went whether a process lives. */
    final List<String> asked = new ArrayList<>();

    /** Where the answer to the last of these goes. */
    @Nullable String answersTo;

    /** How often a thread waited for the broker. */
    int settled;

    long writes;
    boolean writesEndAtOnce;
    final List<Runnable> afterWrite = new ArrayList<>();
    boolean noMemoryToPublish;
    boolean noMemoryToAwait;
    boolean noMemoryForLinks;
    Runnable publishing = () -> {};

    final List<NatsStream> accepted = new ArrayList<>();

    record Sent(@Nullable String replyTo, Chunk chunk) {}

    final Outlet outlet = new Outlet() {
        @Override
        public void publish(String subject, @Nullable String replyTo, byte[] data) {
            noMemory(noMemoryToPublish);
            publishing.run();
            Chunk chunk = Chunk.of(data);
            if (chunk == null) {
                asked.add(subject);
                answersTo = replyTo;
            } else {
                sent.add(new Sent(replyTo, chunk));
            }
        }

        @Override
        public long writes() {
            return writes;
        }

        @Override
        public void afterWrite(Runnable task) {
            noMemory(noMemoryToAwait);
            afterWrite.add(task);
            if (writesEndAtOnce) {
                writes++; // and the thread that writes has looked for tasks just before
            }
        }

        @Override
        public int maxPayload() {
            noMemory(noMemoryForLinks);
            return 1 << 20;
        }

        @Override
        public void settle() {
            settled++;
        }
    };

    Links links = links(10_000);

    static void noMemory(boolean isSo) {
        if (isSo) {
            throw new OutOfMemoryError("thrown by the test");
        }
    }

    final int all = links.credit().left();

    Links links(long silenceMillis) {
        return new Links(outlet, "server", Subjects.inbox("server", Links.random()), silenceMillis, () -> {});
    }

    Sent last() {
        return sent.get(sent.size() - 1);
    }

    static byte[] chunk(Chunk.Kind kind, int creditEpoch, long offset, long limit, int length) {
        return Chunk.head(kind, (byte) creditEpoch, (byte) 0, offset, limit, length);
    }

    /** A client asks for a link, and is answered; returns the name of this end. */
    String offered() {
        return offered(accepted::add);
    }

    /** As that; {@code acceptor} has the link when the client takes it. */
    String offered(Consumer<NatsStream> acceptor) {
        Subjects.End client = Subjects.End.of(Subjects.inbox("client", Links.random()) + ".0123456789abcdef");
        links.asked(Objects.requireNonNull(client), chunk(Chunk.Kind.OPEN, 0, 0, CLIENTS_CREDIT, 0), acceptor);
        assertThat(last().chunk().kind()).isEqualTo(Chunk.Kind.OPENED);
        assertThat(accepted).isEmpty();
        return Objects.requireNonNull(Subjects.End.of(last().replyTo())).id();
    }

    /** A client takes that link; returns the name of this end. */
    String taken() {
        String own = offered();
        links.received(own, null, chunk(Chunk.Kind.GRANT, 0, 0, CLIENTS_CREDIT, 0));
        assertThat(accepted).hasSize(1);
        return own;
    }

    void brokenByLoss(String why) {
        IpcException broken =
                catchThrowableOfType(IpcException.class, () -> accepted.get(0).read(ByteBuffer.allocate(100)));
        assertThat(broken.status()).isEqualTo(IpcStatus.PEER_DIED);
        assertThat(broken).hasMessageContaining(why);
        assertThat(last().chunk().kind()).isEqualTo(Chunk.Kind.RESET);
        assertThat(last().chunk().reason()).contains(why);
        assertThat(links.isEmpty()).isTrue();
    }

    static Subjects.End server() {
        return Objects.requireNonNull(Subjects.End.of(Subjects.inbox("another", Links.random()) + ".0123456789abcdef"));
    }

    static Chunk answer() {
        return Objects.requireNonNull(Chunk.of(chunk(Chunk.Kind.OPENED, 0, 0, CLIENTS_CREDIT, 0)));
    }

    /** What was sent has been written; a task that is added meanwhile waits for another write. */
    void written() {
        writes++;
        List<Runnable> due = List.copyOf(afterWrite);
        afterWrite.clear();
        due.forEach(Runnable::run);
    }

    static ByteBuffer numbered(int first, int count) {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        for (int i = 0; i < count; i++) {
            bytes.put((byte) (first + i));
        }
        return bytes.flip();
    }

    List<Integer> lengthsOfData() {
        return sent.stream()
                .filter(one -> one.chunk().kind() == Chunk.Kind.DATA)
                .map(one -> one.chunk().body().remaining())
                .toList();
    }

    /** A link whose bytes from 10 to 30 are held back. */
    NatsStream holding() throws IOException {
        NatsStream stream = accepted.get(0);
        stream.write(numbered(0, 10));
        stream.write(numbered(10, 20));
        assertThat(lengthsOfData()).containsExactly(10);
        return stream;
    }
}
