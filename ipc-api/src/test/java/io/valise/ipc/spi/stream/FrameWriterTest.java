package io.valise.ipc.spi.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FrameWriterTest {
    private final Sink sink = new Sink();
    private final FrameWriter writer = new FrameWriter(sink);

    @AfterEach
    void release() {
        writer.release();
    }

    private void put(int length) {
        ByteBuffer view = writer.claim(length);
        assertThat(view).isNotNull();
        while (view.hasRemaining()) {
            view.put((byte) length);
        }
        writer.commit(length);
    }

    @Test
    void aClaimIsExactAndBigEndian() {
        ByteBuffer view = writer.claim(17);
        assertThat(view.remaining()).isEqualTo(17);
        assertThat(view.order()).isEqualTo(ByteOrder.BIG_ENDIAN);
        view.order(ByteOrder.LITTLE_ENDIAN);
        writer.abort();
        assertThat(writer.claim(3).order()).isEqualTo(ByteOrder.BIG_ENDIAN);
    }

    @Test
    void manyFramesLeaveByOneWrite() {
        put(2);
        put(1);
        writer.claim(100).put((byte) 7);
        writer.commit(1);
        assertThat(writer.flush()).isTrue();
        assertThat(sink.writes).isOne();
        assertThat(sink.bytes()).containsExactly(0, 0, 0, 2, 2, 2, 0, 0, 0, 1, 1, 0, 0, 0, 1, 7);
    }

    @Test
    void anAbortedFrameIsNeverSeen() {
        put(1);
        writer.claim(50).putLong(-1);
        writer.abort();
        put(2);
        assertThat(writer.flush()).isTrue();
        assertThat(sink.bytes()).containsExactly(0, 0, 0, 1, 1, 0, 0, 0, 2, 2, 2);
    }

    @Test
    void flushingNothingWritesNothing() {
        assertThat(writer.flush()).isTrue();
        writer.claim(5);
        writer.abort();
        assertThat(writer.flush()).isTrue();
        assertThat(sink.writes).isZero();
    }

    @Test
    void aChannelThatTakesLittleGetsEverythingInOrder() {
        sink.portion = 3;
        put(9);
        assertThat(writer.flush()).isFalse();
        put(4);
        int flushes = 1;
        while (!writer.flush()) {
            flushes++;
        }
        assertThat(flushes).isEqualTo(6);
        assertThat(sink.bytes())
                .startsWith(0, 0, 0, 9, 9)
                .endsWith(0, 0, 0, 4, 4, 4, 4, 4)
                .hasSize(21);
    }

    @Test
    void aFullBufferIsFlushedByTheClaimAndRefusesOnlyWhenTheChannelTakesNothing() {
        put(Framing.MAX_FRAME_BYTES);
        put(60_000);
        sink.portion = 0;
        assertThat(writer.claim(Framing.MAX_FRAME_BYTES)).isNull();
        assertThat(writer.isEmpty()).isFalse();
        sink.portion = 70_000;
        ByteBuffer view = writer.claim(Framing.MAX_FRAME_BYTES);
        assertThat(view).isNotNull();
        writer.commit(1);
        sink.portion = Integer.MAX_VALUE;
        assertThat(writer.flush()).isTrue();
        assertThat(sink.bytes()).hasSize(Framing.MAX_FRAME_BYTES + 60_000 + 1 + 12);
    }

    /** Such a buffer is given to the channel in small portions. */
    @Test
    void aFullBufferOnTheHeapIsFlushedByTheClaimToo() {
        StreamBuffer.directRefused();
        List<StreamBuffer> pooled = new ArrayList<>();
        StreamBuffer heap = StreamBuffer.acquire();
        while (heap.bytes.isDirect()) {
            pooled.add(heap);
            heap = StreamBuffer.acquire();
        }
        put(Framing.MAX_FRAME_BYTES);
        put(60_000);
        assertThat(writer.claim(Framing.MAX_FRAME_BYTES)).isNotNull();
        assertThat(sink.writes).isGreaterThan(1);
        pooled.forEach(StreamBuffer::release);
    }

    @Test
    void lengthsOutOfRangeAndCommitsWithoutClaimAreRefused() {
        for (int length : List.of(0, -1, Framing.MAX_FRAME_BYTES + 1)) {
            assertThatThrownBy(() -> writer.claim(length)).hasMessageContaining("actual=" + length);
        }
        assertThatThrownBy(() -> writer.commit(1)).hasMessageContaining("actual=1");
        writer.claim(4);
        for (int length : List.of(0, -1, 5)) {
            assertThatThrownBy(() -> writer.commit(length)).hasMessageContaining("limit=1..4");
        }
        writer.commit(4);
        assertThatThrownBy(() -> writer.commit(4)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aBrokenChannelIsADeadPeer() {
        sink.failure = new IOException("Broken pipe");
        put(1);
        assertThatThrownBy(writer::flush)
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.PEER_DIED))
                .hasMessageContaining("Broken pipe");
    }

    /** A channel that takes a portion of each write. */
    private static final class Sink implements WritableByteChannel {
        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        private int portion = Integer.MAX_VALUE;
        private int writes;
        private IOException failure;

        byte[] bytes() {
            return taken.toByteArray();
        }

        @Override
        public int write(ByteBuffer from) throws IOException {
            if (failure != null) {
                throw failure;
            }
            writes++;
            byte[] part = new byte[Math.min(portion, from.remaining())];
            from.get(part);
            taken.writeBytes(part);
            return part.length;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() throws IOException {
            throw new IOException("not the writer's to close");
        }
    }
}
