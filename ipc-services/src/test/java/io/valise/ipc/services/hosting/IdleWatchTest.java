package io.valise.ipc.services.hosting;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.testkit.HangWatchdog;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** When a server is asked whether it is unused; here a client always uses it. */
@ExtendWith(HangWatchdog.class)
class IdleWatchTest {
    private static final Duration AT_ONCE = Duration.ofNanos(1);
    private static final Duration NEVER = Duration.ofDays(1);

    private final BlockingQueue<String> asked = new LinkedBlockingQueue<>();

    private IdleWatch watch() {
        return new IdleWatch(() -> asked.add(Thread.currentThread().getName()));
    }

    @Test
    void itAsksFromItsBeginningOn() throws Exception {
        try (IdleWatch idle = watch()) {
            idle.begin(AT_ONCE);
            assertThat(asked.take()).isEqualTo("valise-idle-watch");
        }
    }

    @Test
    void whatWantedItBeforeItBeganIsNotForgotten() throws Exception {
        try (IdleWatch idle = watch()) {
            idle.askAfter(AT_ONCE);
            idle.begin(NEVER);
            asked.take();
            assertThat(asked).as("asked before").isEmpty();
        }
    }

    @Test
    void whatIsDueAndWasPutOffIsAskedAgainAndWhatIsNotDueIsNot() throws Exception {
        try (IdleWatch idle = watch()) {
            idle.askIfDue();
            idle.begin(AT_ONCE);
            asked.take();
            idle.askIfDue();
            asked.take();
            idle.askAfter(NEVER);
            idle.askIfDue();
            idle.askAfter(AT_ONCE);
            asked.take();
            assertThat(asked).isEmpty();
        }
    }

    @Test
    void afterItsEndItAsksNoMore() {
        IdleWatch idle = watch();
        idle.begin(NEVER);
        idle.close();
        idle.askAfter(AT_ONCE);
        assertThat(asked).isEmpty();
    }
}
