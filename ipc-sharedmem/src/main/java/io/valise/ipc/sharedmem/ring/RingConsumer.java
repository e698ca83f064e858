package io.valise.ipc.sharedmem.ring;

import io.valise.ipc.sharedmem.layout.RingLayout;
import io.valise.ipc.sharedmem.os.SharedMemory;
import io.valise.ipc.spi.Link.FrameHandler;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The reading end of a ring; {@link RingProducer} tells how the two work together. Its position lives in this object;
 * what it publishes is for the producer and never read back. Every length word is checked before it is used, once, in
 * a local variable: the producer can change it at any time.
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

    private final SharedMemory memory;
    private final int data;
    private final int capacity;
    private final int mask;
    private final int maxPayload;
    private final int publishEvery;
    private final int consumerPosition;
    private final ByteBuffer view;
    private final Runnable spaceFreed;

    private long position;
    private long published;

    /**
     * The reading end of a ring that is empty and new.
     *
     * @param spaceFreed runs on the polling thread each time the producer was told of another eighth of the ring
     */
    public RingConsumer(SharedMemory memory, RingLayout layout, Runnable spaceFreed) {
        this.memory = memory;
        this.data = layout.data();
        this.capacity = layout.capacity();
        this.mask = layout.capacity() - 1;
        this.maxPayload = layout.maxPayload();
        this.publishEvery = layout.capacity() / 8;
        this.consumerPosition = layout.consumerPosition();
        this.view = memory.frameView();
        this.spaceFreed = spaceFreed;
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
            int index = (int) position & mask;
            int length = lengthAt(index);
            if (length > 0) {
                delivered++;
                more = deliver(handler, index, length);
                publishPosition();
            } else if (length == 0) {
                more = false;
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
        advance(RingLayout.recordBytes(length));
        // The handler may have left any marks and order behind it.
        return handler.onFrame(
                view.order(ByteOrder.BIG_ENDIAN).limit(payload + length).position(payload));
    }

    private void skipPadding(int index, int length) {
        if (length != RingLayout.PADDING || index == 0) {
            throw Violation.of("record length", length, "-1 (padding) at an offset other than 0, or 1.." + maxPayload);
        }
        advance(capacity - index);
    }

    private void publishPosition() {
        if (position - published >= publishEvery) {
            published = position;
            // Pairs with the acquire in RingProducer.hasRoomUntil: all reads of the records before it are done.
            memory.putLongRelease(consumerPosition, published);
            spaceFreed.run();
        }
    }

    private void advance(int bytes) {
        POSITION.setRelease(this, position + bytes);
    }
}
