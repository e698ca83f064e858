package io.valise.ipc.benchmarks.ring;

import io.valise.ipc.sharedmem.layout.RingLayout;
import io.valise.ipc.sharedmem.os.MemoryKind;
import io.valise.ipc.sharedmem.os.SharedMemory;
import io.valise.ipc.sharedmem.ring.RingConsumer;
import io.valise.ipc.sharedmem.ring.RingProducer;
import io.valise.ipc.spi.Link;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** The ring of the transport {@code shm:}, without its doorbells. */
final class ValisePort implements MessagePort {
    private static final int DATA_AT = 4_096;
    static final int FILE_BYTES = DATA_AT + 2 * RING_BYTES;

    private final RingProducer producer;
    private final RingConsumer consumer;
    private final Link.FrameHandler handler = this::onFrame;
    private final byte[] rest = new byte[MESSAGE_BYTES - Long.BYTES];
    private long last;

    private ValisePort(RingProducer producer, RingConsumer consumer) {
        this.producer = producer;
        this.consumer = consumer;
    }

    static ValisePort open(Path file, boolean first) throws IOException {
        try (FileChannel channel = RingFile.open(file)) {
            SharedMemory memory = MemoryKind.ofThisJvm().map(channel, FILE_BYTES);
            RingLayout there = new RingLayout(0, DATA_AT, RING_BYTES);
            RingLayout back = new RingLayout(RingLayout.CONTROL_BYTES, DATA_AT + RING_BYTES, RING_BYTES);
            return new ValisePort(
                    new RingProducer(memory, first ? there : back),
                    new RingConsumer(memory, first ? back : there, () -> {}));
        }
    }

    @Override
    public boolean send(long number) {
        ByteBuffer frame = producer.claim(MESSAGE_BYTES);
        if (frame == null) {
            return false;
        }
        frame.putLong(number).put(rest);
        producer.commit(MESSAGE_BYTES);
        return true;
    }

    @Override
    public int receive(int limit) {
        return consumer.poll(handler, limit);
    }

    private boolean onFrame(ByteBuffer frame) {
        last = frame.getLong(frame.position());
        return true;
    }

    @Override
    public long last() {
        return last;
    }

    /** The memory stays mapped until the process ends. */
    @Override
    public void close() {
        last = 0;
    }
}
