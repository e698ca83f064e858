package io.valise.ipc.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.benchmarks.probe.Figure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The pages, of figures that nobody measured. */
class ReportTest {
    private final ResultFile file = new ResultFile();

    private Results results() {
        file.add(List.of(
                Figure.of("RequestRoundTrip.shmSpinning", "ns/op", 400),
                Figure.of("RequestRoundTrip.aeronIpcJackson", "ns/op", 1_000),
                Figure.of("RequestRoundTrip.pipe", "ns/op", 12_000),
                Figure.of("RequestRoundTrip.rawUds", "ns/op", 10_000),
                Figure.of("PipelinedRequests.shmSpinning", "ops/s", 1_600_000),
                new Figure("ColdStart.jvm", "ms/op", List.of(40.0, 30.0, 50.0)),
                Figure.of("ColdStart.pipe", "ms/op", 100)));
        return file.results();
    }

    private static String verdict(Results results, String id) {
        return Targets.checks(results).stream()
                .filter(check -> check.id().equals(id))
                .map(check -> check.verdict().toString())
                .collect(Collectors.joining(", "));
    }

    @Test
    void aTargetIsMetMissedOrNotMeasured() {
        assertThat(verdict(results(), "P4")).isEqualTo("met, met, met");
        assertThat(verdict(results(), "P8")).isEqualTo("missed");
        assertThat(verdict(results(), "P1")).isEqualTo("not measured, not measured");
    }

    /** More is better there. */
    @Test
    void throughputHasToReachItsTarget() {
        assertThat(verdict(results(), "P6")).isEqualTo("not measured, met");
    }

    @Test
    void aColdStartIsMeasuredFromTheStartOfAnyJvm() {
        Check pipe = Targets.checks(results()).stream()
                .filter(check -> check.what().contains("first reply over pipe:"))
                .findFirst()
                .orElseThrow();
        assertThat(pipe.figure()).hasValue(60);
        assertThat(pipe.verdict()).isEqualTo(Check.Verdict.MET);
    }

    @Test
    void everyTargetIsThere() {
        assertThat(Targets.checks(results()).stream().map(Check::id).distinct())
                .containsExactly(
                        "P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P10", "P11", "P12", "P13", "P14");
    }

    /** Else a quick run, and the table, would be without a figure, and nothing would say so. */
    @Test
    void everyBenchmarkThatATargetAsksForExists() {
        Map<String, Set<String>> methods = BenchmarkList.defaultList()
                .getAll(OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT), List.of())
                .stream()
                .map(entry -> entry.getUsername().substring("io.valise.ipc.benchmarks.".length()))
                .collect(Collectors.groupingBy(
                        name -> name.substring(0, name.indexOf('.')), Collectors.toCollection(TreeSet::new)));
        assertThat(methods).containsKeys("RequestRoundTrip", "ValueSetCodec");
        assertThat(Targets.benchmarks())
                .hasSizeGreaterThan(30)
                .allMatch(name -> methods.getOrDefault(name.substring(0, name.indexOf('.')), Set.of(name))
                        .contains(name));
    }

    @Test
    void whatGrowsIsShownInThatOrder() throws IOException {
        file.add(List.of(
                Figure.of("ManyClients.pipe8", "ns/op", 1),
                Figure.of("ManyClients.shmAdaptive1", "ns/op", 1),
                Figure.of("ManyClients.pipe1", "ns/op", 9)));
        assertThat(MarkdownReport.of(results(), Machine.here()))
                .containsSubsequence("| pipe1 |", "| pipe8 |", "| shmAdaptive1 |");
    }

    @Test
    void thePageIsWholeAndLoadsNothing() throws IOException {
        String page = HtmlReport.of(results(), Machine.here());
        assertThat(page)
                .contains("new Chart(", "shmSpinning", "Chart.js v", "class='v met'")
                .doesNotContain("<script src", "<link", "@DATA@", "@CHARTJS@", "${project");
    }

    @Test
    void theTableHasTheRatioToTheBestPeer() {
        assertThat(MarkdownReport.targets(results()).lines())
                .anyMatch(line -> line.contains("| P8 |") && line.contains("| 1.20 | **missed** |"));
    }

    @Test
    void whatWasWrittenIsReadAgain(@TempDir Path folder) throws IOException {
        Path json = folder.resolve("results.json");
        List<Check> before = Targets.checks(results());
        file.write(json);
        assertThat(Targets.checks(ResultFile.read(json))).isEqualTo(before);
        Machine.here().write(folder.resolve("machine.json"));
        assertThat(Machine.read(folder.resolve("machine.json")).facts()).containsKeys("Java", "Versions");
    }
}
