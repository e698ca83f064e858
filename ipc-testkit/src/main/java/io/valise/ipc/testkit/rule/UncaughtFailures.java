package io.valise.ipc.testkit.rule;

import java.lang.Thread.UncaughtExceptionHandler;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Collects uncaught exceptions of threads, which Java would print and no test would notice. One that comes after its
 * rule has ended is reported by the next rule. Thread-safe.
 */
final class UncaughtFailures {
    private static final Queue<AssertionError> ALL = new ConcurrentLinkedQueue<>();
    private static final AtomicBoolean WATCHING = new AtomicBoolean();

    private UncaughtFailures() {}

    /** Begins to collect them, once; a handler that was set before is still called. */
    static void watch() {
        if (WATCHING.compareAndSet(false, true)) {
            UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
            Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {
                ALL.add(new AssertionError("a thread ended: " + thread.getName(), failure));
                if (before != null) {
                    before.uncaughtException(thread, failure);
                }
            });
        }
    }

    /** Fails if a thread was ended by a failure since the last check. */
    static void check() {
        AssertionError first = ALL.poll();
        if (first != null) {
            for (AssertionError next = ALL.poll(); next != null; next = ALL.poll()) {
                first.addSuppressed(next);
            }
            throw first;
        }
    }
}
