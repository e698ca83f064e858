package io.valise.ipc.internal.work;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The error of each bucket: no connection has requests of chosen lengths. */
class LatencyBucketsTest {
    @Test
    void aTimeIsKnownToAnEighth() {
        int before = 0;
        for (long nanos = 0; nanos < 68_000_000_000L; nanos += 1 + nanos / 50) {
            int bucket = LatencyBuckets.of(nanos);
            assertThat(bucket).isBetween(before, LatencyBuckets.COUNT - 1);
            assertThat(LatencyBuckets.longest(bucket)).isBetween(nanos, nanos + Math.max(63, nanos / 8));
            before = bucket;
        }
        assertThat(LatencyBuckets.of(Long.MAX_VALUE)).isEqualTo(LatencyBuckets.COUNT - 1);
        assertThat(LatencyBuckets.of(-1)).isZero();
    }
}
