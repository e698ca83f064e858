package io.valise.ipc.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The report as Markdown. Stateless. */
public final class MarkdownReport {
    private MarkdownReport() {}

    /** The whole page. */
    public static String of(Results results, Machine machine) {
        List<String> lines = new ArrayList<>(List.of("# Valise: benchmark report", ""));
        lines.addAll(row("", ""));
        lines.addAll(List.of("| --- | --- |"));
        for (Map.Entry<String, String> fact : machine.facts().entrySet()) {
            lines.addAll(row(fact.getKey(), fact.getValue()));
        }
        lines.addAll(List.of("", "## Targets", ""));
        lines.addAll(targetLines(results));
        for (Section section : Section.ALL) {
            lines.addAll(section(section, results));
        }
        return String.join("\n", lines) + "\n";
    }

    /** The table of the targets alone: target, figure, ratio, verdict. */
    public static String targets(Results results) {
        return String.join("\n", targetLines(results)) + "\n";
    }

    private static List<String> targetLines(Results results) {
        List<String> lines = new ArrayList<>(row("#", "what", "target", "figure", "ratio", "interval", "verdict"));
        lines.add("| --- | --- | --- | ---: | ---: | --- | --- |");
        for (Check check : Targets.checks(results)) {
            lines.addAll(row(
                    check.id(),
                    check.what(),
                    check.target(),
                    check.figureText(),
                    check.ratioText(),
                    check.spreadText(),
                    check.verdict() == Check.Verdict.MISSED
                            ? "**missed**"
                            : check.verdict().toString()));
        }
        return lines;
    }

    private static List<String> section(Section section, Results results) {
        Table table = Table.of(section, results);
        if (table.rows().isEmpty()) {
            return List.of();
        }
        List<String> lines = new ArrayList<>(List.of("", "## " + section.title(), ""));
        lines.addAll(row(table.head().toArray(String[]::new)));
        lines.add("| --- |" + " ---: |".repeat(table.head().size() - 1));
        table.rows().forEach(cells -> lines.addAll(row(cells.toArray(String[]::new))));
        return lines;
    }

    private static List<String> row(String... cells) {
        return List.of("| " + String.join(" | ", cells) + " |");
    }
}
