package io.valise.ipc.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** That what README and docs/performance.md show is what was measured. */
class CommittedResultsTest {
    private static final Path DOCS = Path.of("..", "docs");
    private static final Path RESULTS = DOCS.resolve("results");
    private static final String REMEDY = "ipc bench --report-only --out docs/results makes it again";

    private static Results results() throws IOException {
        return ResultFile.read(RESULTS.resolve("results.json"));
    }

    @Test
    void theChartShowsTheResults() throws IOException {
        assertThat(Files.readString(RESULTS.resolve("latencies.svg")))
                .as(REMEDY)
                .isEqualTo(LatencyChart.of(results()));
    }

    /** All of the table but the lines of targets that the results have no figure for. */
    @Test
    void theTableOfTargetsShowsTheResults() throws IOException {
        String page = Files.readString(DOCS.resolve("performance.md"));
        assertThat(page).as("the table that " + REMEDY).contains(measured(results()));
        Path nats = RESULTS.resolve("nats").resolve("results.json"); // of a run of its own, where there is one
        if (Files.exists(nats)) {
            assertThat(page).as(nats.toString()).contains(measured(ResultFile.read(nats)));
        }
    }

    private static String measured(Results results) {
        return MarkdownReport.targets(results)
                .lines()
                .filter(line -> !line.contains("not measured"))
                .collect(Collectors.joining("\n"));
    }

    @Test
    void whatIsShownAlternated() throws IOException {
        assertThat(Targets.checks(results()))
                .filteredOn(check -> check.verdict() != Check.Verdict.NOT_MEASURED)
                .allSatisfy(
                        check -> assertThat(check.spreadText()).as(check.what()).isNotEmpty());
    }
}
