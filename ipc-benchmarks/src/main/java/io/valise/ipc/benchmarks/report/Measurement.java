package io.valise.ipc.benchmarks.report;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * One result of a benchmark method in one mode.
 *
 * @param name class and method, such as {@code RequestRoundTrip.pipe}
 * @param mode JMH's: {@code sample}, {@code avgt}, {@code thrpt} or {@code ss}
 * @param score the mean
 * @param unit of score and percentiles
 * @param percentiles by percent, such as {@code 99.9}
 * @param rounds the samples one by one where they are few; of a contest, one for each round
 * @param allocated bytes per operation in the benchmark's own JVM, where that was asked for
 */
record Measurement(
        String name,
        String mode,
        double score,
        String unit,
        Map<Double, Double> percentiles,
        List<Double> rounds,
        OptionalDouble allocated) {

    String method() {
        return name.substring(name.indexOf('.') + 1);
    }

    String type() {
        return name.substring(0, name.indexOf('.'));
    }

    /** The typical value: the median where single operations were timed, else the mean. */
    double typical() {
        return mode.equals("sample") || mode.equals("ss") ? percentiles.getOrDefault(50.0, score) : score;
    }
}
