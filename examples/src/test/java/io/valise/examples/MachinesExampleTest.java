package io.valise.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.process.ClassPath;
import io.valise.ipc.testkit.process.Requirement;
import io.valise.ipc.testkit.process.TestProcesses;
import io.valise.ipc.testkit.rule.NeedsNetworks;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
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
            return Requirement.judgeProgram("nats", "nats-server", "nats-server");
        }
    }

    @Test
    void theSameProgramsRunOnOneMachineAndBetweenTwo() throws Exception {
        ProcessBuilder script = new ProcessBuilder("examples/two-machines")
                .directory(Path.of("..").toFile())
                .redirectErrorStream(true);
        script.environment().put("CLASSPATH", ClassPath.ofThisJvm().toString());
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
