package io.valise.ipc.nats.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/** What waits while a message is written, and what becomes of it. */
class GatheredWritesTest extends LinksFixture {
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

    /** While another thread has the lock of a link, since the client library lets it wait. */
    @Test
    void theThreadThatWritesWaitsForNoLink() throws Exception {
        taken();
        NatsStream stream = holding();
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
