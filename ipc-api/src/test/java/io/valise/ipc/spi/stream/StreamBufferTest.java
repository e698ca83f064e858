package io.valise.ipc.spi.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Buffers where the JVM has no direct memory left. */
class StreamBufferTest {
    private static final int MORE_THAN_POOLED = 40;

    /** Takes all that are pooled while direct memory is refused. */
    private static List<StreamBuffer> takeAll() {
        StreamBuffer.directRefused();
        List<StreamBuffer> taken = new ArrayList<>();
        for (int i = 0; i < MORE_THAN_POOLED; i++) {
            taken.add(StreamBuffer.acquire());
        }
        return taken;
    }

    @Test
    void theHeapServesAndIsNotPooled() {
        List<StreamBuffer> taken = takeAll();
        StreamBuffer onHeap = taken.get(MORE_THAN_POOLED - 1);
        assertThat(onHeap.bytes.isDirect()).isFalse();
        assertThat(onHeap.bytes.capacity()).isEqualTo(StreamBuffer.CAPACITY);
        taken.forEach(StreamBuffer::release);
        List<StreamBuffer> again = takeAll();
        assertThat(again).doesNotContain(onHeap);
        again.forEach(StreamBuffer::release);
    }

    /** The JDK copies what is on the heap through direct memory: a little at a time finds room. */
    @Test
    void framesCrossByBuffersOnTheHeapALittleAtATime() throws Exception {
        byte[] frame = new byte[Framing.MAX_FRAME_BYTES];
        new Random(3).nextBytes(frame);
        List<StreamBuffer> taken = takeAll();
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        List<Integer> portions = new ArrayList<>();
        FrameWriter writer = new FrameWriter(recording(written, portions));
        ByteBuffer space = writer.claim(frame.length);
        assertThat(space).isNotNull();
        space.put(frame);
        writer.commit(frame.length);
        while (!writer.flush()) {
            assertThat(written.size()).isLessThan(frame.length + Framing.HEADER_BYTES);
        }
        assertThat(portions).allMatch(portion -> portion <= 8192).hasSizeGreaterThan(8);
        FrameReader reader = new FrameReader(Channels.newChannel(new ByteArrayInputStream(written.toByteArray())));
        List<byte[]> got = new ArrayList<>();
        while (got.isEmpty()) {
            reader.poll(
                    received -> {
                        byte[] copy = new byte[received.remaining()];
                        received.get(copy);
                        return got.add(copy);
                    },
                    1);
        }
        assertThat(got).containsExactly(frame);
        reader.release();
        taken.forEach(StreamBuffer::release);
    }

    private static WritableByteChannel recording(ByteArrayOutputStream to, List<Integer> portions) {
        WritableByteChannel channel = Channels.newChannel(to);
        return new WritableByteChannel() {
            @Override
            public int write(ByteBuffer from) throws IOException {
                portions.add(from.remaining());
                return channel.write(from);
            }

            @Override
            public boolean isOpen() {
                return true;
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }

    @Test
    void aWriteThatIsRefusedMemoryIsRepeated() {
        int[] refusals = {2};
        FrameWriter writer = new FrameWriter(new WritableByteChannel() {
            @Override
            public int write(ByteBuffer from) {
                if (refusals[0]-- > 0) {
                    throw new OutOfMemoryError("Cannot reserve direct buffer memory");
                }
                int count = from.remaining();
                from.position(from.limit());
                return count;
            }

            @Override
            public boolean isOpen() {
                return true;
            }

            @Override
            public void close() {}
        });
        ByteBuffer space = writer.claim(1);
        assertThat(space).isNotNull();
        space.put((byte) 1);
        writer.commit(1);
        assertThat(writer.flush()).isFalse();
        assertThat(writer.flush()).isFalse();
        assertThat(writer.flush()).isTrue();
    }
}
