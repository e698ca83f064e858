package io.valise.ipc.spi.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Threads that live on, also where the log of what failed fails itself. */
class ThreadsTest {
    private final Logger target = Logger.getLogger(Threads.class.getName());
    private final SafeLogTest.FailingHandler handler = new SafeLogTest.FailingHandler();

    @BeforeEach
    void listen() {
        target.setUseParentHandlers(false);
        target.addHandler(handler);
    }

    @AfterEach
    void stopListening() {
        target.removeHandler(handler);
        target.setUseParentHandlers(true);
    }

    private static void fail(Class<? extends Throwable> type) {
        try {
            throw type.getConstructor().newInstance();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {IllegalStateException.class, OutOfMemoryError.class, NoClassDefFoundError.class})
    void aRepeatedStepThatThrowsIsRepeatedWhateverItsLogThrows(Class<? extends Throwable> type) throws Exception {
        for (Throwable ofLog : new Throwable[] {null, new IllegalStateException(), new NoClassDefFoundError()}) {
            handler.failure = ofLog;
            AtomicInteger steps = new AtomicInteger();
            Thread thread = Threads.daemon(
                    "repeating",
                    () -> Threads.repeat("a step", () -> {
                        if (steps.incrementAndGet() < 3) {
                            fail(type);
                        }
                        return steps.get() < 5;
                    }));
            Threads.start(thread);
            thread.join();
            assertThat(steps).hasValue(5);
        }
        handler.failure = null;
        assertThat(handler.taken)
                .filteredOn(line -> line.getMessage().startsWith("a step"))
                .singleElement()
                .satisfies(line -> {
                    assertThat(line.getMessage()).isEqualTo("a step failed; trying again");
                    assertThat(line.getThrown()).isInstanceOf(type);
                });
    }

    /** An interrupt does not shorten the pause. */
    @Test
    void anInterruptDoesNotEndARepetition() {
        AtomicInteger steps = new AtomicInteger();
        Threads.repeat("a step", () -> {
            if (steps.incrementAndGet() == 1) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("as expected");
            }
            return false;
        });
        assertThat(steps).hasValue(2);
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void anInterruptedStepIsRepeatedAndNoneBeginsInterrupted() {
        AtomicInteger steps = new AtomicInteger();
        Thread.currentThread().interrupt();
        Threads.repeat("a step", () -> {
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            Thread.currentThread().interrupt();
            if (steps.incrementAndGet() == 1) {
                new CountDownLatch(1).await();
            }
            return steps.get() < 3;
        });
        assertThat(steps).hasValue(3);
        assertThat(Thread.interrupted()).isTrue(); // by the last step
    }

    @Test
    void aPauseIsNotShortenedByInterruptsWhichAreKept() {
        long pause = TimeUnit.MILLISECONDS.toNanos(3);
        for (boolean interrupted : new boolean[] {true, false}) {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            for (int i = 0; i < 3; i++) {
                long begun = System.nanoTime();
                Threads.pause(pause);
                assertThat(System.nanoTime() - begun).isGreaterThanOrEqualTo(pause);
            }
            assertThat(Thread.interrupted()).isEqualTo(interrupted);
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {IllegalStateException.class, OutOfMemoryError.class, NoClassDefFoundError.class})
    void whatATaskThrowsIsLoggedAndNotThrown(Class<? extends Throwable> type) {
        assertThat(Threads.run("a task", () -> {})).isTrue();
        handler.failure = new NoClassDefFoundError();
        assertThat(Threads.run("a task", () -> fail(type))).isFalse();
        handler.failure = null;
        assertThat(Threads.run("a task", () -> fail(type))).isFalse();
        assertThat(handler.taken.get(handler.taken.size() - 1).getMessage()).isEqualTo("a task failed");
    }

    @Test
    void aThreadThatTheSystemRefusesIsRefusedWithAStatus() {
        Thread refused = new Thread("refused") {
            @Override
            public synchronized void start() {
                throw new OutOfMemoryError("unable to create native thread");
            }
        };
        assertThatThrownBy(() -> Threads.start(refused)).isInstanceOfSatisfying(IpcException.class, e -> {
            assertThat(e.status()).isEqualTo(IpcStatus.RESOURCE_EXHAUSTED);
            assertThat(e.delivery()).isEqualTo(Delivery.NOT_SENT);
            assertThat(e).hasMessageContaining("thread refused").hasMessageContaining("ulimit -u");
        });
    }

    @Test
    void whatWasPreparedForARefusedThreadIsUndone() {
        Thread started = new Thread(() -> {});
        AtomicInteger undone = new AtomicInteger();
        Threads.start(started, undone::incrementAndGet);
        assertThat(undone).hasValue(0);
        assertThatThrownBy(() -> Threads.start(started, undone::incrementAndGet))
                .isInstanceOf(IllegalThreadStateException.class);
        assertThat(undone).hasValue(1);
    }

    @Test
    void anActionApartIsNotInterruptedWithItsCaller() throws Exception {
        Thread.currentThread().interrupt();
        assertThat(Threads.callOnNewThread("apart", () -> Thread.currentThread().getName() + Thread.interrupted()))
                .isEqualTo("apartfalse");
        assertThat(Thread.interrupted()).isTrue();
        assertThatThrownBy(() -> Threads.callOnNewThread("apart", () -> {
                    throw new IOException("of the action");
                }))
                .isInstanceOf(ExecutionException.class)
                .hasRootCauseMessage("of the action");
    }

    @Test
    void threadsAreDaemonsAndInheritNothing() throws InterruptedException {
        InheritableThreadLocal<String> inherited = new InheritableThreadLocal<>();
        inherited.set("the caller's");
        AtomicInteger seen = new AtomicInteger();
        Thread thread = Threads.daemon("fresh", () -> seen.set(inherited.get() == null ? 1 : 2));
        assertThat(thread.isDaemon()).isTrue();
        assertThat(thread.getName()).isEqualTo("fresh");
        Threads.start(thread);
        thread.join();
        assertThat(seen).hasValue(1);
    }
}
