package io.valise.ipc.benchmarks.slices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.benchmarks.probe.Figure;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** That contests are held as their documentation says; how fast a contender is matters to no test. */
@EnabledOnOs(OS.LINUX)
class ContestTest {
    @Test
    void theProcessesOfAContenderRunDuringItsSlicesOnly() throws IOException {
        try (ContenderProcesses processes = ContenderProcesses.start(Job.CLIENTS, "rawUds", 2, List.of(), List.of())) {
            assertThat(processes.pids(2)).hasSize(3).allMatch(ContestTest::isStopped);
            assertThat(processes.slice(2, 1, 20).figure()).isPositive();
            assertThat(processes.slice(1, 1, 20).figure()).isPositive();
            assertThat(processes.pids(2)).allMatch(ContestTest::isStopped);
        }
    }

    @Test
    void aClientThatHasEndedIsNamedAndTheOthersAreClosed() throws IOException {
        List<Long> all;
        try (ContenderProcesses processes = ContenderProcesses.start(Job.CLIENTS, "rawUds", 2, List.of(), List.of())) {
            all = processes.pids(2);
            ProcessHandle client = ProcessHandle.of(all.get(1)).orElseThrow();
            assertThat(client.destroyForcibly()).isTrue();
            client.onExit().join();
            assertThatThrownBy(() -> processes.slice(2, 1, 20))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("contender \"rawUds\": a client has ended, pid=" + client.pid());
        }
        assertThat(all).noneMatch(pid -> ProcessHandle.of(pid).isPresent());
    }

    private static boolean isStopped(long pid) {
        try {
            return Signals.state(pid) == 'T';
        } catch (IOException e) {
            throw new AssertionError("process " + pid + " has ended", e);
        }
    }

    /** Whatever a slice of a busy machine says: as many rounds of each, or no figure at all. */
    @Test
    void aContestHasOneSampleOfEachContenderForEachRound() throws Exception {
        Contest contest = new Contest(
                "TrialSlices",
                Job.REQUEST, // of contenders that sleep while they wait: rings spin, without end where all
                // processors are taken
                List.of(ContestEntry.of("rawUds"), ContestEntry.of("rawTcp")),
                Conditions.QUIET,
                new Contest.Plan(1, 2, 1, 1, 2, 10));
        List<Figure> figures = contest.measure(false);
        assertThat(contest.figureNames()).containsExactly("TrialSlices.rawUds", "TrialSlices.rawTcp");
        assertThat(contest.facts().get("TrialSlices")).contains("slices");
        assertThat(figures).allSatisfy(figure -> {
            assertThat(figure.samples()).hasSameSizeAs(figures.get(0).samples());
            assertThat(figure.samples()).allMatch(sample -> sample > 0);
        });
    }

    @Test
    void timeOfOthersAndOfTheHostDisturbsASlice() {
        long second = 1_000_000_000;
        int processors = Runtime.getRuntime().availableProcessors();
        Processors before = new Processors(0, 0, 0, 0);
        assertThat(new Processors(second, 0, second, second).disturbanceSince(before))
                .isEmpty();
        assertThat(new Processors(second / 2, 0, second / 2 - second * processors / 10, second)
                        .disturbanceSince(before))
                .isEqualTo("other processes=10 %");
        assertThat(new Processors(second, second * processors / 20, second, second).disturbanceSince(before))
                .isEqualTo("stolen=5 %");
    }
}
