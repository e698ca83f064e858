package io.valise.ipc.sharedmem.layout;

import io.valise.ipc.sharedmem.os.SharedMemory;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/**
 * The last bytes of a file that processes share, "VALISEND": a truncated file loses them first. No byte of it is 0, as the
 * rest of a page is that a cut falls into. Stateless.
 */
public final class EndMark {
    /** The mark. */
    public static final long VALUE = 0x5641_4C49_5345_4E44L;

    private EndMark() {}

    /** The mark as it is written to a new file. */
    public static ByteBuffer bytes() {
        return ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.nativeOrder())
                .putLong(VALUE)
                .flip();
    }

    /**
     * Whether a file has the mark.
     *
     * @param at where it is to be, in bytes
     */
    public static boolean isIn(FileChannel file, long at) throws IOException {
        ByteBuffer mark = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
        file.read(mark, at);
        return mark.flip().remaining() == Long.BYTES && mark.getLong() == VALUE;
    }

    /**
     * Whether the mark is there, so that what was read before this call was real content. Costs one load from a cache line
     * that is never written. Where the memory is gone, the JVM may throw InternalError instead.
     *
     * @param at where it is, in bytes
     */
    public static boolean isAt(SharedMemory memory, int at) {
        VarHandle.loadLoadFence(); // after all that was read
        return memory.getLongAcquire(at) == VALUE;
    }
}
