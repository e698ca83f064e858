package io.valise.ipc.nats.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/** What waits while a message is written, and what becomes of it. */
class GatheredWritesTest extends LinksFixture {
    /** What was sent has been written; a task that is added meanwhile waits for another write. */
    private void written() {
        writes++;
        List<Runnable> due = List.copyOf(afterWrite);
        afterWrite.clear();
        due.forEach(Runnable::run);
    }

    private static ByteBuffer numbered(int first, int count) {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        for (int i = 0; i < count; i++) {
            bytes.put((byte) (first + i));
        }
        return bytes.flip();
    }

    private List<Integer> lengthsOfData() {
        return sent.stream()
                .filter(one -> one.chunk().kind() == Chunk.Kind.DATA)
                .map(one -> one.chunk().body().remaining())
                .toList();
    }

    @Test
    void whileOneMessageIsWrittenSmallOnesBecomeOne() throws IOException {
        taken();
        NatsStream stream = accepted.get(0);
        for (int i = 0; i < 4; i++) {
            assertThat(stream.write(numbered(10 * i, 10))).isEqualTo(10);
            assertThat(stream.flush()).isTrue();
        }
        assertThat(lengthsOfData()).containsExactly(10);
        written();
        assertThat(lengthsOfData()).containsExactly(10, 30);
        assertThat(last().chunk().offset()).isEqualTo(10);
        assertThat(last().chunk().body()).isEqualTo(numbered(10, 30));
        written();
        assertThat(afterWrite).as("nothing waits").isEmpty();
        assertThat(stream.write(numbered(40, 10))).isEqualTo(10);
        assertThat(lengthsOfData()).as("nothing is being written").containsExactly(10, 30, 10);
        assertThat(last().chunk().offset()).isEqualTo(40);
    }

    @Test
    void whatIsHeldBackIsSentAheadOfAllElse() throws IOException {
        taken();
        NatsStream stream = accepted.get(0);
        stream.write(numbered(0, 10));
        stream.write(numbered(0, 20));
        stream.write(ByteBuffer.allocate(5000));
        stream.write(numbered(0, 30));
        stream.close();
        assertThat(lengthsOfData()).containsExactly(10, 20, 5000, 30);
        assertThat(last().chunk().kind()).isEqualTo(Chunk.Kind.END);
        assertThat(last().chunk().offset()).isEqualTo(5060);
        written();
        assertThat(last().chunk().kind()).isEqualTo(Chunk.Kind.END);
    }

    /** A link whose bytes from 10 to 30 are held back. */
    private NatsStream holding() throws IOException {
        NatsStream stream = accepted.get(0);
        stream.write(numbered(0, 10));
        stream.write(numbered(10, 20));
        assertThat(lengthsOfData()).containsExactly(10);
        return stream;
    }

    @Test
    void whatIsHeldBackIsSentAheadOfCreditThatIsGivenBack() throws IOException {
        taken();
        holding().rest();
        assertThat(lengthsOfData()).containsExactly(10, 20);
        assertThat(last().chunk().kind()).isEqualTo(Chunk.Kind.RETURN);
        assertThat(last().chunk().offset()).isEqualTo(30);
    }

    @Test
    void whatIsHeldBackIsSentAheadOfAGrant() throws IOException {
        String own = taken();
        NatsStream stream = holding();
        links.received(own, null, chunk(Chunk.Kind.DATA, 0, 0, CLIENTS_CREDIT, Credit.FIRST));
        assertThat(stream.read(ByteBuffer.allocate(Credit.FIRST))).isEqualTo(Credit.FIRST);
        assertThat(lengthsOfData()).containsExactly(10, 20);
        assertThat(last().chunk().kind()).isEqualTo(Chunk.Kind.GRANT);
        assertThat(last().chunk().offset()).isEqualTo(30);
    }

    @Test
    void whatALinkThatFailsHoldsBackIsNotSent() throws IOException {
        taken();
        holding().fail(new IpcException(IpcStatus.PEER_DIED, "the peer is gone"));
        written();
        assertThat(lengthsOfData()).containsExactly(10);
    }

    @Test
    void whatIsHeldBackIsNoMoreThanAMessageHolds() throws IOException {
        taken();
        for (int i = 0; i <= 16; i++) {
            accepted.get(0).write(ByteBuffer.allocate(1000));
        }
        accepted.get(0).write(ByteBuffer.allocate(1000));
        assertThat(lengthsOfData()).containsExactly(1000, 16_000);
    }

    /** The thread that writes may have looked for what to do next just before it was told. */
    @Test
    void nothingIsHeldBackWhenNoWriteWillFollow() throws IOException {
        taken();
        accepted.get(0).write(numbered(0, 10));
        writesEndAtOnce = true;
        accepted.get(0).write(numbered(0, 20));
        assertThat(lengthsOfData()).containsExactly(10, 20);
    }

