package io.valise.ipc.sharedmem.layout;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.sharedmem.os.SharedMemory;

/**
 * The layout of the segment of a connection. Immutable.
 *
 * <pre>
 *      +0    long magic "VALISESH"        written by the server before it offers the segment, never again
 *      +8    int  version
 *     +12    int  ringBytes
 *     +16    long segmentBytes
 *    +128    int  can the server wake a futex? 1 yes     (server)
 *    +256    int  can the client wake a futex? 1 yes     (client)
 *    +384    control block of the ring client -> server  (see RingLayout)
 *    +768    control block of the ring server -> client
 *   +4096    bytes of the ring client -> server
 *   +4096 + ringBytes    bytes of the ring server -> client
 *   +4096 + 2 * ringBytes + 120    long end mark "VALISEND"
 *   +4096 + 2 * ringBytes + 128    end
 * </pre>
 *
 * <p>If the {@link EndMark} is there, everything is.
 *
 * @param ringBytes size of each ring in bytes
 */
public record SegmentLayout(int ringBytes) {
    /** The smallest ring, in bytes. */
    public static final int MIN_RING_BYTES = 64 << 10;

    /** The largest ring, in bytes. */
    public static final int MAX_RING_BYTES = 64 << 20;

    static final long MAGIC = 0x5641_4C49_5345_5348L;
    static final int VERSION = 1;

    private static final int MAGIC_AT = 0;
    private static final int VERSION_AT = 8;
    private static final int RING_BYTES_AT = 12;
    private static final int SEGMENT_BYTES_AT = 16;
    private static final int SERVER_WAKES_AT = RingLayout.CONTROL_STRIDE;
    private static final int CLIENT_WAKES_AT = 2 * RingLayout.CONTROL_STRIDE;
    private static final int CONTROLS_AT = 3 * RingLayout.CONTROL_STRIDE;
    private static final int DATA_AT = 4096;

    /** In a cache line pair of its own, to which neither end writes. */
    private static final int END_BYTES = RingLayout.CONTROL_STRIDE;

    /**
     * The layout for rings of a size.
     *
     * @throws IllegalArgumentException when rings cannot have that size
     */
    public SegmentLayout {
        if (!possible(ringBytes)) {
            throw new IllegalArgumentException("shm ring: limit=power of two from " + MIN_RING_BYTES + " to "
                    + MAX_RING_BYTES + " bytes, actual=" + ringBytes);
        }
    }

    /** Whether a ring can have that many bytes. */
    public static boolean possible(int ringBytes) {
        return ringBytes >= MIN_RING_BYTES && ringBytes <= MAX_RING_BYTES && Integer.bitCount(ringBytes) == 1;
    }

    /** Size of the segment in bytes. */
    public int segmentBytes() {
        return DATA_AT + 2 * ringBytes + END_BYTES;
    }

    private int endMark() {
        return segmentBytes() - Long.BYTES;
    }

    /** The ring that the client writes. */
    public RingLayout toServer() {
        return new RingLayout(CONTROLS_AT, DATA_AT, ringBytes);
    }

    /** The ring that the server writes. */
    public RingLayout toClient() {
        return new RingLayout(CONTROLS_AT + RingLayout.CONTROL_BYTES, DATA_AT + ringBytes, ringBytes);
    }

    /** Where the server says that it can wake a futex. */
    public int serverWakes() {
        return SERVER_WAKES_AT;
    }

    /** Where the client says that it can wake a futex. */
    public int clientWakes() {
        return CLIENT_WAKES_AT;
    }

    /** Writes the header of a new segment; all else in it is zero already. */
    public void writeHeader(SharedMemory memory) {
        memory.putInt(VERSION_AT, VERSION);
        memory.putInt(RING_BYTES_AT, ringBytes);
        memory.putLongRelease(SEGMENT_BYTES_AT, segmentBytes());
        memory.putLongRelease(endMark(), EndMark.VALUE);
        // Pairs with the acquire in checkHeader; the negotiation orders the two processes.
        memory.putLongRelease(MAGIC_AT, MAGIC);
    }

    /**
     * Checks that the memory is the segment that was offered.
     *
     * @throws IpcException {@code PROTOCOL_ERROR} when it is not; {@code UNSUPPORTED} when the server has the other byte order
     */
    public void checkHeader(SharedMemory memory) {
        long magic = memory.getLongAcquire(MAGIC_AT);
        if (magic == Long.reverseBytes(MAGIC)) {
            throw new IpcException(
                    IpcStatus.UNSUPPORTED,
                    "shm: the server runs on a processor of the other byte order, one of the two under emulation: use any: or"
                            + " pipe:",
                    Delivery.NOT_SENT);
        }
        check("magic", MAGIC, magic);
        check("version", VERSION, memory.getIntAcquire(VERSION_AT));
        check("ringBytes", ringBytes, memory.getIntAcquire(RING_BYTES_AT));
        check("segmentBytes", segmentBytes(), memory.getLongAcquire(SEGMENT_BYTES_AT));
        check("end mark", EndMark.VALUE, memory.getLongAcquire(endMark()));
    }

    /** The mark by which one user of the memory sees whether the file has been truncated. */
    public EndMark endMark(SharedMemory memory) {
        return new EndMark(memory, endMark());
    }

    private static void check(String what, long expected, long actual) {
        if (expected != actual) {
            throw new IpcException(
                    IpcStatus.PROTOCOL_ERROR,
                    "shm segment " + what + ": limit=0x" + Long.toHexString(expected) + ", actual=0x"
                            + Long.toHexString(actual) + "; is the server of another version?",
                    Delivery.NOT_SENT);
        }
    }
}
