package io.valise.ipc.internal.work;

import java.util.function.LongSupplier;

/**
 * How long something may take, counted from when its end is first asked for. On the fast way nobody waits and nobody
 * asks, and the clock, which costs as much to read as all locks of a request together, is left alone. Thread-safe.
 */
public class Patience implements LongSupplier {
    /** A deadline that never comes. */
    public static final long NEVER = Long.MAX_VALUE;

    private final long nanos;

    /** 0 until it was asked for. */
    private volatile long deadline;

    /** @param nanos in nanoseconds, or {@link #NEVER} */
    public Patience(long nanos) {
        this.nanos = nanos;
    }

    /** When the time is up, by {@link System#nanoTime()}, or {@link #NEVER}. */
    public final long deadline() {
        long known = deadline;
        if (known == 0) {
            known = nanos == NEVER ? NEVER : Deadlines.in(nanos);
            deadline = known; // who asks at the same time may be told of some nanoseconds more or less
        }
        return known;
    }

    @Override
    public final long getAsLong() {
        return deadline();
    }

    /** Whether the time is up. */
    public final boolean isOverdue(long now) {
        long until = deadline();
        return until != NEVER && until - now <= 0;
    }

    /** How long until then, in nanoseconds, or {@link #NEVER}; 0 when the time is up. */
    public final long left() {
        long until = deadline();
        return until == NEVER ? NEVER : Math.max(0, until - System.nanoTime());
    }
}
