package io.valise.ipc.cli.demo;

import io.valise.ipc.ValueSet;
import io.valise.ipc.cli.measure.RoundTrips;
import io.valise.ipc.cli.measure.Strategy;

/**
 * Round-trip times under one wait strategy. Immutable.
 *
 * @param strategy the wait strategy of both ends
 * @param p50Nanos the median, in nanoseconds
 * @param p99Nanos what 99 percent did not exceed, in nanoseconds
 */
public record RoundTripTimes(String strategy, long p50Nanos, long p99Nanos) {
    private static final String STRATEGY = "strategy";

    static RoundTripTimes of(Strategy strategy, RoundTrips times) {
        return new RoundTripTimes(strategy.toString(), times.percentile(50), times.percentile(99));
    }

    static RoundTripTimes from(ValueSet line) {
        return new RoundTripTimes(line.getString(STRATEGY), line.getLong("p50Nanos"), line.getLong("p99Nanos"));
    }

    /** This as a message, for JSON and for the transfer from the client process. */
    public ValueSet toValueSet() {
        return ValueSet.of(STRATEGY, strategy, "p50Nanos", p50Nanos, "p99Nanos", p99Nanos);
    }
}
