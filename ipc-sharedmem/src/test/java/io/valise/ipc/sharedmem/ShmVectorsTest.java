package io.valise.ipc.sharedmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.sharedmem.layout.RingLayout;
import io.valise.ipc.sharedmem.layout.SegmentLayout;
import io.valise.ipc.sharedmem.os.MemoryKind;
import io.valise.ipc.sharedmem.os.SharedMemory;
import io.valise.ipc.sharedmem.os.TestMemory;
import io.valise.ipc.sharedmem.ring.RingConsumer;
import io.valise.ipc.sharedmem.ring.RingProducer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The published vectors of docs/protocol.md are what is said, and understood, and written into memory. */
class ShmVectorsTest {
    private static final SegmentLayout LAYOUT = new SegmentLayout(64 << 10);

    private final Properties vectors = new Properties();

    @BeforeEach
    void load() throws IOException {
        try (InputStream in = getClass().getResourceAsStream("/vectors/shm.properties")) {
            vectors.load(Objects.requireNonNull(in));
        }
    }

    @Test
    void handshakeSaysWhatTheVectorsSay() {
        Path segment = Path.of("/dev/shm/valise-1000/segment");
        IpcException full = new IpcException(IpcStatus.RESOURCE_EXHAUSTED, "no space");

        assertThat(hex(NegotiationMessages.hello(4711))).isEqualTo(vectors.getProperty("hello"));
        assertThat(hex(NegotiationMessages.offer(4712, LAYOUT, segment))).isEqualTo(vectors.getProperty("offer"));
        assertThat(hex(NegotiationMessages.refusal(4712, full))).isEqualTo(vectors.getProperty("refusal"));
        assertThat(hex(NegotiationMessages.ack())).isEqualTo(vectors.getProperty("ack"));
    }

    @Test
    void handshakeUnderstandsTheVectors() {
        assertThat(NegotiationMessages.readHello(bytes("hello"))).isEqualTo(4711);
        assertThat(NegotiationMessages.readOffer(bytes("offer")))
                .isEqualTo(new NegotiationMessages.Offer(IpcStatus.OK, 4712, 64 << 10, "/dev/shm/valise-1000/segment"));
        assertThat(NegotiationMessages.readOffer(bytes("refusal")))
                .isEqualTo(new NegotiationMessages.Offer(IpcStatus.RESOURCE_EXHAUSTED, 4712, 0, "no space"));
    }

    @Test
    void segmentHoldsWhatTheVectorsSay() {
        assumeTrue(ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN, "the vectors are of such a machine");
        try (TestMemory file = new TestMemory(MemoryKind.JDK, LAYOUT.segmentBytes())) {
            SharedMemory memory = file.map();
            RingLayout ring = LAYOUT.toServer();
            LAYOUT.writeHeader(memory);
            RingProducer producer = new RingProducer(memory, ring);
            List.of("frame1", "frame2", "frame3").forEach(frame -> send(producer, frame));

            assertThat(hex(memory, 0, "header")).isEqualTo(vectors.getProperty("header"));
            assertThat(hex(memory, LAYOUT.segmentBytes() - Long.BYTES, "end")).isEqualTo(vectors.getProperty("end"));
            assertThat(hex(memory, ring.data(), "ring")).isEqualTo(vectors.getProperty("ring"));
            assertThat(received(memory, ring))
                    .containsExactly(
                            vectors.getProperty("frame1"),
                            vectors.getProperty("frame2"),
                            vectors.getProperty("frame3"));
        }
    }

    private void send(RingProducer producer, String frame) {
        ByteBuffer bytes = bytes(frame);
        int length = bytes.remaining();
        ByteBuffer space = Objects.requireNonNull(producer.claim(length));
        space.put(bytes);
        producer.commit(length);
    }

    private static List<String> received(SharedMemory memory, RingLayout ring) {
        List<String> frames = new ArrayList<>();
        RingConsumer consumer = new RingConsumer(memory, ring, () -> {});
        consumer.poll(
                view -> {
                    byte[] frame = new byte[view.remaining()];
                    view.get(frame);
                    return frames.add(HexFormat.of().formatHex(frame));
                },
                10);
        return frames;
    }

    private String hex(SharedMemory memory, int offset, String asLongAs) {
        byte[] bytes = new byte[vectors.getProperty(asLongAs).length() / 2];
        memory.buffer().get(offset, bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private ByteBuffer bytes(String key) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(vectors.getProperty(key)));
    }

    private static String hex(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return HexFormat.of().formatHex(copy);
    }
}
