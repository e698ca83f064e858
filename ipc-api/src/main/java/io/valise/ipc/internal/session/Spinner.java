package io.valise.ipc.internal.session;

import io.valise.ipc.WaitStrategy;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Decides how long the reader of one link looks for a frame before it sleeps. Used by the holder of the read right
 * only.
 *
 * <p>An adaptive budget is judged by the wait that has just ended, sleep included: had looking for the full budget
 * found the frame, the next wait looks for the full budget; otherwise the budget is halved. A pair that both sleep thus
 * returns to looking after one quick exchange. The clock is read only every {@value #LOOKS_PER_CLOCK} looks, so a frame
 * that comes at once costs no clock reading.
 */
final class Spinner {
    private static final int CPUS = Runtime.getRuntime().availableProcessors();
    private static final AtomicInteger SPINNING = new AtomicInteger();
    private static final int LOOKS_PER_CLOCK = 32;
    private static final long SHORTEST_NANOS = 1_000;

    private final long fullBudget;
    private final boolean adapts;
    private long budget;
    private int looks;
    private long since;
    private boolean counted;

    Spinner(WaitStrategy strategy) {
        fullBudget = CPUS > 1 ? strategy.spin().toNanos() : 0;
        adapts = strategy.adapts();
        budget = fullBudget;
    }

    /** After a look that found nothing: true to look again, false to sleep now. */
    boolean lookAgain() {
        if (budget == 0) {
            startClock();
            return false;
        }
        Thread.onSpinWait();
        if (++looks % LOOKS_PER_CLOCK != 0) {
            return true;
        }
        startClock();
        if (System.nanoTime() - since < budget && (!adapts || counted || join())) {
            return true;
        }
        leave();
        return false;
    }

    /** Whether {@link #lookAgain} has just read the clock: the time to check deadlines. */
    boolean clockTicked() {
        return looks % LOOKS_PER_CLOCK == 0;
    }

    /** A frame came: the wait is over. */
    void found() {
        if (since != 0 && adapts) {
            budget = System.nanoTime() - since < fullBudget ? fullBudget : Math.max(budget / 2, SHORTEST_NANOS);
        }
        stop();
    }

    /** The wait is over without a frame. */
    void stop() {
        leave();
        looks = 0;
        since = 0;
    }

    private void startClock() {
        if (since == 0) {
            since = System.nanoTime() | 1;
        }
    }

    /** No more threads of this process look at a time than there are processors. */
    private boolean join() {
        if (SPINNING.incrementAndGet() > CPUS) {
            SPINNING.decrementAndGet();
            return false;
        }
        counted = true;
        return true;
    }

    private void leave() {
        if (counted) {
            counted = false;
            SPINNING.decrementAndGet();
        }
    }
}
