package io.valise.ipc.internal.work;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes of work wait for a thread or for the peer, and when that is too much. Thread-safe.
 */
public final class Backlog {
    /** Counted for each piece of work beside its own bytes. */
    private static final int OVERHEAD_BYTES = 256;

    /** How many times the bytes at which the background stops are too many even for readers that wait for a reply. */
    private static final int EXCESSIVE = 8;

    private final AtomicLong bytes = new AtomicLong();
    private final long high;
    private final long low;
    private final Runnable relieved;

    /**
     * @param high bytes from which on the background stops reading
     * @param relieved called when the backlog has shrunk by an eighth below that
     */
    public Backlog(long high, Runnable relieved) {
        this.high = high;
        this.low = high - high / 8;
        this.relieved = relieved;
    }

    public void grow(int workBytes) {
        bytes.getAndAdd(workBytes + OVERHEAD_BYTES);
    }

    public void shrink(int workBytes) {
        int size = workBytes + OVERHEAD_BYTES;
        long before = bytes.getAndAdd(-size);
        if (before > low && before - size <= low) {
            relieved.run();
        }
    }

    public boolean isHigh() {
        return bytes.get() > high;
    }

    public long bytes() {
        return bytes.get();
    }

    /** Whether even readers that wait for a reply must not add more. */
    boolean isExcessive() {
        return bytes.get() > EXCESSIVE * high;
    }

    /** Callers read on while the background pauses; what they bring in has a limit too. */
    public void checkNotExcessive() {
        if (isExcessive()) {
            throw new IpcException(
                    IpcStatus.RESOURCE_EXHAUSTED,
                    "received work that waits for its handler: limit=" + EXCESSIVE * high + " bytes, actual="
                            + bytes.get());
        }
    }
}
