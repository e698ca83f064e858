package io.valise.ipc.internal.work;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A point in time by {@link System#nanoTime()}, which a step of the wall clock does not move. It is counted from when it is
 * first read: a call that never waits does not read the clock, which takes as long as all locks of a request together.
 * Thread-safe.
 */
public class Deadline implements LongSupplier {
    /** A deadline that never comes. */
    public static final long NEVER = Long.MAX_VALUE;

    /** Longer spans are cut, so that sums do not overflow. */
    private static final long LONGEST = TimeUnit.DAYS.toNanos(365 * 100L);

    private final long nanos;

    /** 0 until it is first read. */
    private volatile long deadline;

    /** @param nanos in nanoseconds from the first reading on, or {@link #NEVER} */
    public Deadline(long nanos) {
        this.nanos = nanos;
    }

    /** The moment so many nanoseconds from now, by {@link System#nanoTime()}. */
    public static long in(long nanos) {
        return System.nanoTime() + Math.min(Math.max(nanos, 0), LONGEST);
    }

    /** A duration in nanoseconds; checked to be positive. */
    public static long nanos(String what, Duration duration) {
        if (duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException(what + ": must be positive, actual=" + duration);
        }
        return duration.toSeconds() >= TimeUnit.NANOSECONDS.toSeconds(LONGEST) ? LONGEST : duration.toNanos();
    }

    /** The moment by {@link System#nanoTime()}, or {@link #NEVER}. */
    public final long deadline() {
        long known = deadline;
        if (known == 0) {
            known = nanos == NEVER ? NEVER : in(nanos);
            deadline = known; // a thread that reads it at the same time may get some nanoseconds more or less
        }
        return known;
    }

    @Override
    public final long getAsLong() {
        return deadline();
    }

    /** Whether it has passed. */
    public final boolean isOverdue(long now) {
        long until = deadline();
        return until != NEVER && until - now <= 0;
    }

    /** The nanoseconds until then, or {@link #NEVER}; 0 when it has passed. */
    public final long left() {
        long until = deadline();
        return until == NEVER ? NEVER : Math.max(0, until - System.nanoTime());
    }
}
