package io.valise.ipc.sharedmem.layout;

import io.valise.ipc.sharedmem.os.SharedMemory;
import java.lang.invoke.VarHandle;

/**
 * The last bytes of a file that processes share, "VALISEND": a truncated file loses them first. No byte of it is 0, as the
 * rest of a page is that a cut falls into. Stateless.
 */
public final class EndMark {
    /** The mark. */
    public static final long VALUE = 0x5641_4C49_5345_4E44L;

    private EndMark() {}

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
