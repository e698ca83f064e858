package io.valise.ipc.spi.runtime;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The queue of a pool that reuses an idle thread if there is one, else starts a thread, and queues when it may start no
 * more. It counts its waiting threads less its tasks: {@link #offer} takes a task only when that is positive, so that a
 * thread waits for it. A {@code LinkedTransferQueue} would do that by itself, but up to Java 21 its poll with a time limit
 * can run without end on a processor (JDK-8301341).
 */
final class IdleThreadQueue extends LinkedBlockingQueue<Runnable> {
    private static final long serialVersionUID = 1L;

    /** Threads in {@link #poll(long, TimeUnit)} less tasks in the queue, or about to be. */
    private final AtomicInteger free = new AtomicInteger();

    /** Grows to {@code most} threads before it queues, and reuses idle threads before it grows. */
    static ExecutorService pool(int most, ThreadFactory threads) {
        return pool(most, TimeUnit.MILLISECONDS.toNanos(Threads.IDLE_MILLIS), threads);
    }

    static ThreadPoolExecutor pool(int most, long idleNanos, ThreadFactory threads) {
        IdleThreadQueue queue = new IdleThreadQueue();
        return new ThreadPoolExecutor(0, most, idleNanos, TimeUnit.NANOSECONDS, queue, threads, queue::putInto);
    }

    /** All threads are there and busy; but they may have ended before they saw the task, and then it needs another. */
    private void putInto(Runnable task, ThreadPoolExecutor pool) {
        free.decrementAndGet();
        queue(task);
        if (pool.getPoolSize() == 0 && remove(task)) {
            pool.execute(task);
        }
    }

    @Override
    public boolean offer(Runnable task) {
        return takeFree() && queue(task);
    }

    private boolean queue(Runnable task) {
        boolean queued = false;
        try {
            queued = super.offer(task);
            return queued;
        } finally {
            if (!queued) { // no memory, perhaps
                free.incrementAndGet();
            }
        }
    }

    private boolean takeFree() {
        int now = free.get();
        while (now > 0 && !free.compareAndSet(now, now - 1)) {
            now = free.get();
        }
        return now > 0;
    }

    @Override
    public boolean remove(@Nullable Object task) {
        boolean removed = super.remove(task);
        if (removed) {
            free.incrementAndGet();
        }
        return removed;
    }

    /**
     * An error that the last task left must not be thrown in here: the next task would be lost.
     *
     * @throws InterruptedException and a task may be there: the pool's thread asks again
     */
    @Override
    public @Nullable Runnable poll(long time, TimeUnit unit) throws InterruptedException {
        LateFaults.settle();
        free.incrementAndGet();
        boolean returned = false;
        try {
            Runnable task = super.poll(time, unit);
            if (task == null && !takeFree()) { // there are as many tasks as waiting threads: one is for this thread
                task = take();
            }
            returned = true;
            return task;
        } finally {
            if (!returned) {
                free.decrementAndGet();
            }
        }
    }
}
