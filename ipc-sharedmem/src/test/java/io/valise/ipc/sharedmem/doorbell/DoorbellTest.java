package io.valise.ipc.sharedmem.doorbell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.sharedmem.os.MemoryKind;
import io.valise.ipc.sharedmem.os.SharedMemory;
import io.valise.ipc.sharedmem.os.TestMemory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A bell over one word of memory; the "socket" calls the sleeper directly. */
class DoorbellTest {
    private static final long FOREVER = Long.MAX_VALUE;
    private static final int WAKES = 0;

    /** One way: what the ringer published last, and the bell for it. */
    private static final class Way {
        final SharedMemory memory;
        final int published;
        final Sleeper sleeper;
        final Ringer ringer;
        final AtomicInteger bySocket = new AtomicInteger();

        Way(TestMemory file, int at) {
            memory = file.map();
            published = at + 128;
            sleeper = new Sleeper(file.map(), at, WAKES);
            ringer = new Ringer(file.map(), at, () -> {
                bySocket.incrementAndGet();
                sleeper.ringHere();
            });
        }

        void publish(int value) {
            memory.putIntRelease(published, value);
            ringer.ring();
        }

        void awaitPublished(int value) {
            while (memory.getIntAcquire(published) != value) {
                sleeper.sleep(FOREVER, () -> memory.getIntAcquire(published) == value);
            }
        }
    }

    private static TestMemory file(boolean futex) {
        assumeTrue(!futex || loaded(), "no futex here");
        TestMemory file = new TestMemory(MemoryKind.JDK, 4096);
        if (futex) {
            file.map().putIntRelease(WAKES, 1);
        }
        return file;
    }

    private static boolean loaded() {
        Futexes.request();
        while (Futexes.expected() && !Futexes.ready()) {
            Thread.onSpinWait();
        }
        return Futexes.ready();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void noWakeUpIsLost(boolean futex) {
        int rounds = 100_000;
        try (TestMemory file = file(futex)) {
            Way there = new Way(file, 512);
            Way back = new Way(file, 1024);
            CompletableFuture<Void> echo = CompletableFuture.runAsync(() -> {
                for (int i = 1; i <= rounds; i++) {
                    there.awaitPublished(i);
                    back.publish(i);
                }
            });
            for (int i = 1; i <= rounds; i++) {
                there.publish(i);
                back.awaitPublished(i);
            }
            echo.join();
            assertThat(back.memory.getIntAcquire(back.published)).isEqualTo(rounds);
            if (futex) {
                assertThat(there.bySocket).hasValue(0);
            }
        }
    }

    @Test
    void ringerLeavesTheAwakeAlone() {
        try (TestMemory file = file(false)) {
            Way way = new Way(file, 512);
            way.publish(1);
            assertThat(way.bySocket).hasValue(0);
            way.sleeper.arm();
            way.publish(2);
            way.publish(3);
            assertThat(way.bySocket).hasValue(1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everyRingAndWakeEndsEverySleep(boolean futex) throws Exception {
        try (TestMemory file = file(futex)) {
            Way way = new Way(file, 512);
            for (int round = 0; round < 200; round++) {
                CompletableFuture<Void> one = sleepInBackground(way);
                CompletableFuture<Void> two = sleepInBackground(way);
                while (!one.isDone() || !two.isDone()) {
                    way.sleeper.ringHere();
                }
                way.sleeper.wake();
                way.sleeper.sleep(FOREVER, () -> false);
                one.get();
                two.get();
            }
            assertThat(way.bySocket).hasValue(0);
        }
    }

    private static CompletableFuture<Void> sleepInBackground(Way way) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            way.sleeper.sleep(FOREVER, () -> false);
            done.complete(null);
        });
        thread.setDaemon(true);
        thread.start();
        return done;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void interruptEndsTheSleepAndStaysSet(boolean futex) throws Exception {
        try (TestMemory file = file(futex)) {
            Way way = new Way(file, 512);
            CompletableFuture<Boolean> status = new CompletableFuture<>();
            Thread thread = new Thread(() -> {
                while (!Thread.currentThread().isInterrupted()) {
                    way.sleeper.sleep(FOREVER, () -> false);
                }
                way.sleeper.sleep(FOREVER, () -> false);
                status.complete(Thread.currentThread().isInterrupted());
            });
            thread.setDaemon(true);
            thread.start();
            thread.interrupt();
            assertThat(status.get()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void sleepEndsWhenItsTimeIsUp(boolean futex) {
        try (TestMemory file = file(futex)) {
            Way way = new Way(file, 512);
            long nanos = TimeUnit.MILLISECONDS.toNanos(250);
            long start = System.nanoTime();
            way.sleeper.sleep(nanos, () -> false);
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(nanos);
            way.sleeper.sleep(0, () -> false);
            way.sleeper.sleep(-1, () -> false);
        }
    }

    @Test
    void sleeperWhosePeerHasNoFutexSleepsBySocket() {
        try (TestMemory file = file(false)) {
            Way way = new Way(file, 512);
            CompletableFuture<Void> sleeping = sleepInBackground(way);
            while (!sleeping.isDone()) {
                way.publish(1);
            }
            assertThat(way.bySocket.get()).isPositive();
        }
    }
}
