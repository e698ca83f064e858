package io.valise.ipc.internal.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A drainer that is asked while it runs: a connection cannot be made to ask at that moment. */
class DrainerTest {
    private final Semaphore begun = new Semaphore(0);
    private final Semaphore mayEnd = new Semaphore(0);
    private final AtomicInteger atOnce = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();

    private void drain() {
        most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
        begun.release();
        mayEnd.acquireUninterruptibly();
        atOnce.decrementAndGet();
    }

    /** A peer that does not read blocks one thread, however often its frames are to be drained. */
    @Test
    void oneThreadDrainsAndOnceMoreWhatCameMeanwhile() throws InterruptedException {
        Drainer drainer = new Drainer("a test", this::drain, () -> false);
        for (int round = 0; round < 100; round++) {
            drainer.soon();
            begun.acquire();
            for (int i = 0; i < 20; i++) {
                drainer.soon();
            }
            mayEnd.release();
            begun.acquire();
            assertThat(begun.availablePermits()).isZero();
            mayEnd.release();
            while (!drainer.isIdle()) {
                Thread.onSpinWait();
            }
        }
        assertThat(most).hasValue(1);
    }
}
