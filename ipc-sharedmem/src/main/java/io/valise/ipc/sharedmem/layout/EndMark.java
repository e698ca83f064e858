package io.valise.ipc.sharedmem.layout;

import io.valise.ipc.sharedmem.os.SharedMemory;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/**
 * The last bytes of a file that processes share, "VALISEND": a truncated file loses them first. No byte of it is 0, as the
 * rest of a page is that a cut falls into.
 *
 * <p>A load from a page that is gone leaves the register of compiled code as it was, before Java 25: after a check that found
 * the mark, the same loads would find it again. So the halves of the mark are looked at one by one, and in the other order each
 * time: one of the two registers, or the only one, then has the other half. For one thread at a time; what several threads share
 * calls LateFaults.report as well.
 */
public final class EndMark {
    /** The mark. */
    public static final long VALUE = 0x5641_4C49_5345_4E44L;

    private static final int SHIFT_AT_0 = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? 0 : Integer.SIZE;

    private final SharedMemory memory;
    private final int at;
    private int first; // offset of the half that is looked at first

    /**
     * The mark of a mapped file.
     *
     * @param at where it is, in bytes
     */
    public EndMark(SharedMemory memory, int at) {
        this.memory = memory;
        this.at = at;
    }

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
     * Checks that the mark is there, so that what was read before this call was real content. Costs two loads from a cache
     * line that is never written. Of memory that is gone the JVM may have more to say later (LateFaults).
     *
     * @throws InternalError when the file has been truncated, as the JVM says it of other accesses to memory that is gone
     */
    public void check() {
        VarHandle.loadLoadFence(); // after all that was read
        first ^= Integer.BYTES;
        if (isMissing(first) || isMissing(first ^ Integer.BYTES)) {
            throw new InternalError("the end of the file is not there");
        }
    }

    private boolean isMissing(int half) {
        int found = memory.getIntAcquire(at + half);
        // What is expected is not computed before the load, which would find it in a register.
        return found != (int) (VALUE >>> (half * Byte.SIZE ^ SHIFT_AT_0));
    }
}
