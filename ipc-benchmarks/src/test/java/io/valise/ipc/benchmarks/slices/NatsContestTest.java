package io.valise.ipc.benchmarks.slices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.benchmarks.contender.Contenders;
import io.valise.ipc.benchmarks.probe.Figure;
import io.valise.ipc.benchmarks.probe.Programs;
import io.valise.ipc.testkit.rule.InFullRun;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Contests over a broker; how fast a contender is matters to no test. */
@EnabledOnOs(OS.LINUX)
class NatsContestTest {
    private static void needsBroker() {
        boolean there = Programs.find(Broker.PROGRAM).isPresent();
        assertThat(there || !"required".equals(System.getProperty("valise.test.nats")))
                .as("-Dvalise.test.nats=required, and no nats-server on the PATH")
                .isTrue();
        assumeTrue(there, "no nats-server on the PATH");
    }

    /** Whatever a slice of a busy machine says: as many rounds of each, or no figure at all. */
    private static void contest(Job job) throws Exception {
        Contest contest = new Contest(
                "NatsTrialSlices",
                job,
                Contenders.OVER_NATS.stream().map(ContestEntry::of).toList(),
                Conditions.AT_A_BROKER,
                new Contest.Plan(1, 2, 1, 1, 1, 10));
        List<Figure> figures = contest.measure(false);
        assertThat(contest.facts().get("NatsTrialSlices")).contains("slices", "nats-server: v");
        assertThat(figures).allSatisfy(figure -> {
            assertThat(figure.samples()).hasSameSizeAs(figures.get(0).samples());
            assertThat(figure.samples()).allMatch(sample -> sample > 0);
        });
    }

    /** The shortest that has a flow, the window and a broker. */
    @Test
    void messagesOfOneLengthAreSentAndTaken() throws Exception {
        needsBroker();
        contest(Job.FLOW_64_KIB);
    }

    @ParameterizedTest
    @EnumSource(names = {"REQUEST", "PIPELINED", "FLOW_64_B", "FLOW_1_MIB"})
    @InFullRun("five processes for each")
    void everyJobIsDoneOverABroker(Job job) throws Exception {
        needsBroker();
        contest(job);
    }

    @Test
    void theBrokerEndsWhenItIsClosed() throws Exception {
        needsBroker();
        ProcessHandle process;
        try (Broker broker = Broker.start()) {
            process = ProcessHandle.of(broker.pid()).orElseThrow();
            assertThat(process.isAlive()).isTrue();
            assertThat(broker.options())
                    .hasSize(1)
                    .first()
                    .asString()
                    .startsWith("-Dvalise.nats.url=nats://127.0.0.1:");
        }
        process.onExit().join();
    }

    /** The program writes the option that names its configuration, and ends. */
    @Test
    void aBrokerThatEndsAtOnceHasNotStarted() {
        String echo = Programs.find("echo").orElseThrow().toString();
        assertThatThrownBy(() -> Broker.start(echo))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("nats-server did not start:")
                .hasMessageContaining("-c ");
    }

    @Test
    void withoutTheProgramTheReportSaysThatNothingWasMeasured() throws Exception {
        Contest contest = new Contest(
                "NatsTrialSlices",
                Job.REQUEST,
                List.of(ContestEntry.of("nats")),
                new Conditions(0, false, true, List.of("no-such-program")));
        assertThat(contest.measure(true)).isEmpty();
        assertThat(contest.facts())
                .containsOnlyKeys("NatsTrialSlices")
                .containsValue("not measured: it needs the program no-such-program, which is not on the PATH");
    }
}
