package io.valise.ipc.benchmarks.ring;

import io.valise.ipc.sharedmem.SharedRing;
import io.valise.ipc.spi.Link;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Two {@link SharedRing}s. Messages are written where they are sent from. */
final class ValisePort implements MessagePort {
    private static final int BATCH = 16;

    private final SharedRing out;
    private final SharedRing in;
    private final SharedRing.Producer producer;
    private final SharedRing.Consumer consumer;
    private final Link.FrameHandler handler = this::onFrame;
    private final boolean batched;
    private int staged;
    private long last;

    private ValisePort(String contender, SharedRing out, SharedRing in) {
        this.out = out;
        this.in = in;
        this.producer = contender.endsWith("Threads") ? out.producerForThreads() : out.producer();
        this.consumer = in.consumer();
        this.batched = contender.endsWith("Batched");
    }

    /** Makes the files; the end of the peer. */
    static ValisePort create(String contender, Path file) {
        SharedRing in = SharedRing.create(file, RING_BYTES);
        return new ValisePort(contender, SharedRing.create(back(file), RING_BYTES), in);
    }

    /** Opens the files; the end of the benchmark. */
    static ValisePort open(String contender, Path file) {
        SharedRing out = SharedRing.open(file);
        return new ValisePort(contender, out, SharedRing.open(back(file)));
    }

    /** The file of the ring in the other direction. */
    static Path back(Path file) {
        return Path.of(file + ".back");
    }

    @Override
    public boolean send(long number) {
        ByteBuffer message = producer.claim(MESSAGE_BYTES);
        if (message == null) {
            return false;
        }
        for (int at = 0; at < MESSAGE_BYTES; at += Long.BYTES) {
            message.putLong(number);
        }
        if (batched && ++staged % BATCH != 0) {
            producer.stage(MESSAGE_BYTES);
        } else {
            producer.commit(MESSAGE_BYTES);
        }
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

    @Override
    public void close() {
        out.close();
        in.close();
    }
}
