package io.valise.ipc.sharedmem.ring;

import io.valise.ipc.sharedmem.layout.RingLayout;
import io.valise.ipc.sharedmem.os.SharedMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The writing end of a ring of frames in shared memory: one producer, one consumer, each in its own process.
 *
 * <h2>How a record is published</h2>
 *
 * <p>There is no shared write position. The consumer looks at the length word where the next record will begin and sees
 * 0 until that record is there. So the producer
 *
 * <ol>
 *   <li>writes the payload behind the length word, which stays 0;
 *   <li>writes 0, the <i>terminator</i>, where the length word of the record <i>after</i> this one will be: what lies
 *       there is a left-over of an earlier lap and could look like a length;
 *   <li>stores the length, with release.
 * </ol>
 *
 * <p>The consumer loads the length with acquire. Release and acquire on this one word are all the ordering there is:
 *
 * <ul>
 *   <li><b>payload before length</b>: a thread that sees the length sees the whole payload;
 *   <li><b>terminator before length</b>: a thread that sees the length, and so moves on to the next length word, finds 0 there
 *       or something newer, never a left-over. Therefore consumed memory need not be cleared, and a small record moves
 *       one or two cache lines between the processors, not three.
 * </ul>
 *
 * <p>Several records are published by one release: only the length of the <i>first</i> is held back. The lengths of the
 * others are written at once, plainly, since the consumer cannot get past the first; the terminator is needed behind
 * the last one only. The release of the first length then carries all of them. Padding is held back and released in
 * the same way.
 *
 * <p>Free space is reported by the consumer's position. The consumer stores it with release after its last read of a
 * record; the producer loads it with acquire before it overwrites that record: no write of a new lap happens before a
 * read of the old one. It is stored once per eighth of a ring, and loaded only when the space known to be free is used
 * up. The space for a record and the padding before it is at most half a ring, so a ring that was read up to its last
 * unpublished eighth has space for every frame, and a producer never waits for a position that will not come.
 *
 * <h2>When a process dies</h2>
 *
 * <p>A producer that dies between any two instructions leaves a length word that is 0 or final: the record is not there,
 * or there as a whole. The next producer finds the end by {@link RingScan}.
 *
 * <h2>What the other process can do</h2>
 *
 * <p>The producer's position is a field of this object and never read back from shared memory. The consumer's position
 * is checked: it never goes back, never overtakes the producer, is a multiple of 8. Every address is a masked offset
 * into the ring. A consumer that writes what it likes can make us overwrite what it has not read, or wait, no more.
 *
 * <p>Used by one thread at a time, but for {@link #occupancy()}.
 */
public final class RingProducer {
    private static final int NOTHING = 0;

    private final SharedMemory memory;
    private final int data;
    private final int capacity;
    private final int mask;
    private final int maxPayload;
    private final int consumerPosition;
    private final ByteBuffer view;

    private long position;
    private long knownConsumed;
    private int claimed = NOTHING;
    private int heldIndex;
    private int heldLength = NOTHING;
    private long wanted;

    /** The writing end of a ring that is empty and new. */
    public RingProducer(SharedMemory memory, RingLayout layout) {
        this(memory, layout, 0, 0);
    }

    /**
     * The writing end of a ring that another producer has written to.
     *
     * @param position where the next record goes; see {@link RingScan}
     * @param consumed up to where the consumer had read
     */
    public RingProducer(SharedMemory memory, RingLayout layout, long position, long consumed) {
        this.memory = memory;
        this.data = layout.data();
        this.capacity = layout.capacity();
        this.mask = layout.capacity() - 1;
        this.maxPayload = layout.maxPayload();
        this.consumerPosition = layout.consumerPosition();
        this.view = memory.frameView();
        this.position = position;
        this.knownConsumed = consumed;
    }

    /**
     * Reserves space for a frame. When there is no space, staged frames are published first, so that the consumer can
     * free some.
     *
     * @param maxLength bytes of payload, 1 to {@link RingLayout#maxPayload()}
     * @return a view with {@code remaining() == maxLength}, or null when there is no space now
     */
    public @Nullable ByteBuffer claim(int maxLength) {
        if (maxLength < 1 || maxLength > maxPayload || claimed != NOTHING) {
            throw refused(maxLength);
        }
        int index = (int) position & mask;
        int record = RingLayout.recordBytes(maxLength);
        int padding = record > capacity - index ? capacity - index : 0;
        // The word behind the record is written too: it gets the terminator.
        if (!hasRoomUntil(position + padding + record + RingLayout.ALIGNMENT)) {
            publish();
            return null;
        }
        if (padding != 0) {
            hold(index, RingLayout.PADDING);
            position += padding;
            index = 0;
        }
        claimed = maxLength;
        int payload = data + index + RingLayout.RECORD_HEADER;
        if (view.order() != ByteOrder.BIG_ENDIAN) {
            view.order(ByteOrder.BIG_ENDIAN); // The writer of the last frame left it so.
        }
        return view.limit(payload + maxLength).position(payload);
    }

    /** Publishes the first {@code length} bytes of the claimed view as a frame, with all frames staged before. */
    public void commit(int length) {
        stage(length);
        publish();
    }

    /** Makes a frame of the first {@code length} bytes of the claimed view, to be seen after {@link #publish}. */
    public void stage(int length) {
        if (length < 1 || length > claimed) {
            throw new IllegalArgumentException("commit: limit=1.." + claimed + " claimed bytes, actual=" + length);
        }
        claimed = NOTHING;
        hold((int) position & mask, length);
        position += RingLayout.recordBytes(length);
    }

    /** Lets the consumer see all that was staged, by one release. */
    public void publish() {
        int length = heldLength;
        if (length != NOTHING) {
            heldLength = NOTHING;
            memory.putInt(data + ((int) position & mask), 0);
            // Pairs with the acquire in RingConsumer.lengthAt: orders payloads, lengths behind this one, and terminator
            // before it. Without it the consumer could read payload that is not there yet, or take a left-over of the
            // last lap for a length.
            memory.putIntRelease(data + heldIndex, length);
        }
    }

    /** Whether a claim is open. */
    public boolean hasClaim() {
        return claimed != NOTHING;
    }

    /** Gives the claimed space back, if any. */
    public void abort() {
        claimed = NOTHING;
    }

    /** Whether there is space now for the frame that was last refused. */
    public boolean hasRoom() {
        return hasRoomUntil(wanted);
    }

    /**
     * How much of the ring is taken, from 0 to 1. Any thread may ask. The consumer tells its position in steps of an
     * eighth of the ring: what it has read since is still counted.
     */
    public double occupancy() {
        long consumed = memory.getLongAcquire(consumerPosition);
        // Read after that, and without order: the two may be of different moments, or the consumer may lie.
        long taken = position - consumed;
        return Math.max(0, Math.min(taken, capacity)) / (double) capacity;
    }

    private void hold(int index, int length) {
        if (heldLength == NOTHING) {
            heldIndex = index;
            heldLength = length;
        } else {
            memory.putInt(data + index, length);
        }
    }

    private boolean hasRoomUntil(long end) {
        return end - knownConsumed <= capacity || hasRoomByNowUntil(end);
    }

    private boolean hasRoomByNowUntil(long end) {
        // Pairs with the release in RingConsumer.publish: the consumer's reads of a record happened before we
        // overwrite it. Without it, it could read bytes of the next lap.
        long consumed = memory.getLongAcquire(consumerPosition);
        if (consumed < knownConsumed || consumed > position || (consumed & RingLayout.ALIGNMENT - 1) != 0) {
            throw Violation.of("consumer position", consumed, knownConsumed + ".." + position + ", multiple of 8");
        }
        knownConsumed = consumed;
        wanted = end;
        return end - consumed <= capacity;
    }

    private RuntimeException refused(int maxLength) {
        return claimed != NOTHING
                ? new IllegalStateException("claim: limit=1 claim at a time, " + claimed + " bytes are claimed already")
                : new IllegalArgumentException("claim: limit=1.." + maxPayload + " bytes, actual=" + maxLength);
    }
}
