package io.valise.ipc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.sharedmem.Hold;
import io.valise.ipc.sharedmem.NamedEvent;
import io.valise.ipc.sharedmem.NamedMutex;
import io.valise.ipc.sharedmem.NamedSemaphore;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.process.ForkedJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code ipc named}. */
@ExtendWith(HangWatchdog.class)
class NamedCommandTest {
    @Test
    void objectsAreListedWithTheProcessesThatHaveThemAndThoseThatDied() throws Exception {
        long here = ProcessHandle.current().pid();
        try (ForkedJvm holder = ForkedJvm.start(MutexHolder.class);
                NamedSemaphore permits = NamedSemaphore.open("permits", 3);
                Hold permit = permits.acquire();
                NamedEvent done = NamedEvent.open("done", NamedEvent.Reset.AUTOMATIC)) {
            assertThat(permit.abandoned()).isFalse();
            done.set();
            assertThat(holder.ask("acquire", "index")).isEqualTo("acquire false");
            assertThat(CommandRun.of("named", "list").out().lines().map(line -> line.replaceAll(" {2,}", " ")))
                    .containsSubsequence(
                            "NAME SCOPE KIND STATE HOLDERS",
                            "done user automatic-event set -",
                            "index user mutex held " + holder.pid() + " (alive)",
                            "permits user semaphore 2 of 3 free " + here + " (alive)");
            holder.kill();
            assertThat(CommandRun.of("named", "list").out())
                    .containsPattern("index +user +mutex +abandoned +" + holder.pid() + " \\(died\\)");
            assertThat(CommandRun.of("named", "list", "--json").out())
                    .contains("{\"name\":\"index\",\"scope\":\"user\",\"kind\":\"mutex\",\"state\":\"abandoned\","
                            + "\"holders\":[{\"pid\":" + holder.pid() + ",\"alive\":false}]}")
                    .contains("\"permits\":3");
        }
        try (NamedMutex told = NamedMutex.open("index");
                Hold hold = told.acquire()) {
            assertThat(hold.abandoned()).isTrue();
        }
        assertThat(CommandRun.of("named", "list").out()).doesNotContain("index");
    }

    @Test
    void withoutASubcommandItSaysWhatIsMissing() {
        CommandRun run = CommandRun.of("named");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("Missing required subcommand");
    }
}
