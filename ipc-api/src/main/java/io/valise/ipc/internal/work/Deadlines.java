package io.valise.ipc.internal.work;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Points in time by {@link System#nanoTime()}, which a step of the wall clock does not move. */
public final class Deadlines {
    /** Longer spans are cut, so that sums do not overflow. */
    private static final long LONGEST = TimeUnit.DAYS.toNanos(365 * 100L);

    private Deadlines() {}

    /** A duration in nanoseconds; checked to be positive. */
    public static long nanos(String what, Duration duration) {
        if (duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException(what + ": must be positive, actual=" + duration);
        }
        return duration.toSeconds() >= TimeUnit.NANOSECONDS.toSeconds(LONGEST) ? LONGEST : duration.toNanos();
    }

    /** The moment so many nanoseconds from now. */
    public static long in(long nanos) {
        return System.nanoTime() + Math.min(Math.max(nanos, 0), LONGEST);
    }
}
