package io.valise.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.process.JavaCommand;
import io.valise.ipc.testkit.process.Requirement;
import io.valise.ipc.testkit.process.TestProcesses;
import io.valise.ipc.testkit.rule.NeedsNetworks;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The example of two programs on one machine and between two, by its script. */
@NeedsNetworks
@ExtendWith({MachinesExampleTest.NeedsNats.class, HangWatchdog.class})
class MachinesExampleTest {
    /** As the tests of {@code nats:} do. */
    static final class NeedsNats implements ExecutionCondition {
        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return Requirement.judgeProgram("valise.test.nats", "nats-server", "nats-server");
        }
    }

    @Test
    void theSameProgramsRunOnOneMachineAndBetweenTwo() throws Exception {
        ProcessBuilder script = new ProcessBuilder("examples/two-machines")
                .directory(Path.of("..").toFile())
                .redirectErrorStream(true);
        List<String> quick = JavaCommand.ofThisClassPath(); // java, options, -cp, class path
        script.environment().put("CLASSPATH", quick.get(quick.size() - 1));
        script.environment().put("JAVA_OPTS", String.join(" ", quick.subList(1, quick.size() - 2)));
        script.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process running = TestProcesses.start(script);
        running.getOutputStream().close();
        String printed = new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(printed.lines())
                .containsExactly(
                        "On one machine:",
                        "KRW/USD 101.25 from shm:quotes",
                        "Between two machines:",
                        "KRW/USD 101.25 from nats:quotes");
        assertThat(running.waitFor()).isZero();
    }
}
