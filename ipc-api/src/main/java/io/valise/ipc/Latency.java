package io.valise.ipc;

import io.valise.ipc.internal.work.LatencyBuckets;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How long requests took at the end that served them, from when they were read to their answer: how many took how long, to
 * an eighth of the time. Streams are not counted, nor what no handler took, nor the services of the library. Made by the
 * library alone. Immutable.
 *
 * @since 0.1.0
 */
public final class Latency {
    /** Of no request. */
    public static final Latency NONE = new Latency(new long[0]);

    private final long[] buckets;

    Latency(long[] buckets) {
        this.buckets = buckets;
    }

    /** How many requests were measured. */
    public long count() {
        return Arrays.stream(buckets).sum();
    }

    /**
     * The time that so many of a hundred requests took at most; zero where none was measured.
     *
     * @param percent above 0 and up to 100
     * @throws IllegalArgumentException when it is not
     */
    public Duration percentile(double percent) {
        if (!(percent > 0 && percent <= 100)) {
            throw new IllegalArgumentException("percentile: above 0 and up to 100, actual=" + percent);
        }
        long wanted = (long) Math.ceil((double) count() * percent / 100);
        long seen = 0;
        for (int bucket = 0; bucket < buckets.length; bucket++) {
            seen += buckets[bucket];
            if (seen >= wanted && seen > 0) {
                return Duration.ofNanos(LatencyBuckets.longest(bucket));
            }
        }
        return Duration.ZERO;
    }

    /** Half of the requests took no longer. */
    public Duration p50() {
        return percentile(50);
    }

    /** 99 of 100 requests took no longer. */
    public Duration p99() {
        return percentile(99);
    }

    /** Both together. */
    public Latency plus(Latency other) {
        long[] sum = Arrays.copyOf(buckets, Math.max(buckets.length, other.buckets.length));
        for (int bucket = 0; bucket < other.buckets.length; bucket++) {
            sum[bucket] += other.buckets[bucket];
        }
        return new Latency(sum);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Latency latency && Arrays.equals(buckets, latency.buckets);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(buckets);
    }

    /** Count and percentiles; for logs. */
    @Override
    public String toString() {
        return "Latency[count=" + count() + ", p50=" + p50() + ", p99=" + p99() + ']';
    }
}
