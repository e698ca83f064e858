package io.valise.ipc.sharedmem.layout;

/**
 * The layout of one ring in a segment. What one side writes lies at least 128 bytes from what the other writes, so that
 * the two sides never contend for a cache line, nor for the pair of lines that x86 prefetches. Immutable.
 *
 * <pre>
 *  control                                      data
 *  +0     long consumerPosition   (consumer)    +0  record | record | ... | padding
 *  +128   int  data: asleep        (consumer)
 *  +132   int  data: rung          (both)
 *  +256   int  space: asleep       (producer)
 *  +260   int  space: rung         (both)       record, always at a multiple of 8, never across the end:
 *  +384                                         +0  int   length: 0 not there yet, > 0 payload bytes, -1 padding to the end
 *                                               +4  byte* payload
 * </pre>
 *
 * All words are in the byte order of the machine: a segment never leaves it.
 *
 * @param control offset of the control block in the segment, in bytes
 * @param data offset of the ring's bytes in the segment
 * @param capacity size of the ring in bytes, a power of two
 */
public record RingLayout(int control, int data, int capacity) {
    /** Bytes from one control word to the next: two cache lines. */
    static final int CONTROL_STRIDE = 128;

    /** Bytes that the control block takes. */
    public static final int CONTROL_BYTES = 3 * CONTROL_STRIDE;

    /** Bytes of a record before its payload. */
    public static final int RECORD_HEADER = 4;

    /** Every record begins at a multiple of this many bytes. */
    public static final int ALIGNMENT = 8;

    /** The length word of the padding that fills the ring's end. */
    public static final int PADDING = -1;

    /** Where the consumer publishes up to where it has read; a count of bytes since the beginning. */
    public int consumerPosition() {
        return control;
    }

    /** The bell that the producer rings when there are frames. */
    public int dataBell() {
        return control + CONTROL_STRIDE;
    }

    /** The bell that the consumer rings when there is space. */
    public int spaceBell() {
        return control + 2 * CONTROL_STRIDE;
    }

    /**
     * The longest payload, in bytes: a quarter of the ring with its header, so that a frame and the padding before it
     * always fit into a ring that was read up to its last eighth.
     */
    public int maxPayload() {
        return capacity / 4 - RECORD_HEADER;
    }

    /** Bytes that a record with a payload of {@code length} bytes takes. */
    public static int recordBytes(int length) {
        return (RECORD_HEADER + length + ALIGNMENT - 1) & -ALIGNMENT;
    }
}
