package io.valise.ipc.spi.runtime;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Parks a thread until the {@link ReadinessLoop} says that a channel is ready. It costs a change of threads and no
 * descriptor: for waits that are rare, and for those whose selector the system refuses. One thread waits at a time; the
 * other methods may be called by any thread.
 *
 * @since 0.1.0
 */
public final class LoopWait {
    private final Runnable arm;
    private volatile @Nullable Thread parked;
    private volatile boolean told;

    /** @param arm asks the loop to {@link #tell}, at once if the channel is ready already */
    public LoopWait(Runnable arm) {
        this.arm = arm;
    }

    /**
     * Returns when it is told, on an interrupt (the status stays set), or after the time.
     *
     * @param nanos how long at most, in nanoseconds
     * @param over whether there is nothing to wait for any more; who makes it true calls {@link #tell} next
     */
    public void await(long nanos, BooleanSupplier over) {
        long deadline = System.nanoTime() + nanos;
        told = false;
        parked = Thread.currentThread();
        try {
            arm.run();
            long left = nanos;
            while (!told
                    && !over.getAsBoolean()
                    && left > 0
                    && !Thread.currentThread().isInterrupted()) {
                LockSupport.parkNanos(this, left);
                left = deadline - System.nanoTime();
            }
        } finally {
            parked = null;
        }
    }

    /** Ends the wait of this moment, if there is one. */
    public void tell() {
        told = true;
        LockSupport.unpark(parked);
    }
}
