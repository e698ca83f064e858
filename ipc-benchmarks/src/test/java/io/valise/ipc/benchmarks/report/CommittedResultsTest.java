package io.valise.ipc.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

    @Test
    void theTableOfTargetsShowsTheResults() throws IOException {
        assertThat(Files.readString(DOCS.resolve("performance.md")))
                .as("the table that " + REMEDY)
                .contains(MarkdownReport.targets(results()));
    }
}
