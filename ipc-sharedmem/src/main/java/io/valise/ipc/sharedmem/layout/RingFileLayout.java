package io.valise.ipc.sharedmem.layout;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.sharedmem.os.SharedMemory;
import java.io.IOException;
import java.nio.channels.FileChannel;

/**
 * The layout of the file of a {@code SharedRing}. Immutable.
 *
 * <pre>
 *      +0    long magic "VALISERG"    written last by the process that creates the ring, never again
 *      +8    int  version
 *     +12    int  ringBytes           a power of two, 64 KiB to 64 MiB
 *    +128    control block            (see RingLayout; its bells are not used)
 *   +4096    bytes of the ring
 *   +4096 + ringBytes    end mark   (see EndMark)
 *
 *   locks (fcntl) on bytes that nothing is written to: +64 the producer's process, +65 the consumer's
 * </pre>
 *
 * @param ringBytes size of the ring in bytes
 */
public record RingFileLayout(int ringBytes) {
    /** The byte that the producer's process has locked. */
    public static final long PRODUCER_LOCK = 64;

    /** The byte that the consumer's process has locked. */
    public static final long CONSUMER_LOCK = 65;

    static final long MAGIC = 0x5641_4C49_5345_5247L;
    static final int VERSION = 1;

    private static final int MAGIC_AT = 0;
    private static final int VERSION_AT = 8;
    private static final int RING_BYTES_AT = 12;
    private static final int CONTROL_AT = RingLayout.CONTROL_STRIDE;
    private static final int DATA_AT = 4096;

    /**
     * The layout for a ring of a size.
     *
     * @throws IllegalArgumentException when a ring cannot have that size
     */
    public RingFileLayout {
        if (!SegmentLayout.possible(ringBytes)) {
            throw new IllegalArgumentException("ring: limit=power of two from " + SegmentLayout.MIN_RING_BYTES + " to "
                    + SegmentLayout.MAX_RING_BYTES + " bytes, actual=" + ringBytes);
        }
    }

    /**
     * The layout of a file by its size.
     *
     * @throws IpcException {@code PROTOCOL_ERROR} when no ring has that size
     */
    public static RingFileLayout ofFile(long fileBytes) {
        long ringBytes = fileBytes - DATA_AT - Long.BYTES;
        if (ringBytes != (int) ringBytes || !SegmentLayout.possible((int) ringBytes)) {
            throw wrong("file size", "4104 + a power of two from " + SegmentLayout.MIN_RING_BYTES, fileBytes);
        }
        return new RingFileLayout((int) ringBytes);
    }

    /** Size of the file in bytes. */
    public int fileBytes() {
        return endAt() + Long.BYTES;
    }

    /** The ring in it. */
    public RingLayout ring() {
        return new RingLayout(CONTROL_AT, DATA_AT, ringBytes);
    }

    /** Writes the header of a new file; all else in it is zero already. */
    public void writeHeader(SharedMemory memory) {
        memory.putInt(VERSION_AT, VERSION);
        memory.putInt(RING_BYTES_AT, ringBytes);
        memory.putLongRelease(endAt(), EndMark.VALUE);
        // Pairs with the acquire in checkHeader: a thread that sees the magic sees the rest of the header.
        memory.putLongRelease(MAGIC_AT, MAGIC);
    }

    /** The mark by which one user of the memory sees whether the file has been truncated. */
    public EndMark endMark(SharedMemory memory) {
        return new EndMark(memory, endAt());
    }

    /** Whether the file has not been truncated, where the memory may be gone. */
    public boolean isWhole(FileChannel file) throws IOException {
        return EndMark.isIn(file, endAt());
    }

    private int endAt() {
        return DATA_AT + ringBytes;
    }

    /**
     * Checks that the memory is such a ring.
     *
     * @throws IpcException {@code PROTOCOL_ERROR} when it is not, {@code VERSION_MISMATCH}
     */
    public void checkHeader(SharedMemory memory) {
        long magic = memory.getLongAcquire(MAGIC_AT);
        if (magic != MAGIC) {
            throw wrong("magic", "0x" + Long.toHexString(MAGIC), magic);
        }
        int version = memory.getIntAcquire(VERSION_AT);
        if (version != VERSION) {
            throw new IpcException(
                    IpcStatus.VERSION_MISMATCH,
                    "ring version: limit=" + VERSION + ", actual=" + version + "; use the same Valise at both ends",
                    Delivery.NOT_SENT);
        }
        int bytes = memory.getIntAcquire(RING_BYTES_AT);
        if (bytes != ringBytes) {
            throw wrong("ringBytes", String.valueOf(ringBytes), bytes);
        }
    }

    private static IpcException wrong(String what, String limit, long actual) {
        return new IpcException(
                IpcStatus.PROTOCOL_ERROR,
                "ring " + what + ": limit=" + limit + ", actual=" + actual + "; is this the file of a ring?",
                Delivery.NOT_SENT);
    }
}
