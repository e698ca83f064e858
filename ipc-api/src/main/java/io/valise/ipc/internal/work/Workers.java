package io.valise.ipc.internal.work;

import io.valise.ipc.spi.runtime.LateFaults;
import io.valise.ipc.spi.runtime.Threads;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The threads of this library, shared by all sessions of the process, started when needed and gone after ten idle
 * seconds: readers, which wait in the kernel, for virtual threads too, and so are platform threads, and followers, which
 * run handlers that were not run by the reader and are virtual threads where the JDK has such that are not pinned by
 * {@code synchronized} (24 and later). What ends calls is done by threads whose number nothing limits.
 */
public final class Workers {
    private static final int MAX_FOLLOWERS = Integer.getInteger("valise.followers", 1024);
    private static final Executor READERS = pool("valise-reader-", Integer.MAX_VALUE);
    private static final @Nullable Executor VIRTUAL = Runtime.version().feature() >= 24 ? virtualThreads() : null;
    private static final Executor FOLLOWERS = VIRTUAL != null ? VIRTUAL : pool("valise-follower-", MAX_FOLLOWERS);

    private Workers() {}

    public static Executor readers() {
        return READERS;
    }

    public static Executor followers() {
        return FOLLOWERS;
    }

    /** Ends calls, which handlers on all the followers there are may wait for: what is given to it never queues. */
    public static Executor finishers() {
        return VIRTUAL != null ? VIRTUAL : READERS;
    }

    private static @Nullable Executor virtualThreads() {
        try {
            return (Executor)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }

    /** Grows to {@code most} threads before it queues, and reuses idle threads before it grows. */
    static Executor pool(String name, int most) {
        HandOver queue = new HandOver();
        return new ThreadPoolExecutor(
                0, most, 10, TimeUnit.SECONDS, queue, daemons(name), (task, executor) -> queue.put(task));
    }

    private static ThreadFactory daemons(String name) {
        AtomicInteger number = new AtomicInteger();
        return task -> Threads.daemon(name + number.incrementAndGet(), task);
    }

    /** Offers a task to an idle thread only, which makes the pool start another thread rather than queue. */
    private static final class HandOver extends LinkedTransferQueue<Runnable> {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean offer(Runnable task) {
            return tryTransfer(task);
        }

        /** An error that the last task left must not be thrown in here: the next task would be handed to nobody. */
        @Override
        public @Nullable Runnable poll(long time, TimeUnit unit) throws InterruptedException {
            LateFaults.settle();
            return super.poll(time, unit);
        }
    }
}
