package io.valise.ipc.spi.runtime;

import java.util.concurrent.TimeUnit;

/**
 * Tells a thread that serves the whole process when it has been unused for {@link Threads#IDLE_MILLIS}, and so may end.
 * For one thread.
 *
 * @since 0.1.0
 */
public final class IdleClock {
    private boolean idle;
    private long since;

    /** Has not been asked yet. */
    public IdleClock() {}

    /**
     * Takes note of whether the thread is used now.
     *
     * @return whether it was unused at every call for the idle time
     */
    public boolean hasRunOut(boolean unused) {
        long now = System.nanoTime();
        if (unused && !idle) {
            since = now;
        }
        idle = unused;
        return unused && TimeUnit.NANOSECONDS.toMillis(now - since) >= Threads.IDLE_MILLIS;
    }

    /** Starts anew with the next call. */
    public void reset() {
        idle = false;
    }
}
