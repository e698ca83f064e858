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
    private final PriorityQueue<Due> tasks = new PriorityQueue<>(Comparator.comparingLong(Due::sinceStart));

    private final long start = System.nanoTime();

    private record Due(long at, long sinceStart, Runnable task) {}

    /** Adds a task; returns whether it is the first one due now. */
    boolean add(long at, Runnable task) {
        Due due = new Due(at, at - start, task);
        synchronized (tasks) {
            Due first = tasks.peek();
            tasks.add(due);
            return first == null || due.sinceStart < first.sinceStart;
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
