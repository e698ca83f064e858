package io.valise.ipc.benchmarks.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** All measurements of a run. Immutable. */
public class Results {
    /** The suffix of the name of a contest, which has one sample per round for each contender. */
    private static final String SLICES = "Slices.";

    private static final String GC_ALLOCATED = "gc.alloc.rate.norm";

    private final List<Measurement> all;

    Results(List<Measurement> all) {
        this.all = List.copyOf(all);
    }

    static Results of(ArrayNode nodes) {
        List<Measurement> all = new ArrayList<>();
        nodes.forEach(node -> all.add(measurement(node)));
        return new Results(all);
    }

    private static Measurement measurement(JsonNode node) {
        String full = node.path("benchmark").asText();
        int method = full.lastIndexOf('.');
        String name = full.substring(full.lastIndexOf('.', method - 1) + 1);
        JsonNode metric = node.path("primaryMetric");
        Map<Double, Double> percentiles = new HashMap<>();
        for (Map.Entry<String, JsonNode> entry : metric.path("scorePercentiles").properties()) {
            percentiles.put(Double.valueOf(entry.getKey()), entry.getValue().asDouble());
        }
        return new Measurement(
                name,
                node.path("mode").asText(),
                metric.path("score").asDouble(),
                metric.path("scoreUnit").asText(),
                percentiles,
                samples(metric.path("rawData").path(0)),
                allocated(node.path("secondaryMetrics")));
    }

    private static List<Double> samples(JsonNode array) {
        List<Double> samples = new ArrayList<>();
        array.forEach(sample -> samples.add(sample.asDouble()));
        return samples;
    }

    private static OptionalDouble allocated(JsonNode secondary) {
        JsonNode score = secondary.path(GC_ALLOCATED).path("score");
        return score.isNumber() ? OptionalDouble.of(score.asDouble()) : OptionalDouble.empty();
    }

    /** The results of a class, one per method, in the most informative mode. */
    List<Measurement> ofType(String type) {
        Map<String, Measurement> byMethod = all.stream()
                .filter(one -> one.type().equals(type))
                .collect(Collectors.toMap(Measurement::method, one -> one, Results::moreTelling));
        return List.copyOf(byMethod.values());
    }

    /** Percentiles of single operations tell more than a mean. */
    private static Measurement moreTelling(Measurement one, Measurement other) {
        return one.mode().equals("sample") ? one : other;
    }

    OptionalDouble of(String name, ToDoubleFunction<Measurement> what) {
        Optional<Measurement> found = find(name);
        return found.isPresent() ? OptionalDouble.of(what.applyAsDouble(found.get())) : OptionalDouble.empty();
    }

    /** The median, or the mean where there is none, of a class and method. */
    OptionalDouble typical(String name) {
        return of(name, Measurement::typical);
    }

    /** The unit of a class and method, without the operation; empty when it was not measured. */
    String unit(String name) {
        return find(name)
                .map(one -> one.unit().replace("/op", "").replace("ops/", "/"))
                .orElse("");
    }

    /**
     * The ratio of one class and method to another: round by round if both are of one contest, else of their typical
     * values. Empty when one of them was not measured.
     */
    Optional<Spread> ratio(String name, String reference) {
        OptionalDouble value = typical(name);
        OptionalDouble other = typical(reference);
        if (value.isEmpty() || other.isEmpty()) {
            return Optional.empty();
        }
        String contest = name.substring(0, name.indexOf('.') + 1);
        return contest.endsWith(SLICES) && reference.startsWith(contest)
                ? Optional.of(Spread.ofRatios(samples(name), samples(reference)))
                : ratio(name, other.getAsDouble());
    }

    /** The ratio of a class and method to a fixed figure; round by round for a contest. */
    Optional<Spread> ratio(String name, double reference) {
        OptionalDouble value = typical(name);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        List<Double> values = name.contains(SLICES) ? samples(name) : List.of(value.getAsDouble());
        return Optional.of(Spread.of(values.stream().map(one -> one / reference).collect(Collectors.toList())));
    }

    private List<Double> samples(String name) {
        return find(name).map(Measurement::rounds).orElse(List.of());
    }

    private Optional<Measurement> find(String name) {
        return ofType(name.substring(0, name.indexOf('.'))).stream()
                .filter(one -> one.name().equals(name))
                .findFirst();
    }

    /** A percentile of a class and method. */
    OptionalDouble percentile(String name, double percent) {
        return of(name, one -> one.percentiles().getOrDefault(percent, Double.NaN));
    }

    /** Bytes allocated per operation in the benchmark's own JVM. */
    OptionalDouble allocated(String name) {
        OptionalDouble bytes = of(name, one -> one.allocated().orElse(Double.NaN));
        return bytes.isPresent() && Double.isNaN(bytes.getAsDouble()) ? OptionalDouble.empty() : bytes;
    }

    /** A number with its significant digits. */
    static String format(double value) {
        if (Double.isNaN(value)) {
            return "–";
        }
        if (value == 0) {
            return "0";
        }
        double size = Math.abs(value);
        String pattern = size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : size >= 0.1 ? "%.2f" : "%.3f";
        return String.format(Locale.ROOT, pattern, value);
    }
}
