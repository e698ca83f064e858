package io.valise.ipc.loopback.link;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * Direct buffers of two sizes, lent to links while bytes are on their way. One that is not given back is the garbage
 * collector's; so a buffer may be dropped at any time, and is given back only by who is certain that nobody else still
 * uses it. Thread-safe.
 */
final class Buffers {
    /** Enough for a link that speaks now and then. */
    static final int SMALL = 8 * 1024;

    /** Enough for the longest frame and more. */
    static final int LARGE = 128 * 1024;

    private static final Buffers SMALL_ONES = new Buffers(SMALL, 64);
    private static final Buffers LARGE_ONES = new Buffers(LARGE, 16);

    private final int size;
    private final int kept;
    private final ArrayDeque<ByteBuffer> idle = new ArrayDeque<>();

    private Buffers(int size, int kept) {
        this.size = size;
        this.kept = kept;
    }

    /** A cleared buffer of the smaller size that holds this many bytes. */
    static ByteBuffer take(int bytes) {
        return (bytes <= SMALL ? SMALL_ONES : LARGE_ONES).take();
    }

    static void give(ByteBuffer buffer) {
        (buffer.capacity() == SMALL ? SMALL_ONES : LARGE_ONES).giveBack(buffer);
    }

    private ByteBuffer take() {
        synchronized (idle) {
            ByteBuffer kept = idle.poll();
            if (kept != null) {
                return kept.clear();
            }
        }
        try {
            return ByteBuffer.allocateDirect(size);
        } catch (OutOfMemoryError e) {
            throw new IpcException(
                    IpcStatus.RESOURCE_EXHAUSTED,
                    "direct memory: no " + size + " bytes left; raise -XX:MaxDirectMemorySize or the heap limit",
                    e);
        }
    }

    private void giveBack(ByteBuffer buffer) {
        synchronized (idle) {
            if (idle.size() < kept) {
                idle.push(buffer);
            }
        }
    }
}
