package io.valise.ipc.spi.runtime;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Offers a task to an idle thread only, which makes the pool start another thread rather than queue. */
final class IdleThreadQueue extends LinkedTransferQueue<Runnable> {
    private static final long serialVersionUID = 1L;

    /** Grows to {@code most} threads before it queues, and reuses idle threads before it grows. */
    static ExecutorService pool(int most, ThreadFactory threads) {
        IdleThreadQueue queue = new IdleThreadQueue();
        return new ThreadPoolExecutor(
                0, most, Threads.IDLE_MILLIS, TimeUnit.MILLISECONDS, queue, threads, queue::putInto);
    }

    /** All threads are there and busy; but they may have ended before they saw the task, and then it needs another. */
    private void putInto(Runnable task, ThreadPoolExecutor pool) {
        super.offer(
                task); // not put, which is lost in an overridden offer on some builds of Java 21 and 22 (JDK-8323659)
        if (pool.getPoolSize() == 0 && remove(task)) {
            pool.execute(task);
        }
    }

    @Override
    public boolean offer(Runnable task) {
        return tryTransfer(task);
    }

    /** An error that the last task left must not be thrown in here: the next task would be lost. */
    @Override
    public @Nullable Runnable poll(long time, TimeUnit unit) throws InterruptedException {
        LateFaults.settle();
        return super.poll(time, unit);
    }
}
