package io.valise.ipc.spi.stream;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;

/**
 * A direct buffer that is lent to whoever reads or writes at this moment, so that idle links hold none. Thread-safe.
 *
 * <p>Buffers are pooled, for the JDK has no supported way to free one at a given moment: up to {@value #KEPT} wait here
 * for their next use, most recently used first; those beyond are left to the garbage collector, which the JDK runs by
 * itself when direct memory becomes short.
 */
final class StreamBuffer {
    /** Bytes in a buffer: the longest frame with its length, and as much again so that small frames need no moving. */
    static final int CAPACITY = 128 * 1024;

    private static final int KEPT = 32;
    private static final ArrayDeque<StreamBuffer> POOL = new ArrayDeque<>(KEPT);

    /** What channels read into and write from. Its limit is its capacity whenever no channel is at work. */
    final ByteBuffer bytes;

    private final ByteBuffer first;

    private StreamBuffer() {
        bytes = ByteBuffer.allocateDirect(CAPACITY);
        first = bytes.slice(Framing.HEADER_BYTES, CAPACITY - Framing.HEADER_BYTES);
    }

    /** @throws IpcException {@code RESOURCE_EXHAUSTED} when direct memory is used up */
    static StreamBuffer acquire() {
        synchronized (POOL) {
            StreamBuffer pooled = POOL.pollFirst();
            if (pooled != null) {
                return pooled;
            }
        }
        try {
            return new StreamBuffer();
        } catch (OutOfMemoryError e) {
            throw new IpcException(
                    IpcStatus.RESOURCE_EXHAUSTED,
                    "direct memory for a connection's buffer: wanted=" + CAPACITY
                            + " bytes: raise -XX:MaxDirectMemorySize",
                    e);
        }
    }

    /** Gives it back; nothing may use it, or a view of it, any more. */
    void release() {
        synchronized (POOL) {
            if (POOL.size() < KEPT) {
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
