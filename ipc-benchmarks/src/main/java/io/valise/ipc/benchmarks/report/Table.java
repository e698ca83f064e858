package io.valise.ipc.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * A section as cells.
 *
 * @param head the columns' titles
 * @param rows cells, the contender's name first
 */
record Table(List<String> head, List<List<String>> rows) {
    private static final List<Double> PERCENTILES = List.of(50.0, 90.0, 99.0, 99.9);

    static Table of(Section section, Results results) {
        return section.kind() == Section.Kind.SLICES ? ofSlices(section, results) : ofSingle(section, results);
    }

    /** Medians with their interval, and the ratio to the best peer with as many clients, round by round. */
    private static Table ofSlices(Section section, Results results) {
        List<Measurement> all = section.of(results);
        String unit = all.isEmpty() ? "" : all.get(0).unit();
        List<List<String>> rows = new ArrayList<>();
        for (Measurement one : all) {
            Optional<Spread> ratio =
                    section.bestPeerOf(one, results).flatMap(peer -> results.ratio(one.name(), peer.name()));
            rows.add(List.of(
                    one.method(),
                    Results.format(one.typical()),
                    Spread.of(one.rounds()).toString(),
                    ratio.map(spread -> Results.format(spread.median())).orElse("–"),
                    ratio.map(Spread::toString).orElse("")));
        }
        return new Table(List.of("", unit, "interval", "× best peer", "its interval"), rows);
    }

    private static Table ofSingle(Section section, Results results) {
        List<Measurement> all = section.of(results);
        OptionalDouble peer = section.bestPeer(results);
        OptionalDouble limit = section.limit().isEmpty() ? OptionalDouble.empty() : results.typical(section.limit());
        String unit = all.isEmpty() ? "" : all.get(0).unit();
        List<String> head = new ArrayList<>(List.of(""));
        if (section.kind() == Section.Kind.LATENCY) {
            PERCENTILES.forEach(percent -> head.add("p" + trimmed(percent) + " " + unit));
        } else {
            head.add(unit);
        }
        if (peer.isPresent()) {
            head.add("× best peer");
        }
        if (limit.isPresent()) {
            head.add("× limit");
        }
        return new Table(
                head, all.stream().map(one -> row(section, one, peer, limit)).collect(Collectors.toList()));
    }

    private static String trimmed(double percent) {
        return percent == Math.rint(percent) ? Integer.toString((int) percent) : Double.toString(percent);
    }

    private static List<String> row(Section section, Measurement one, OptionalDouble peer, OptionalDouble limit) {
        List<String> cells = new ArrayList<>(List.of(one.method()));
        if (section.kind() == Section.Kind.LATENCY) {
            PERCENTILES.forEach(
                    percent -> cells.add(Results.format(one.percentiles().getOrDefault(percent, Double.NaN))));
        } else {
            cells.add(Results.format(one.typical()));
        }
        peer.ifPresent(reference -> cells.add(ratio(one, reference)));
        limit.ifPresent(reference -> cells.add(ratio(one, reference)));
        return cells;
    }

    private static String ratio(Measurement one, double reference) {
        return reference == 0 ? "–" : Results.format(one.typical() / reference);
    }
}
