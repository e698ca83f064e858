package io.valise.ipc.sharedmem.ring;

import io.valise.ipc.sharedmem.layout.RingLayout;
import io.valise.ipc.sharedmem.os.SharedMemory;
import io.valise.ipc.spi.Link.FrameHandler;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The reading end of a ring; {@link RingProducer} tells how the two work together. Its position is a field of this
 * object; the published position is for the producer and never read back. Every length word is checked before it is
 * used, once, in a local variable: the producer can change it at any time.
 *
 * <h2>Why it guesses and looks ahead</h2>
 *
 * <p>Where the next length word lies follows from this one, and this one has to come from the other processor's cache,
 * which takes 100 ns and more. A consumer that is behind would fetch one line after the other, each fetch waiting for
 * the one before: that is what limits every ring whose records carry their length. Two things let fetches overlap:
 *
 * <ul>
 *   <li>The position goes on by the length of the <i>last</i> record whenever this one turns out to be as long. The
 *       comparison is a branch, which the processor predicts, so that it fetches the next records while it still waits
 *       for this length. A wrong guess costs what not guessing costs.
 *   <li>After some records in a row the lines ahead are touched, as many bytes as were read since the ring was last
 *       empty, 4 KiB at most. A consumer that keeps up never does so: it would only take lines from the producer that
 *       is about to write them. What is seen there is not used.
 * </ul>
 *
 * <p>Measured with 64 bytes: more than twice as many messages per second.
 *
 * <p>Used by one thread at a time, but for {@link #hasFrame()}.
 */
public final class RingConsumer {
    private static final VarHandle POSITION;

    static {
        try {
            POSITION = MethodHandles.lookup().findVarHandle(RingConsumer.class, "position", long.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private static final int LINE = 64;
    private static final int LONGEST_LOOK = 4096;
    private static final int FEW_BYTES = 256;

    private final SharedMemory memory;
    private final int data;
    private final int capacity;
    private final int mask;
    private final int maxPayload;
    private final int publishEvery;
    private final int longestLook;
    private final int consumerPosition;
    private final ByteBuffer view;
    private final Runnable spaceFreed;

    private long position;
    private long published;
    private long lastEmpty;
    private long fetched;

    @SuppressWarnings("UnusedVariable") // Or the compiler would leave the loads of fetchAhead out.
    private int seen;

    private int lastLength;
    private int lastBytes;

    /**
     * The reading end of a ring that is empty and new.
     *
     * @param spaceFreed runs on the polling thread each time the producer was told of another eighth of the ring
     */
    public RingConsumer(SharedMemory memory, RingLayout layout, Runnable spaceFreed) {
        this(memory, layout, spaceFreed, 0);
    }

    /**
     * The reading end of a ring that another consumer has read from.
     *
     * @param position up to where that one has read, as it published; see {@link RingScan}
     */
    public RingConsumer(SharedMemory memory, RingLayout layout, Runnable spaceFreed, long position) {
        this.memory = memory;
        this.data = layout.data();
        this.capacity = layout.capacity();
        this.mask = layout.capacity() - 1;
        this.maxPayload = layout.maxPayload();
        this.publishEvery = layout.capacity() / 8;
        this.longestLook = Math.min(LONGEST_LOOK, layout.capacity() / 16);
        this.consumerPosition = layout.consumerPosition();
        this.view = memory.frameView();
        this.spaceFreed = spaceFreed;
        this.position = position;
        this.published = position;
        this.lastEmpty = position;
        this.fetched = position + FEW_BYTES;
    }

    /**
     * Delivers frames. A frame counts as delivered once the handler was called, even if it throws.
     *
     * @param limit how many at most, positive
     * @return how many were delivered
     */
    public int poll(FrameHandler handler, int limit) {
        int delivered = 0;
        boolean more = true;
        while (more && delivered < limit) {
            if (position >= fetched) {
                fetchAhead();
            }
            int index = (int) position & mask;
            int length = lengthAt(index);
            if (length > 0) {
                delivered++;
                more = deliver(handler, index, length);
                publishEighth();
            } else if (length == 0) {
                more = false;
                noteEmpty();
            } else {
                skipPadding(index, length);
            }
        }
        return delivered;
    }

    /**
     * Whether {@link #poll} has something to do. Any thread may ask; one that is not the reader can be told of a frame
     * that was read a moment ago.
     */
    public boolean hasFrame() {
        // The acquire pairs with the release in advance: another thread that was told of the position sees its word.
        long next = (long) POSITION.getAcquire(this);
        return lengthAt((int) next & mask) != 0;
    }

    /** Tells the producer and the next consumer of all that was read, if that is not known yet. */
    public void publishAll() {
        if (position != published) {
            publish();
        }
    }

    private void publish() {
        published = position;
        // Pairs with the acquire in RingProducer.hasRoomUntil: all reads of the records before it are done.
        memory.putLongRelease(consumerPosition, published);
    }

    private int lengthAt(int index) {
        // Pairs with the release in RingProducer.publish: payload and the next terminator are there once this is not 0.
        return memory.getIntAcquire(data + index);
    }

    private boolean deliver(FrameHandler handler, int index, int length) {
        if (length > maxPayload || length > capacity - index - RingLayout.RECORD_HEADER) {
            throw Violation.of(
                    "record length",
                    length,
                    "1.." + Math.min(maxPayload, capacity - index - RingLayout.RECORD_HEADER) + " bytes");
        }
        int payload = data + index + RingLayout.RECORD_HEADER;
        // lastBytes, not recordBytes(length), although they are equal: the processor need not wait for length to use
        // it.
        advance(length == lastLength ? lastBytes : learn(length));
        if (view.order() != ByteOrder.BIG_ENDIAN) {
            view.order(ByteOrder.BIG_ENDIAN); // The handler of the last frame left it so.
        }
        return handler.onFrame(view.limit(payload + length).position(payload));
    }

    private void noteEmpty() {
        lastEmpty = position;
        fetched = position + FEW_BYTES;
    }

    private void fetchAhead() {
        int bytes = (int) Math.min(position - lastEmpty, longestLook);
        int all = 0;
        for (int ahead = 0; ahead < bytes; ahead += LINE) {
            all |= memory.getIntOpaque(data + ((int) (position + ahead) & mask));
        }
        seen = all;
        fetched = position + bytes;
    }

    private int learn(int length) {
        lastLength = length;
        lastBytes = RingLayout.recordBytes(length);
        return lastBytes;
    }

    private void skipPadding(int index, int length) {
        if (length != RingLayout.PADDING || index == 0) {
            throw Violation.of("record length", length, "-1 (padding) at an offset other than 0, or 1.." + maxPayload);
        }
        advance(capacity - index);
    }

    private void publishEighth() {
        if (position - published >= publishEvery) {
            publish();
            spaceFreed.run();
        }
    }

    private void advance(int bytes) {
        POSITION.setRelease(this, position + bytes);
    }
}