    @Test
    void aLongFrameBecomesMessagesOfOneLength() throws IOException {
        taken();
        accepted.get(0).write(ByteBuffer.allocate(65_540));
        assertThat(lengthsOfData()).containsExactly(21_847, 21_847, 21_846);
    }

    @Test
    void whatFindsNoMemoryIsSentAfterALaterWrite() throws IOException {
        taken();
        NatsStream stream = accepted.get(0);
        stream.write(numbered(0, 10));
        stream.write(numbered(10, 20));
        noMemoryToPublish = true;
        written();
        ByteBuffer more = numbered(30, 5);
        assertThatThrownBy(() -> stream.write(more)).isInstanceOf(OutOfMemoryError.class);
        noMemoryToPublish = false;
        written(); // such as of the question whether the peer lives
        assertThat(lengthsOfData()).containsExactly(10, 20);
        assertThat(last().chunk().offset()).isEqualTo(10);
        assertThat(last().chunk().body()).isEqualTo(numbered(10, 20));
        assertThat(stream.write(more)).isEqualTo(5);
        written();
        assertThat(lengthsOfData()).containsExactly(10, 20, 5);
        assertThat(last().chunk().offset()).isEqualTo(30);
    }

    @Test
    void whatIsLateAndFindsNoMemoryIsSentAfterALaterWrite() throws IOException {
        taken();
        NatsStream stream = accepted.get(0);
        stream.write(numbered(0, 10));
        writesEndAtOnce = true;
        noMemoryToPublish = true;
        assertThat(stream.write(numbered(10, 20))).isEqualTo(20);
        noMemoryToPublish = false;
        written();
        assertThat(lengthsOfData()).containsExactly(10, 20);
        assertThat(last().chunk().offset()).isEqualTo(10);
    }

    @Test
    void whatIsNotSentForLackOfMemoryIsNotTaken() throws IOException {
        taken();
        NatsStream stream = accepted.get(0);
        ByteBuffer bytes = numbered(0, 10);
        noMemoryToPublish = true;
        assertThatThrownBy(() -> stream.write(bytes)).isInstanceOf(OutOfMemoryError.class);
        noMemoryToPublish = false;
        assertThat(bytes.remaining()).isEqualTo(10);
        assertThat(stream.write(bytes)).isEqualTo(10);
        assertThat(lengthsOfData()).as("nothing is being written").containsExactly(10);
        assertThat(last().chunk().offset()).isZero();
    }

    @Test
    void creditThatCouldNotBeGivenBackForLackOfMemoryIsKept() throws IOException {
        taken();
        NatsStream stream = accepted.get(0);
        noMemoryToPublish = true;
        assertThatThrownBy(stream::rest).isInstanceOf(OutOfMemoryError.class);
        noMemoryToPublish = false;
        assertThat(stream.write(ByteBuffer.allocate(CLIENTS_CREDIT))).isEqualTo(CLIENTS_CREDIT);
        assertThat(last().chunk().epoch()).isZero();
    }

    @Test
    void aLinkThatCanSendNothingAndAwaitNoWriteEnds() throws IOException {
        taken();
        NatsStream stream = accepted.get(0);
        stream.write(numbered(0, 10));
        stream.write(numbered(10, 20));
        noMemoryToPublish = true;
        noMemoryToAwait = true;
        written(); // nor can the peer be told
        IpcException broken = catchThrowableOfType(IpcException.class, () -> stream.write(numbered(30, 1)));
        assertThat(broken.status()).isEqualTo(IpcStatus.PEER_DIED);
        assertThat(broken).hasMessageContaining("no memory");
        assertThat(links.isEmpty()).isTrue();
    }

    /** While another thread has the lock of a link, since the client library lets it wait. */
    @Test
    void theThreadThatWritesWaitsForNoLink() throws Exception {
        taken();
        NatsStream stream = accepted.get(0);
        stream.write(numbered(0, 10));
        stream.write(numbered(10, 20));
        CountDownLatch hasLock = new CountDownLatch(1);
        CountDownLatch goesOn = new CountDownLatch(1);
        publishing = () -> {
            hasLock.countDown();
            try {
                goesOn.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        };
        FutureTask<Integer> sending = new FutureTask<>(() -> stream.write(ByteBuffer.allocate(5000)));
        new Thread(sending, "sender").start();
        hasLock.await();
        publishing = () -> {};
        written(); // would wait for ever
        assertThat(lengthsOfData()).containsExactly(10);
        goesOn.countDown();
        assertThat(sending.get()).isEqualTo(5000);
        assertThat(lengthsOfData()).containsExactly(10, 20, 5000);
        assertThat(afterWrite).as("what came meanwhile was looked at").isEmpty();
    }
}
