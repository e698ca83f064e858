package io.valise.ipc.spi.runtime;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The tasks that the {@link ReadinessLoop} runs at a given time. Thread-safe. */
final class LoopTimer {
    /** What a select without a limit is given. */
    private static final long FOR_EVER = 0;

    /** Guarded by itself. Times are compared by their distance from one of them: they may overflow. */
    private final PriorityQueue<Due> tasks = new PriorityQueue<>(Comparator.comparingLong(due -> due.sinceStart));

    private final long start = System.nanoTime();

    /** A task and its time; two are equal only if they are the same. */
    static final class Due {
        private final long at;
        private final long sinceStart;
        private final Runnable task;

        private Due(long at, long start, Runnable task) {
            this.at = at;
            this.sinceStart = at - start;
            this.task = task;
        }
    }

    /** Adds a task to run at a time. */
    Due add(long at, Runnable task) {
        Due due = new Due(at, start, task);
        synchronized (tasks) {
            tasks.add(due);
        }
        return due;
    }

    /** Whether the task is the next one. */
    boolean isNext(Due due) {
        synchronized (tasks) {
            return tasks.peek() == due;
        }
    }

    /** Removes a task; returns whether it was the last one that was left. */
    boolean removeLast(Due due) {
        synchronized (tasks) {
            return tasks.remove(due) && tasks.isEmpty();
        }
    }

    boolean isEmpty() {
        synchronized (tasks) {
            return tasks.isEmpty();
        }
    }

    /** How long a select may take, in milliseconds: rounded up, and at least 1; {@code 0} for no limit. */
    long millisToNext(long now) {
        synchronized (tasks) {
            Due next = tasks.peek();
            return next == null ? FOR_EVER : 1 + Math.max(0, TimeUnit.NANOSECONDS.toMillis(next.at - now));
        }
    }

    /** Runs what is due. */
    void runDue(long now) {
        for (Due due = next(now); due != null; due = next(now)) {
            Threads.run("a task of the readiness loop", due.task);
        }
    }

    private @Nullable Due next(long now) {
        synchronized (tasks) {
            Due next = tasks.peek();
            return next != null && next.at - now <= 0 ? tasks.poll() : null;
        }
    }
}
