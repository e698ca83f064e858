package io.valise.ipc.spi.stream;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.Threads;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A direct buffer that is lent to the thread that reads or writes at this moment, so that idle links hold none. Thread-safe.
 *
 * <p>Buffers are pooled, for the JDK has no supported way to free one at a given moment: up to {@value #KEPT} wait here
 * for their next use, most recently used first; those beyond are left to the garbage collector, which the JDK runs by
 * itself when direct memory becomes short. Where it still does not suffice, a buffer on the heap serves: the JDK copies
 * through a small direct one then, for which there may be room.
 */
final class StreamBuffer {
    /** Bytes in a buffer: the longest frame with its length, and as much again so that small frames need no moving. */
    static final int CAPACITY = 128 * 1024;

    private static final Logger LOG = SafeLog.of(StreamBuffer.class);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int KEPT = 32;
    private static final ArrayDeque<StreamBuffer> POOL = new ArrayDeque<>(KEPT);
    private static final int MOST_COPIED = 8 * 1024;

    /** The JDK takes half a second to refuse direct memory: after that it is not asked for a while. */
    private static final long REFUSED_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static volatile long refusedUntil = System.nanoTime();

    /** What channels read into and write from. Its limit is its capacity whenever no channel is at work. */
    final ByteBuffer bytes;

    private final ByteBuffer first;

    private StreamBuffer(ByteBuffer bytes) {
        this.bytes = bytes;
        first = bytes.slice(Framing.HEADER_BYTES, CAPACITY - Framing.HEADER_BYTES);
    }

    /** @throws IpcException {@code RESOURCE_EXHAUSTED} when direct memory and the heap are used up */
    static StreamBuffer acquire() {
        synchronized (POOL) {
            StreamBuffer pooled = POOL.pollFirst();
            if (pooled != null) {
                return pooled;
            }
        }
        return System.nanoTime() - refusedUntil < 0 ? onHeap(null) : fresh();
    }

    private static StreamBuffer fresh() {
        try {
            return new StreamBuffer(ByteBuffer.allocateDirect(CAPACITY));
        } catch (OutOfMemoryError e) {
            directRefused();
            return onHeap(e);
        }
    }

    /** For a while from now the heap serves. */
    static void directRefused() {
        refusedUntil = System.nanoTime() + REFUSED_NANOS;
    }

    private static StreamBuffer onHeap(@Nullable OutOfMemoryError refusal) {
        try {
            return new StreamBuffer(ByteBuffer.allocate(CAPACITY));
        } catch (OutOfMemoryError e) {
            if (refusal != null) {
                e.addSuppressed(refusal);
            }
            throw new IpcException(
                    IpcStatus.RESOURCE_EXHAUSTED,
                    "memory for a connection's buffer: wanted=" + CAPACITY
                            + " bytes: raise -XX:MaxDirectMemorySize or -Xmx",
                    e);
        }
    }

    /** The bytes from a position to a limit, or as many as a channel is given at once. */
    ByteBuffer window(int position, int limit) {
        int most = bytes.isDirect() ? limit : Math.min(limit, position + MOST_COPIED);
        return bytes.clear().limit(most).position(position);
    }

    /**
     * Called when a channel refused to read or write for want of memory: nothing was read or written, and the caller
     * looks again. Waits a moment.
     */
    static void refused(OutOfMemoryError refusal) {
        LOG.log(Level.DEBUG, "no memory to read or write a stream; trying again", refusal);
        Threads.pause(PAUSE_NANOS);
    }

    /** Gives it back; nothing may use it, or a view of it, any more. */
    void release() {
        synchronized (POOL) {
            if (POOL.size() < KEPT && bytes.isDirect()) {
                POOL.addFirst(this);
            }
        }
    }

    /**
     * A view of one frame. That of a frame at the front, as one request or one reply is, costs no garbage: it is reused,
     * whatever its last holder did to it.
     */
    ByteBuffer frame(int start, int length) {
        return start == Framing.HEADER_BYTES
                ? first.order(ByteOrder.BIG_ENDIAN).clear().limit(length)
                : bytes.slice(start, length);
    }
}
