package io.valise.ipc.sharedmem.layout;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.channels.FileChannel;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * The content of the file of a named object, behind the header of {@link RegionLayout}.
 *
 * <pre>
 *   +4096    int  rung      changes when a thread that waits has to look again
 *   +4100    int  sets      event: how often it was set
 *   +4104    int  state     event: 1 while it is set
 *   +4160    long mark[n]   mutex: one, semaphore: one for each permit; 0 when it is free, else the mark of its process
 *   +4160 + 8 n    end mark
 *
 *   locks (fcntl) on bytes behind the end of the file:
 *     +1 MiB         turn     the process whose thread is next, for a short time
 *     +1 MiB + 1     taking   automatic event: the process that looks whether it is set and resets it
 *     +1 MiB + 64    slot[n]  the process that has the mutex or the permit: a mark without it was left by a dead one
 *     +4 EiB + mark  user     the process of that mark, while it has the object open: no other process has that mark
 * </pre>
 */
public final class ObjectLayout {
    /** Where {@code rung} is, in bytes from the beginning of the file; so are the others. */
    public static final int RUNG_AT = RegionLayout.HEADER_BYTES;

    /** Where {@code sets} is. */
    public static final int SETS_AT = RUNG_AT + 4;

    /** Where {@code state} is. */
    public static final int STATE_AT = RUNG_AT + 8;

    /** The byte {@code turn}. */
    public static final long TURN_LOCK = 1 << 20;

    /** The byte {@code taking}. */
    public static final long TAKING_LOCK = TURN_LOCK + 1;

    /** The most permits that a semaphore has: all are looked at when one is acquired. */
    public static final int MOST_SLOTS = 256;

    private static final int MARKS = 64;
    private static final long SLOT_LOCKS = TURN_LOCK + 64;
    private static final long USER_LOCKS = 1L << 62;

    private ObjectLayout() {}

    /** The bytes of content of an object with so many slots. */
    public static long bytes(int slots) {
        return MARKS + (long) slots * Long.BYTES;
    }

    /** How many slots an object has; of a file that no object has, some number from 0 to {@link #MOST_SLOTS}. */
    public static int slots(long bytes) {
        return (int) Math.max(0, Math.min(MOST_SLOTS, (bytes - MARKS) / Long.BYTES));
    }

    /** Where the mark of a slot is. */
    public static int markAt(int slot) {
        return RUNG_AT + MARKS + slot * Long.BYTES;
    }

    /**
     * Whether a slot has a mark: when no process has the file open, a dead one left it, which the next one is to be told.
     *
     * @param file of an object or a region
     */
    public static boolean isMarked(FileChannel file) throws IOException {
        RegionLayout layout = RegionLayout.read(file);
        return layout.kind() != 0 && Arrays.stream(marks(file, layout)).anyMatch(mark -> mark != 0);
    }

    /**
     * The marks of an object's slots, read from its file; none when the file is not whole, which no process can use.
     *
     * @param layout of the file
     */
    public static long[] marks(FileChannel file, RegionLayout layout) throws IOException {
        int slots = slots(layout.bytes());
        ByteBuffer bytes = ByteBuffer.allocate((slots + 1) * Long.BYTES).order(ByteOrder.nativeOrder());
        file.read(bytes, markAt(0));
        LongBuffer marks = bytes.flip().asLongBuffer();
        boolean whole = marks.remaining() > slots && marks.get(slots) == EndMark.VALUE;
        long[] found = new long[whole ? slots : 0];
        marks.get(found);
        return found;
    }

    /** A mark that no other process has, nor another copy of this library: a random number, and the process id. */
    public static long newMark() {
        long random = new SecureRandom().nextInt() & 0x3FFF_FFFFL;
        return (random << Integer.SIZE) | pid(ProcessHandle.current().pid());
    }

    /** The process id in a mark. */
    public static long pid(long mark) {
        return mark & 0xFFFF_FFFFL;
    }

    /** The byte that the process of a mark has locked while it has the object open. */
    public static long userLock(long mark) {
        return USER_LOCKS | (mark & (USER_LOCKS - 1));
    }

    /** The byte that the holder of a slot has locked. */
    public static long slotLock(int slot) {
        return SLOT_LOCKS + slot;
    }
}
