package io.valise.ipc.sharedmem.os;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A mapped range of shared memory, as words for the rings' counters and as a buffer for their bytes. Words are in the
 * byte order of the machine and at multiples of their size. Offsets are not checked: the caller must not take them from
 * the memory itself.
 *
 * <p>There is no compare-and-set: on a page that the file lost by truncation it crashes the JVM where a load or store
 * only makes it throw InternalError (seen on Java 17, interpreted). So every word has one writer, or writers whose values
 * differ.
 *
 * <p>Thread-safe as memory is. No thread may touch it during or after {@link #unmap}.
 */
public interface SharedMemory {
    /** Size in bytes. */
    int size();

    /** Reads a word; nothing that follows in program order happens before. */
    int getIntAcquire(int offset);

    /** Reads a word without ordering, from memory at every call. */
    int getIntOpaque(int offset);

    /** Writes a word without ordering: visible at the latest with the next release. */
    void putInt(int offset, int value);

    /** Writes a word; all that precedes in program order happened before. */
    void putIntRelease(int offset, int value);

    /** Reads a long; nothing that follows in program order happens before. */
    long getLongAcquire(int offset);

    /** Writes a long; all that precedes in program order happened before. */
    void putLongRelease(int offset, long value);

    /**
     * The underlying buffer, from 0 to {@link #size()}; callers duplicate it and do not change its position and limit.
     */
    ByteBuffer buffer();

    /** Returns the memory to the system at once. Idempotent. To be called after the last user has left. */
    void unmap();

    /** A view of the whole for frames: big-endian, with its own position and limit. */
    default ByteBuffer frameView() {
        return buffer().duplicate().order(ByteOrder.BIG_ENDIAN);
    }
}
