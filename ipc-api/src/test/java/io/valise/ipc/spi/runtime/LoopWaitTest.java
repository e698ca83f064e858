package io.valise.ipc.spi.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Parking until the readiness loop tells, whatever comes first. */
class LoopWaitTest {
    private static final long LONG = TimeUnit.HOURS.toNanos(1);

    @Test
    void whatIsToldWhileItArmsIsNotLost() {
        LoopWait[] wait = new LoopWait[1];
        AtomicInteger armed = new AtomicInteger();
        wait[0] = new LoopWait(() -> {
            armed.incrementAndGet();
            wait[0].tell();
        });
        for (int i = 0; i < 1000; i++) {
            wait[0].await(LONG, () -> false);
        }
        assertThat(armed).hasValue(1000);
    }

    /** A thread that is woken as soon as it has armed, at whatever moment that falls. */
    @Test
    void noWordOfAnotherThreadIsLost() {
        for (int i = 0; i < 1000; i++) {
            CountDownLatch arming = new CountDownLatch(1);
            LoopWait wait = new LoopWait(arming::countDown);
            CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> wait.await(LONG, () -> false));
            awaitQuietly(arming);
            wait.tell();
            waiting.join();
            assertThat(waiting).isCompleted();
        }
    }

    @Test
    void thereIsNoWaitWhenItIsOver() {
        AtomicBoolean over = new AtomicBoolean(true);
        LoopWait wait = new LoopWait(() -> {});
        wait.await(LONG, over::get);
        over.set(false);
        wait.await(1, over::get);
        assertThat(over).isFalse();
    }

    @Test
    void anInterruptEndsTheWaitAndStays() {
        LoopWait wait = new LoopWait(Thread.currentThread()::interrupt);
        wait.await(LONG, () -> false);
        assertThat(Thread.interrupted()).isTrue();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
