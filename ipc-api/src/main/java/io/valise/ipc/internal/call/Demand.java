package io.valise.ipc.internal.call;

import java.util.concurrent.atomic.AtomicLong;

/** How many more messages a subscriber takes; {@link Long#MAX_VALUE} means any number. Thread-safe. */
public final class Demand {
    private final AtomicLong left = new AtomicLong();

    public void add(long more) {
        left.accumulateAndGet(more, Demand::sum);
    }

    /** Takes one; false when none is left. */
    public boolean take() {
        return left.getAndUpdate(d -> d == 0 || d == Long.MAX_VALUE ? d : d - 1) > 0;
    }

    public static long sum(long a, long b) {
        long sum = a + b;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }
}
