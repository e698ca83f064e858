package io.valise.ipc.testlog;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** What one test expects to be logged, and what of it came. Thread-safe: all state is under its monitor. */
final class Expected {
    private final Set<String> missing;
    private final List<String> known;

    /** Expects some texts, and lets others pass. */
    Expected(Collection<String> required, Collection<String> allowed) {
        missing = new LinkedHashSet<>(required);
        known = new ArrayList<>(required);
        known.addAll(allowed);
    }

    /** Takes note of what was logged; false if it was not expected. */
    synchronized boolean take(String logged) {
        if (missing.removeIf(logged::contains)) {
            notifyAll();
            return true;
        }
        return known.stream().anyMatch(logged::contains);
    }

    /** Waits for what has not come yet: other threads may log it. Returns what never came. */
    synchronized Set<String> awaitMissing(long nanos) throws InterruptedException {
        long limit = System.nanoTime() + nanos;
        for (long left = nanos; left > 0 && !missing.isEmpty(); left = limit - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return Set.copyOf(missing);
    }
}
