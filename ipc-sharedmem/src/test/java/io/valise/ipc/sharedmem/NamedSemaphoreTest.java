package io.valise.ipc.sharedmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcException;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.process.ForkedJvm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(HangWatchdog.class)
class NamedSemaphoreTest {
    private static ForkedJvm withSemaphore(String name, int permits) {
        return ObjectProcess.start(List.of(), "semaphore", name, permits);
    }

    @Test
    void noMoreHoldsThanPermitsAmongProcesses() throws Exception {
        try (NamedSemaphore semaphore = NamedSemaphore.open("three", 3);
                ForkedJvm other = withSemaphore("three", 3)) {
            assertThat(other.ask("acquirePermit")).isEqualTo("whole");
            Hold first = semaphore.acquire();
            Hold second = semaphore.acquire();
            assertThat(semaphore.permits()).isEqualTo(3);
            assertThat(semaphore.available()).isZero();
            assertThat(semaphore.tryAcquire()).isEmpty();
            assertThatThrownBy(() -> semaphore.acquire(Duration.ZERO))
                    .isInstanceOf(IpcException.class)
                    .hasMessageContaining("limit=PT0S to acquire it, actual=held by process " + other.pid());
            other.ask("releasePermit");
            Hold third = semaphore.acquire();
            assertThat(third.abandoned()).isFalse();
            List.of(first, second, third).forEach(Hold::close);
            assertThat(semaphore.available()).isEqualTo(3);
        }
    }

    @Test
    void thePermitsOfADeadProcessComeBackAndEachIsToldOfOnce() throws Exception {
        try (NamedSemaphore semaphore = NamedSemaphore.open("dead", 4)) {
            Hold live = semaphore.acquire();
            try (ForkedJvm other = withSemaphore("dead", 4)) {
                other.ask("acquirePermit");
                other.ask("acquirePermit");
                other.kill();
            }
            List<Boolean> told = new ArrayList<>();
            List<Hold> holds = new ArrayList<>(List.of(live));
            for (int i = 0; i < 3; i++) {
                Hold hold = semaphore.acquire();
                told.add(hold.abandoned());
                holds.add(hold);
            }
            assertThat(told).as("those that were left first").containsExactly(true, true, false);
            assertThat(semaphore.tryAcquire()).isEmpty();
            holds.forEach(Hold::close);
            try (Hold hold = semaphore.acquire()) {
                assertThat(hold.abandoned()).isFalse();
            }
        }
    }

    @Test
    void aHandleOpensItWithItsPermits() throws Exception {
        try (NamedSemaphore semaphore = NamedSemaphore.create(5);
                NamedSemaphore opened = NamedSemaphore.open(semaphore.handle())) {
            assertThat(opened.permits()).isEqualTo(5);
            assertThat(opened.name()).isEqualTo(semaphore.name());
            try (Hold hold = opened.acquire()) {
                assertThat(hold.abandoned()).isFalse();
                assertThat(semaphore.available()).isEqualTo(4);
            }
        }
    }

    @Test
    void anotherNumberOfPermitsIsRefused() {
        try (NamedSemaphore semaphore = NamedSemaphore.open("number", 256)) {
            assertThat(semaphore.available()).isEqualTo(256);
            assertThatThrownBy(() -> NamedSemaphore.open("number", 3))
                    .isInstanceOf(IpcException.class)
                    .hasMessage("TYPE_MISMATCH: object \"number\": limit=a semaphore of 256 permits, as it was made,"
                            + " actual=a semaphore of 3 permits; take another name");
        }
        for (int permits : new int[] {0, -1, 257}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> NamedSemaphore.create(permits))
                    .withMessage("permits: limit=1 to 256, actual=" + permits);
        }
    }
}
