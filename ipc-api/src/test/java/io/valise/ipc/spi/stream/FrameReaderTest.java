package io.valise.ipc.spi.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.Link;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FrameReaderTest {
    private final ByteBuffer stream = ByteBuffer.allocate(4 * 1024 * 1024);
    private final Source source = new Source(stream);
    private final FrameReader reader = new FrameReader(source);
    private final List<byte[]> got = new ArrayList<>();

    @AfterEach
    void release() {
        reader.release();
    }

    private int poll(int limit) {
        return reader.poll(
                frame -> {
                    byte[] copy = new byte[frame.remaining()];
                    frame.get(copy);
                    return got.add(copy);
                },
                limit);
    }

    private void put(byte[] frame) {
        stream.putInt(frame.length).put(frame);
    }

    @Test
    void framesOfAllSizesSurviveEveryWayOfCuttingTheStream() {
        Random random = new Random(42);
        List<byte[]> sent = new ArrayList<>();
        for (int size : List.of(1, 2, 3, 4, 5, 1000, 65535, 65536, 1, 65536, 65536, 65533, 40000, 7)) {
            byte[] frame = new byte[size];
            random.nextBytes(frame);
            sent.add(frame);
            put(frame);
        }
        stream.flip();
        while (stream.hasRemaining() || reader.isDeliverable()) {
            source.portion = random.nextBoolean() ? 1 + random.nextInt(9) : 1 + random.nextInt(200_000);
            poll(1 + random.nextInt(3));
        }
        assertThat(got).containsExactlyElementsOf(sent);
    }

    @Test
    void readsOncePerPollAndNotWhileFramesAreLeft() {
        put(new byte[] {1});
        put(new byte[] {2});
        stream.flip();
        assertThat(poll(1)).isOne();
        assertThat(reader.isDeliverable()).isTrue();
        assertThat(poll(1)).isOne();
        assertThat(source.reads).isOne();
        assertThat(reader.isDeliverable()).isFalse();
    }

    @Test
    void isDrainedByAReadThatFindsLessThanThereIsRoomForAndOnlyWhenAllFramesWereDelivered() {
        put(new byte[] {1});
        put(new byte[] {2});
        stream.flip();
        assertThat(reader.isDrained()).isFalse();
        assertThat(poll(1)).isOne();
        assertThat(reader.isDrained()).isFalse();
        assertThat(poll(1)).isOne();
        assertThat(reader.isDrained()).isTrue();
    }

    @Test
    void aHandlerThatSaysStopGetsTheRestLater() {
        put(new byte[] {1});
        put(new byte[] {2});
        stream.flip();
        assertThat(reader.poll(frame -> false, 10)).isOne();
        assertThat(poll(10)).isOne();
        assertThat(got).containsExactly(new byte[] {2});
    }

    @Test
    void aFrameWhoseHandlerThrowsIsNotDeliveredAgain() {
        put(new byte[] {1});
        put(new byte[] {2});
        stream.flip();
        Link.FrameHandler failing = frame -> {
            throw new IllegalStateException("on purpose");
        };
        assertThatThrownBy(() -> reader.poll(failing, 10)).hasMessage("on purpose");
        assertThat(poll(10)).isOne();
        assertThat(got).containsExactly(new byte[] {2});
    }

    @Test
    void whateverAHandlerDoesToTheViewTheNextIsExact() {
        put(new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
        put(new byte[] {9, 9});
        stream.flip();
        Link.FrameHandler rude = frame -> {
            frame.order(ByteOrder.LITTLE_ENDIAN).position(3).mark().limit(5);
            return false;
        };
        assertThat(reader.poll(rude, 10)).isOne();
        reader.poll(
                frame -> {
                    assertThat(frame.order()).isEqualTo(ByteOrder.BIG_ENDIAN);
                    assertThat(frame.remaining()).isEqualTo(2);
                    assertThat(frame.getShort()).isEqualTo((short) 0x0909);
                    return got.add(new byte[0]);
                },
                10);
        assertThat(got).hasSize(1);
    }

    @Test
    void zeroNegativeAndOversizeLengthsAreViolationsForGood() {
        for (int length : List.of(0, -1, Integer.MIN_VALUE, 65537, Integer.MAX_VALUE)) {
            ByteBuffer bytes = ByteBuffer.allocate(4).putInt(length).flip();
            FrameReader victim = new FrameReader(new Source(bytes));
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> victim.poll(frame -> true, 1))
                        .isInstanceOfSatisfying(
                                IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.PROTOCOL_ERROR))
                        .hasMessageContainingAll("limit=1..65536", "actual=" + Integer.toUnsignedString(length));
                assertThat(victim.isDeliverable()).isTrue();
            }
            victim.release();
        }
    }

    @Test
    void goodFramesBeforeAViolationAreDelivered() {
        put(new byte[] {1});
        stream.putInt(0).flip();
        assertThat(poll(10)).isOne();
        assertThatThrownBy(() -> poll(10)).hasMessageContaining("actual=0");
    }

    @Test
    void anHttpRequestIsAViolation() {
        stream.put("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII))
                .flip();
        assertThatThrownBy(() -> poll(10)).hasMessageContaining("does not speak this protocol");
    }

    @Test
    void theEndComesAfterEveryFrameAndStays() {
        put(new byte[] {1});
        put(new byte[] {2});
        stream.flip();
        source.ends = true;
        assertThat(poll(1)).isOne();
        assertThat(poll(1)).isOne();
        assertThat(poll(1)).isEqualTo(Link.END);
        assertThat(poll(1)).isEqualTo(Link.END);
        assertThat(reader.isDeliverable()).isTrue();
    }

    @Test
    void anEndInsideAFrameOrItsLengthIsADeadPeer() {
        for (int cut : List.of(1, 3, 4, 9)) {
            ByteBuffer bytes = ByteBuffer.allocate(14).putInt(10).position(cut).flip();
            Source cutOff = new Source(bytes);
            cutOff.ends = true;
            FrameReader victim = new FrameReader(cutOff);
            assertThat(victim.poll(frame -> true, 1)).isZero();
            assertThatThrownBy(() -> victim.poll(frame -> true, 1))
                    .isInstanceOfSatisfying(
                            IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.PEER_DIED))
                    .hasMessageContaining("in the middle of a frame")
                    .hasMessageContaining("received=" + Math.max(0, cut - 4));
            victim.release();
        }
    }

    @Test
    void aReleasedBufferIsTakenAgainWhenBytesArrive() {
        reader.rest();
        put(new byte[] {1});
        stream.flip();
        assertThat(poll(1)).isOne();
        reader.rest();
        assertThat(poll(1)).isZero();
    }

    /** A peer that sends half a frame, and no more, costs as many bytes as it has sent. */
    @Test
    void aReaderThatRestsWithPartOfAFrameHoldsNoBuffer() {
        byte[] frame = new byte[65536];
        new Random(7).nextBytes(frame);
        for (int cut : List.of(1, 3, 4, 5, 40_000, 65539)) {
            got.clear();
            stream.clear();
            put(new byte[] {1, 2, 3});
            put(frame);
            stream.flip();
            source.portion = 7 + cut;
            assertThat(poll(5)).isOne();
            assertThat(reader.holdsBuffer()).isTrue();
            reader.rest();
            assertThat(reader.holdsBuffer()).isFalse();
            reader.rest();
            source.portion = Integer.MAX_VALUE;
            while (got.size()
                    < 2) { // a buffer on the heap, for a second after a test that had no other, takes less at once
                assertThat(poll(5)).isBetween(0, 1);
            }
            assertThat(got).containsExactly(new byte[] {1, 2, 3}, frame);
            assertThat(reader.holdsBuffer()).isTrue();
            assertThat(poll(5)).isZero();
            assertThat(reader.holdsBuffer()).isFalse();
        }
    }

    @Test
    void anEndBehindAPartThatWasKeptIsSaidSo() {
        ByteBuffer bytes = ByteBuffer.allocate(9).putInt(10).position(9).flip();
        Source cutOff = new Source(bytes);
        cutOff.ends = true;
        FrameReader victim = new FrameReader(cutOff);
        assertThat(victim.poll(frame -> true, 1)).isZero();
        victim.rest();
        assertThatThrownBy(() -> victim.poll(frame -> true, 1)).hasMessageContaining("received=5");
        victim.release();
    }

    /** The JDK reads into a buffer on the heap, or beyond what a thread keeps, by way of direct memory. */
    @Test
    void aReadThatIsRefusedMemoryIsRepeated() {
        put(new byte[] {1});
        stream.flip();
        source.refusals = 3;
        for (int i = 0; i < 3; i++) {
            assertThat(poll(1)).isZero();
        }
        assertThat(poll(1)).isOne();
    }

    /** A channel that gives what a buffer holds in portions, then nothing, or the end. */
    private static final class Source implements ReadableByteChannel {
        private final ByteBuffer bytes;
        private int portion = Integer.MAX_VALUE;
        private int reads;
        private boolean ends;
        private int refusals;

        Source(ByteBuffer bytes) {
            this.bytes = bytes;
        }

        @Override
        public int read(ByteBuffer into) {
            reads++;
            if (refusals > 0) {
                refusals--;
                throw new OutOfMemoryError("Cannot reserve direct buffer memory");
            }
            int count = Math.min(portion, Math.min(bytes.remaining(), into.remaining()));
            into.put(bytes.slice(bytes.position(), count));
            bytes.position(bytes.position() + count);
            return count == 0 && ends ? -1 : count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() throws IOException {
            throw new IOException("not the reader's to close");
        }
    }
}
