package io.valise.ipc.internal.session;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes of work wait for a thread or for the peer, and when that is too much. Thread-safe.
 */
final class Backlog {
    /** Counted for each piece of work beside its own bytes. */
    private static final int OVERHEAD_BYTES = 256;

    private final AtomicLong bytes = new AtomicLong();
    private final long high;
    private final long low;
    private final Runnable relieved;

    /**
     * @param high bytes from which on the background stops reading
     * @param relieved called when the backlog has shrunk by an eighth below that
     */
    Backlog(long high, Runnable relieved) {
        this.high = high;
        this.low = high - high / 8;
        this.relieved = relieved;
    }

    void grow(int workBytes) {
        bytes.getAndAdd(workBytes + OVERHEAD_BYTES);
    }

    void shrink(int workBytes) {
        int size = workBytes + OVERHEAD_BYTES;
        long before = bytes.getAndAdd(-size);
        if (before > low && before - size <= low) {
            relieved.run();
        }
    }

    boolean isHigh() {
        return bytes.get() > high;
    }

    /** Whether even readers that wait for a reply must not add more. */
    boolean isExcessive() {
        return bytes.get() > 8 * high;
    }

    long bytes() {
        return bytes.get();
    }
}
