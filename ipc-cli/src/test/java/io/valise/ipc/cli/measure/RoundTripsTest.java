package io.valise.ipc.cli.measure;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.ValueSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Percentiles of known times. */
class RoundTripsTest {
    @Test
    void percentilesAreThoseOfTheTimes() {
        RoundTrips times = new RoundTrips();
        for (int i = 1; i <= 1_000; i++) {
            times.add(i);
        }
        assertThat(times.figures())
                .containsEntry("min", 1L)
                .containsEntry("p50", 500L)
                .containsEntry("p90", 900L)
                .containsEntry("p99", 990L)
                .containsEntry("p99.9", 999L)
                .containsEntry("max", 1_000L);
        assertThat(times.toString()).startsWith("min 0.00 µs   p50 0.50 µs").endsWith("max 1.00 µs");
    }

    @Test
    void programsGetMicroseconds() {
        RoundTrips times = new RoundTrips();
        times.add(1_500);
        ValueSet set = times.toValueSet();
        assertThat(set.getLong("count")).isEqualTo(1);
        assertThat(set.getDouble("p50Micros")).isEqualTo(1.5);
        assertThat(set.keys()).contains("minMicros", "p999Micros", "maxMicros");
    }

    @Test
    void everyRoundTripIsMadeAndKept() {
        AtomicInteger made = new AtomicInteger();
        assertThat(new RoundTrips().measure(7, made::incrementAndGet).count()).isEqualTo(7);
        assertThat(made).hasValue(7);
        assertThat(new RoundTrips().measureFor(0, made::incrementAndGet).count())
                .isEqualTo(1);
    }

    @Test
    void aTimeBeyondEveryBoundIsKeptAtTheBound() {
        RoundTrips times = new RoundTrips();
        times.add(Long.MAX_VALUE);
        times.add(-1);
        assertThat(times.count()).isEqualTo(2);
        assertThat(times.figures()).containsEntry("min", 0L);
    }
}
