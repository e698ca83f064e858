package io.valise.ipc.internal.work;

import java.util.concurrent.atomic.AtomicLongArray;

/** Counts times by {@link LatencyBuckets}. Thread-safe. */
final class LatencyHistogram {
    private final AtomicLongArray counts = new AtomicLongArray(LatencyBuckets.COUNT);

    void add(long nanos) {
        counts.getAndIncrement(LatencyBuckets.of(nanos));
    }

    /** How many there are in each bucket. */
    long[] counts() {
        long[] now = new long[LatencyBuckets.COUNT];
        for (int i = 0; i < now.length; i++) {
            now[i] = counts.get(i);
        }
        return now;
    }
}
