package io.valise.ipc.spi.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The pools of the library. */
class IdleThreadQueueTest {
    @Test
    void poolGrowsReusesAndQueuesAtItsCap() throws InterruptedException {
        ExecutorService pool = Threads.pool("test", 3);
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(3);
        Set<Thread> threads = Collections.synchronizedSet(new HashSet<>());
        List<Integer> order = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch done = new CountDownLatch(23);
        for (int i = 0; i < 23; i++) {
            int number = i;
            pool.execute(() -> {
                threads.add(Thread.currentThread());
                order.add(number);
                begun.countDown();
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                done.countDown();
            });
        }
        begun.await();
        assertThat(threads).hasSize(3);
        assertThat(order).hasSize(3);
        release.countDown();
        done.await();
        assertThat(threads).hasSize(3);
        pool.shutdown();
    }

    @Test
    void idleThreadsAreReused() throws InterruptedException {
        ExecutorService pool = Threads.pool("test", 1000);
        AtomicInteger ran = new AtomicInteger();
        Set<Thread> threads = Collections.synchronizedSet(new HashSet<>());
        for (int i = 0; i < 200; i++) {
            CountDownLatch done = new CountDownLatch(1);
            pool.execute(() -> {
                threads.add(Thread.currentThread());
                ran.incrementAndGet();
                done.countDown();
            });
            done.await();
            if (i == 0) {
                awaitIdle(threads.iterator().next());
            }
        }
        assertThat(ran).hasValue(200);
        assertThat(threads).hasSizeLessThan(200);
        pool.shutdown();
    }

    private static void awaitIdle(Thread thread) {
        while (thread.getState() == Thread.State.RUNNABLE) {
            Thread.onSpinWait();
        }
    }
}
