package io.valise.ipc.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.benchmarks.probe.Figure;
import io.valise.ipc.benchmarks.slices.Contest;
import io.valise.ipc.benchmarks.slices.Contests;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The pages, of made-up figures. */
class ReportTest {
    private final ResultFile file = new ResultFile();

    private Results results() {
        file.add(List.of(
                rounds("RequestSlices.shmSpinning", 400, 420, 380, 400, 410, 400),
                rounds("RequestSlices.aeronIpcJackson", 2_000, 2_100, 1_900, 2_000, 2_050, 2_000),
                rounds("RequestSlices.pipe", 12_000, 12_000, 12_000, 24_000, 12_000, 12_000),
                rounds("RequestSlices.rawUds", 10_000, 10_000, 10_000, 20_000, 10_000, 10_000),
                rounds("RequestSlices.loopback", 8_000, 12_000, 8_000, 12_000, 8_000, 12_000),
                rounds("RequestSlices.rawTcp", 10_000, 10_000, 10_000, 10_000, 10_000, 10_000),
                rounds("PipelinedSlices.shmAdaptive", 1.6e6, 1.6e6, 1.7e6, 1.6e6, 1.6e6, 1.6e6),
                Figure.of("RequestRoundTrip.shmSpinning", "ns/op", 400),
                new Figure("ColdStart.jvm", "ms/op", List.of(40.0, 30.0, 50.0)),
                Figure.of("ColdStart.pipe", "ms/op", 100)));
        return file.results();
    }

    private static Figure rounds(String name, Double... values) {
        String unit = name.startsWith("Pipelined") ? "ops/s" : "ns/op";
        return new Figure(name, unit, List.of(values));
    }

    private static Figure rounds(String name, Integer... values) {
        return new Figure(name, "ns/op", Stream.of(values).map(Double::valueOf).collect(Collectors.toList()));
    }

    private static List<String> verdicts(Results results, String id, String what) {
        return Targets.checks(results).stream()
                .filter(check -> check.id().equals(id) && check.what().equals(what))
                .map(check -> check.verdict().toString())
                .collect(Collectors.toList());
    }

    @Test
    void aTargetIsMetMissedInconclusiveOrNotMeasured() {
        Results results = results();
        assertThat(verdicts(results, "P4", "request over shm:, spinning")).containsExactly("met", "met");
        assertThat(verdicts(results, "P8", "request over pipe:")).containsExactly("missed");
        assertThat(verdicts(results, "P9", "request over loopback:")).containsExactly("inconclusive", "not measured");
        assertThat(verdicts(results, "P1", "ring, 64 B round trip, spinning"))
                .containsExactly("not measured", "not measured");
    }

    /** A minute in which everything takes twice as long changes no ratio. */
    @Test
    void ratiosAreTakenRoundByRound() {
        assertThat(results().ratio("RequestSlices.pipe", "RequestSlices.rawUds"))
                .contains(new Spread(1.2, 1.2, 1.2));
    }

    /** More is better there. */
    @Test
    void throughputHasToReachItsTarget() {
        assertThat(verdicts(results(), "P6", "requests over shm:, 64 on their way"))
                .containsExactly("met");
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
                        "P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P10", "P11", "P12", "P13", "P14", "P15",
                        "P16", "P17");
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
        Contests.ALL.forEach(contest -> methods.put(contest.name(), contestants(contest)));
        assertThat(Targets.benchmarks())
                .hasSizeGreaterThan(30)
                .allMatch(name -> methods.getOrDefault(name.substring(0, name.indexOf('.')), Set.of(name))
                        .contains(name));
    }

    private static Set<String> contestants(Contest contest) {
        return new TreeSet<>(contest.figureNames());
    }

    @Test
    void whatGrowsIsShownInThatOrder() throws IOException {
        file.add(List.of(
                Figure.of("ClientSlices.pipe8", "ns/op", 1),
                Figure.of("ClientSlices.shmAdaptive1", "ns/op", 1),
                Figure.of("ClientSlices.pipe1", "ns/op", 9)));
        assertThat(MarkdownReport.of(results(), Machine.here()))
                .containsSubsequence("| pipe1 |", "| pipe8 |", "| shmAdaptive1 |");
    }

    @Test
    void thePageIsWholeAndLoadsNothing() throws IOException {
        String page = HtmlReport.of(results(), Machine.here());
        assertThat(page)
                .contains("new Chart(", "shmSpinning", "Chart.js v", "class='v met'", "\"rounds\":[400.0,")
                .doesNotContain("<script src", "<link", "@DATA@", "@CHARTJS@", "${project");
    }

    @Test
    void theTableHasTheRatioToTheBestPeer() {
        assertThat(MarkdownReport.targets(results()).lines())
                .anyMatch(line -> line.contains("| P8 |") && line.contains("| 1.20 |  | **missed** |"));
    }

    @Test
    void theChartHasABarForEachContender() {
        assertThat(LatencyChart.of(results()))
                .containsSubsequence("shm: spinning()", "Aeron IPC, Jackson", "plain domain socket", "pipe:")
                .contains(">0.40<", ">10.0<");
        assertThat(LatencyChart.of(new ResultFile().results())).isEmpty();
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
