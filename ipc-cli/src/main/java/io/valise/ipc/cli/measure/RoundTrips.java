package io.valise.ipc.cli.measure;

import io.valise.ipc.ValueSet;
import io.valise.ipc.cli.text.Amounts;
import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Times of round trips and their percentiles. Not thread-safe. */
public final class RoundTrips {
    private static final long LONGEST_NANOS = 3_600_000_000_000L;
    private static final Map<String, Double> PERCENTILES = percentiles();

    private final Histogram nanos = new Histogram(LONGEST_NANOS, 3);

    /** Starts with none. */
    public RoundTrips() {}

    /** Makes a number of round trips one after the other, and records the time of each. */
    public RoundTrips measure(long count, Runnable roundTrip) {
        for (long i = 0; i < count; i++) {
            add(timed(roundTrip));
        }
        return this;
    }

    /** Makes round trips for about this time, one at least, and records the time of each. */
    public RoundTrips measureFor(long durationNanos, Runnable roundTrip) {
        long began = System.nanoTime();
        do {
            add(timed(roundTrip));
        } while (System.nanoTime() - began < durationNanos);
        return this;
    }

    /** Makes one round trip and returns its time in nanoseconds. */
    public static long timed(Runnable roundTrip) {
        long began = System.nanoTime();
        roundTrip.run();
        return System.nanoTime() - began;
    }

    /** Keeps one time. */
    public void add(long roundTripNanos) {
        nanos.recordValue(Math.min(Math.max(0, roundTripNanos), LONGEST_NANOS));
    }

    /** How many there are. */
    public long count() {
        return nanos.getTotalCount();
    }

    /** A percentile of the times, in nanoseconds. */
    public long percentile(double percent) {
        return nanos.getValueAtPercentile(percent);
    }

    /** Names of the figures and the figures, in nanoseconds. */
    public Map<String, Long> figures() {
        Map<String, Long> figures = new LinkedHashMap<>();
        figures.put("min", nanos.getMinValue());
        PERCENTILES.forEach((name, percent) -> figures.put(name, percentile(percent)));
        figures.put("max", nanos.getMaxValue());
        return figures;
    }

    /** The figures as text, in microseconds. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        figures()
                .forEach((name, value) -> text.append(text.isEmpty() ? "" : "   ")
                        .append(name)
                        .append(' ')
                        .append(Amounts.micros(value)));
        return text.toString();
    }

    /** The figures for programs, in microseconds, keys such as {@code p50Micros}. */
    public ValueSet toValueSet() {
        ValueSet.Builder set = ValueSet.builder().put("count", count());
        figures().forEach((name, value) -> set.put(name.replace(".", "") + "Micros", value / 1_000.0));
        return set.build();
    }

    private static Map<String, Double> percentiles() {
        Map<String, Double> percentiles = new LinkedHashMap<>();
        percentiles.put("p50", 50.0);
        percentiles.put("p90", 90.0);
        percentiles.put("p99", 99.0);
        percentiles.put("p99.9", 99.9);
        return percentiles;
    }
}
