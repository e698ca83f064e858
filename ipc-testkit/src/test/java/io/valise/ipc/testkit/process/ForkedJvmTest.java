package io.valise.ipc.testkit.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Forked JVMs do what they are asked, tell what went wrong, and never outlive the process that started them. */
@ExtendWith(HangWatchdog.class)
class ForkedJvmTest {
    private final ForkedJvm jvm = ForkedJvm.start(NestingProgram.class);

    @AfterEach
    void close() {
        jvm.close();
        assertThat(jvm.isAlive()).isFalse();
    }

    @Test
    void answersAndSays() {
        assertThat(jvm.ask("echo", "a", 1)).isEqualTo("a+1");
        assertThat(jvm.ask("print")).isEqualTo("done");
        assertThat(jvm.hear()).isEqualTo("printed");
        assertThat(jvm.ask("home")).isEqualTo(TestHome.path().toString());
    }

    @Test
    void failureTellsWhatWasThrownAndPrinted() {
        jvm.ask("print");
        assertThatThrownBy(() -> jvm.ask("nonsense"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("no command: actual=nonsense");
        assertThat(jvm.ask("echo", "still")).isEqualTo("still");
    }

    @Test
    void killedJvmIsToldAtOnce() {
        jvm.ask("echo", "x");
        jvm.kill();
        assertThat(jvm.isAlive()).isFalse();
        assertThatThrownBy(jvm::hear).isInstanceOf(AssertionError.class).hasMessageContaining("is gone");
        assertThatThrownBy(() -> jvm.ask("echo")).isInstanceOf(AssertionError.class);
    }

    @Test
    void frozenJvmGoesOnWhenThawed() throws Exception {
        jvm.ask("echo", "x");
        jvm.freeze();
        CompletableFuture<String> answer = CompletableFuture.supplyAsync(() -> jvm.ask("echo", "late"));
        assertThat(answer).isNotDone();
        jvm.thaw();
        assertThat(answer.get()).isEqualTo("late");
    }

    @Test
    void diesWithTheJvmThatStartedIt() throws Exception {
        long pid = Long.parseLong(jvm.ask("fork"));
        ProcessHandle grandchild = ProcessHandle.of(pid).orElseThrow();
        jvm.kill();
        grandchild.onExit().get();
        assertThat(grandchild.isAlive()).isFalse();
    }

    @Test
    void dumpShowsThreadsAndWhatWasPrinted() {
        jvm.ask("echo", "x");
        assertThat(ForkedJvm.dumpAll()).contains("NestingProgram").contains("CommandLoop.run");
    }
}
