package io.valise.ipc.spi.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The pools of the library. */
class IdleThreadQueueTest {
    private final Queue<Thread> started = new ConcurrentLinkedQueue<>();

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

    /** Threads that go while tasks come: each task is run, at once by a thread that waits, and in the end none is left. */
    @Test
    void noTaskIsLostByThreadsThatEnd() throws InterruptedException {
        ThreadPoolExecutor pool = IdleThreadQueue.pool(2, 1, this::start);
        for (int i = 0; i < 2_000; i++) {
            CountDownLatch done = new CountDownLatch(3);
            pool.execute(done::countDown);
            pool.execute(done::countDown);
            pool.execute(done::countDown);
            done.await();
        }
        awaitNone(pool);
        assertThat(pool.getQueue()).isEmpty();
        assertThat(pool.getCompletedTaskCount()).isEqualTo(6_000);
        pool.shutdown();
    }

    /** The pool interrupts its idle threads when it shrinks. */
    @Test
    void anInterruptLosesNoTask() throws InterruptedException {
        ThreadPoolExecutor pool = IdleThreadQueue.pool(2, TimeUnit.SECONDS.toNanos(30), this::start);
        for (int i = 0; i < 5_000; i++) {
            CountDownLatch done = new CountDownLatch(2);
            pool.execute(done::countDown);
            pool.setMaximumPoolSize(1 + i % 2);
            pool.setKeepAliveTime(30 + i % 2, TimeUnit.SECONDS); // both interrupt those that are idle
            pool.execute(done::countDown);
            done.await();
        }
        pool.setKeepAliveTime(1, TimeUnit.NANOSECONDS);
        awaitNone(pool);
        assertThat(pool.getCompletedTaskCount()).isEqualTo(10_000);
        pool.shutdown();
    }

    private void awaitNone(ThreadPoolExecutor pool) throws InterruptedException {
        for (Thread thread = started.poll(); thread != null; thread = started.poll()) {
            thread.join();
        }
        assertThat(pool.getPoolSize()).isZero();
    }

    private Thread start(Runnable work) {
        Thread thread = Threads.daemon("test", work);
        started.add(thread);
        return thread;
    }

    private static void awaitIdle(Thread thread) {
        while (thread.getState() == Thread.State.RUNNABLE) {
            Thread.onSpinWait();
        }
    }
}
