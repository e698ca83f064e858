package io.valise.ipc.sharedmem.ring;

import io.valise.ipc.sharedmem.layout.RingLayout;
import io.valise.ipc.sharedmem.os.SharedMemory;

/**
 * Finds where a ring that was in use continues after its last producer and consumer have ended: the consumer's position
 * as it published it last, and the end of the records behind it. What it reads is checked as if an attacker wrote it.
 *
 * @param consumed up to where the consumer had read; what it read after it published will be delivered again
 * @param end where the next record goes
 */
public record RingScan(long consumed, long end) {
    /**
     * Scans a ring to which no thread writes meanwhile.
     *
     * @throws io.valise.ipc.IpcException {@code PROTOCOL_ERROR} when the memory holds no ring
     */
    public static RingScan of(SharedMemory memory, RingLayout layout) {
        long consumed = consumed(memory, layout);
        long end = consumed;
        int bytes = bytesAt(memory, layout, end);
        while (bytes > 0) {
            end += bytes;
            if (end - consumed > layout.capacity() - RingLayout.ALIGNMENT) {
                throw Violation.of("records", end - consumed, "0.." + (layout.capacity() - RingLayout.ALIGNMENT));
            }
            bytes = bytesAt(memory, layout, end);
        }
        return new RingScan(consumed, end);
    }

    /**
     * The position that the consumer published.
     *
     * @throws io.valise.ipc.IpcException {@code PROTOCOL_ERROR} when that cannot be
     */
    public static long consumed(SharedMemory memory, RingLayout layout) {
        // Pairs with the release in RingConsumer.publish.
        long consumed = memory.getLongAcquire(layout.consumerPosition());
        if (consumed < 0 || (consumed & RingLayout.ALIGNMENT - 1) != 0) {
            throw Violation.of("consumer position", consumed, "0.., multiple of 8");
        }
        return consumed;
    }

    private static int bytesAt(SharedMemory memory, RingLayout layout, long position) {
        int index = (int) position & (layout.capacity() - 1);
        // Pairs with the release in RingProducer.publish.
        int length = memory.getIntAcquire(layout.data() + index);
        int tail = layout.capacity() - index;
        if (length == RingLayout.PADDING && index != 0) {
            return tail;
        }
        if (length < 0 || length > Math.min(layout.maxPayload(), tail - RingLayout.RECORD_HEADER)) {
            throw Violation.of("record length", length, "-1.." + layout.maxPayload() + " within the ring");
        }
        return length == 0 ? 0 : RingLayout.recordBytes(length);
    }
}
