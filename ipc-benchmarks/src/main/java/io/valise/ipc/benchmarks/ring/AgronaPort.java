package io.valise.ipc.benchmarks.ring;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.function.Function;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/** Agrona's ring buffers over a mapped file. */
final class AgronaPort implements MessagePort {
    private static final int ONE_RING = RING_BYTES + RingBufferDescriptor.TRAILER_LENGTH;
    static final int FILE_BYTES = 2 * ONE_RING;
    private static final int TYPE = 1;

    private final RingBuffer outgoing;
    private final RingBuffer incoming;
    private final MessageHandler handler = this::onMessage;
    private final ThreadLocal<UnsafeBuffer> messages =
            ThreadLocal.withInitial(() -> new UnsafeBuffer(new byte[MESSAGE_BYTES]));
    private final UnsafeBuffer message = new UnsafeBuffer(new byte[MESSAGE_BYTES]);
    private final boolean forThreads;
    private long last;

    private AgronaPort(RingBuffer outgoing, RingBuffer incoming, boolean forThreads) {
        this.forThreads = forThreads;
        this.outgoing = outgoing;
        this.incoming = incoming;
    }

    static AgronaPort open(Path file, boolean first, Function<AtomicBuffer, RingBuffer> kind) throws IOException {
        return open(file, first, kind, false);
    }

    /** For several threads: each has a message of its own. */
    static AgronaPort openForThreads(Path file, boolean first) throws IOException {
        return open(file, first, ManyToOneRingBuffer::new, true);
    }

    private static AgronaPort open(
            Path file, boolean first, Function<AtomicBuffer, RingBuffer> kind, boolean forThreads) throws IOException {
        try (FileChannel channel = RingFile.open(file)) {
            UnsafeBuffer all = new UnsafeBuffer(channel.map(FileChannel.MapMode.READ_WRITE, 0, FILE_BYTES));
            RingBuffer there = kind.apply(new UnsafeBuffer(all, 0, ONE_RING));
            RingBuffer back = kind.apply(new UnsafeBuffer(all, ONE_RING, ONE_RING));
            return new AgronaPort(first ? there : back, first ? back : there, forThreads);
        }
    }

    @Override
    public boolean send(long number) {
        UnsafeBuffer mine = forThreads ? messages.get() : message;
        mine.putLong(0, number);
        return outgoing.write(TYPE, mine, 0, MESSAGE_BYTES);
    }

    @Override
    public int receive(int limit) {
        return incoming.read(handler, limit);
    }

    private void onMessage(int type, MutableDirectBuffer buffer, int index, int length) {
        last = buffer.getLong(index);
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
