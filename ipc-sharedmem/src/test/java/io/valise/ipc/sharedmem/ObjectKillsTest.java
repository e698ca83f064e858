package io.valise.ipc.sharedmem;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.rule.FullRun;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Processes that use named objects are killed at any instruction, 50 of them, or about as many as the system property {@code
 * valise.objectKills} says: {@code -DargLine=-Dvalise.objectKills=1000}.
 */
@ExtendWith(HangWatchdog.class)
class ObjectKillsTest {
    private static final int KILLS = Integer.getInteger("valise.objectKills", 50);
    private static final int KILLS_OF_A_RUN = 10;
    private static final int PROCESSES = 2;
    private static final int LONGEST_NANOS = 3_000_000;

    @TempDir
    private Path folder;

    static IntStream runs() {
        return IntStream.range(0, FullRun.isAskedFor() ? (KILLS + KILLS_OF_A_RUN - 1) / KILLS_OF_A_RUN : 1);
    }

    @ParameterizedTest
    @MethodSource("runs")
    void noKillAtAnyInstructionBlocksAnObjectOrHidesADeath(int run) throws Exception {
        Random random = new Random(run);
        Path file = folder.resolve("numbers");
        ByteBuffer numbers = ObjectRounds.map(file);
        Deque<ForkedJvm> running = new ArrayDeque<>();
        try (NamedMutex mutex = NamedMutex.open("kills-mutex");
                NamedSemaphore semaphore = NamedSemaphore.open("kills-semaphore", ObjectRounds.PERMITS);
                NamedEvent event = NamedEvent.open("kills-event", NamedEvent.Reset.AUTOMATIC)) {
            for (int i = 0; i < PROCESSES; i++) {
                running.add(start(file));
            }
            for (int kill = 0; kill < KILLS_OF_A_RUN; kill++) {
                running.add(start(file));
                try (ForkedJvm oldest = running.remove()) {
                    assertThat(oldest.hear()).isEqualTo("running");
                    LockSupport.parkNanos(random.nextInt(LONGEST_NANOS));
                }
                try (Hold hold = mutex.acquire(ObjectProcess.LONGEST_WAIT)) {
                    ObjectRounds.inMutex(numbers, hold);
                }
            }
            for (ForkedJvm each : running) {
                assertThat(each.hear()).isEqualTo("running");
                assertThat(each.ask("endRounds")).isEmpty();
            }
            assertThat(ObjectRounds.violations(numbers)).isZero();
            assertThat(ObjectRounds.done(numbers)).isGreaterThan(KILLS_OF_A_RUN);
            allAreUsable(mutex, semaphore, event);
        } finally {
            running.forEach(ForkedJvm::close);
        }
    }

    private static ForkedJvm start(Path file) {
        return ForkedJvm.start(List.of("-Dvalise.shm.memory=jdk"), ObjectProcess.class, "kills", file.toString());
    }

    private static void allAreUsable(NamedMutex mutex, NamedSemaphore semaphore, NamedEvent event)
            throws InterruptedException {
        mutex.tryAcquire().orElseThrow().close();
        List<Hold> permits = new ArrayList<>();
        for (int i = 0; i < ObjectRounds.PERMITS; i++) {
            permits.add(semaphore.tryAcquire().orElseThrow());
        }
        assertThat(semaphore.tryAcquire()).isEmpty();
        permits.forEach(Hold::close);
        assertThat(semaphore.available()).isEqualTo(ObjectRounds.PERMITS);
        event.set();
        event.await();
        assertThat(event.isSet()).isFalse();
    }
}
