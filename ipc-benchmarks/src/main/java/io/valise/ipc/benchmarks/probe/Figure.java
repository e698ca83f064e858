package io.valise.ipc.benchmarks.probe;

import java.util.ArrayList;
import java.util.List;

/**
 * A figure measured without JMH. Immutable.
 *
 * @param benchmark class and method as JMH would write them, without the package
 * @param unit of the samples
 * @param samples one or more
 */
public record Figure(String benchmark, String unit, List<Double> samples) {
    /** Copies the samples. */
    public Figure {
        samples = List.copyOf(samples);
        if (samples.isEmpty()) {
            throw new IllegalArgumentException(benchmark + ": samples: needed=1 or more, actual=0");
        }
    }

    /** A figure of one sample. */
    public static Figure of(String benchmark, String unit, double sample) {
        return new Figure(benchmark, unit, List.of(sample));
    }

    /** The mean of the samples. */
    public double mean() {
        return samples.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    /** A percentile of the samples, from 0 to 100; the nearest one that was measured. */
    public double percentile(double percent) {
        List<Double> sorted = new ArrayList<>(samples);
        sorted.sort(null);
        return sorted.get((int) Math.round(percent / 100 * (sorted.size() - 1)));
    }
}
