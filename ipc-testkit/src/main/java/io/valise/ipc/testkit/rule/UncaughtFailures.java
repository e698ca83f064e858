package io.valise.ipc.testkit.rule;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What ended a thread of this process, which Java would print and no test would notice. Begins with the first rule that
 * is tested. Thread-safe.
 */
final class UncaughtFailures {
    private static final Queue<AssertionError> ALL = new ConcurrentLinkedQueue<>();

    static {
        Thread.setDefaultUncaughtExceptionHandler(
                (thread, failure) -> ALL.add(new AssertionError("a thread ended: " + thread.getName(), failure)));
    }

    private UncaughtFailures() {}

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
