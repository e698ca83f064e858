package io.valise.ipc.internal.session;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes of received work wait for a thread, and when to stop reading because of it. Thread-safe.
 */
final class Backlog {
    /** Counted for each piece of work beside its own bytes. */
    private static final int OVERHEAD_BYTES = 256;

    private final AtomicLong bytes = new AtomicLong();
    private final long high;
    private final Runnable relieved;

    /**
     * @param high bytes from which on the background stops reading
     * @param relieved called when the backlog has shrunk below half of that
     */
    Backlog(long high, Runnable relieved) {
        this.high = high;
        this.relieved = relieved;
    }

    void grow(int workBytes) {
        bytes.getAndAdd(workBytes + OVERHEAD_BYTES);
    }

    void shrink(int workBytes) {
        int size = workBytes + OVERHEAD_BYTES;
        long before = bytes.getAndAdd(-size);
        if (before > high / 2 && before - size <= high / 2) {
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
