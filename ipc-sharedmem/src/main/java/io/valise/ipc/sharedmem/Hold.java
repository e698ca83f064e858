package io.valise.ipc.sharedmem;

import io.valise.ipc.sharedmem.named.Slots;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A {@link NamedMutex} or a permit of a {@link NamedSemaphore} that this process has, until it is closed or the process
 * ends. Thread-safe; any thread may close it.
 *
 * @since 0.1.0
 */
public final class Hold implements AutoCloseable {
    private final Slots.Slot slot;
    private final Runnable before;
    private final AtomicBoolean closed = new AtomicBoolean();

    Hold(Slots.Slot slot) {
        this(slot, () -> {});
    }

    /** A hold that does something right before it gives the slot back. */
    Hold(Slots.Slot slot, Runnable before) {
        this.slot = slot;
        this.before = before;
    }

    /**
     * Whether the process that had it before ended without giving it back: what it protects may be half done. Told to
     * the next one only.
     */
    public boolean abandoned() {
        return slot.abandoned();
    }

    /** Gives it back. Idempotent. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            before.run();
            slot.release();
        }
    }
}
