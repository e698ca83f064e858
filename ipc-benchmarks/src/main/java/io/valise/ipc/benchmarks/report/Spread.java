package io.valise.ipc.benchmarks.report;

import java.util.ArrayList;
import java.util.List;

/**
 * The median of values and between which of them the true median lies, with 95 % confidence: order statistics, which
 * assume no distribution. Immutable.
 *
 * @param low the lower end
 * @param median the median
 * @param high the upper end
 */
record Spread(double low, double median, double high) {
    private static final double CONFIDENCE = 0.95;

    /** Of one value or more. */
    static Spread of(List<Double> values) {
        List<Double> sorted = new ArrayList<>(values);
        sorted.sort(null);
        int count = sorted.size();
        double median = (sorted.get((count - 1) / 2) + sorted.get(count / 2)) / 2;
        int rank = rank(count);
        return new Spread(sorted.get(rank), median, sorted.get(count - 1 - rank));
    }

    /**
     * How many values on each side are left out: the largest number for which the binomial probability stays below the
     * limit.
     */
    private static int rank(int count) {
        double heads = Math.pow(0.5, count); // the probability of exactly "rank" heads
        double below = heads;
        int rank = 0;
        while (true) {
            heads *= (double) (count - rank) / (rank + 1);
            below += heads;
            if (2 * below > 1 - CONFIDENCE) {
                return rank;
            }
            rank++;
        }
    }

    /** The ratios of values that belong to the same rounds. */
    static Spread ofRatios(List<Double> values, List<Double> references) {
        if (values.size() != references.size()) {
            throw new IllegalArgumentException(
                    "rounds: needed=as many of both, actual=" + values.size() + " and " + references.size());
        }
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            ratios.add(values.get(i) / references.get(i));
        }
        return of(ratios);
    }

    @Override
    public String toString() {
        return Results.format(low) + " – " + Results.format(high);
    }
}
