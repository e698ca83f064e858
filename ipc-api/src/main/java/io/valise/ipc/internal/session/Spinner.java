package io.valise.ipc.internal.session;

import io.valise.ipc.WaitStrategy;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Decides how long the reader of one link looks for a frame before it sleeps. Used by the holder of the read right
 * only.
 *
 * <p>An adaptive budget doubles when looking found the frame and halves when it did not, down to not looking at all: a
 * peer that takes its time, or that waits for this very processor, is soon slept for at once. As two ends that both
 * sleep are never quick enough to be looked for, every {@value #WAITS_PER_TRIAL}th wait tries a longer look than a
 * wake-up takes; both ends count the same waits, and try at about the same time.
 *
 * <p>The first looks are close together, for a peer that answers from another processor; then each look gives way to
 * any thread that wants this processor, which may be the peer's.
 */
final class Spinner {
    static final int CPUS = Runtime.getRuntime().availableProcessors();
    private static final int MOST_SPINNING = Math.max(1, CPUS - 1);
    private static final AtomicInteger SPINNING = new AtomicInteger();
    private static final int LOOKS_PER_CLOCK = 8;
    private static final long LEAST_NANOS = 500;
    private static final int CLOSE_LOOKS = 16;
    private static final int CLOSE_LOOKS_OF_SPINNERS = 256;
    private static final int WAITS_PER_TRIAL = 64;

    /** How many full budgets a trial lasts: longer than the peer takes to wake up, or both sleep for ever. */
    private static final int TRIAL_BUDGETS = 6;

    private final long fullBudget;
    private final boolean adapts;
    private final int closeLooks;
    private long budget;
    private int waits;
    private int looks;
    private long since;
    private boolean counted;
    private boolean gaveUp;

    Spinner(WaitStrategy strategy) {
        fullBudget = CPUS > 1 ? strategy.spin().toNanos() : 0;
        adapts = strategy.adapts();
        closeLooks = adapts ? CLOSE_LOOKS : CLOSE_LOOKS_OF_SPINNERS;
        budget = fullBudget;
    }

    /** Whether it ever looks more than once before it sleeps. Thread-safe. */
    boolean everLooks() {
        return fullBudget > 0;
    }

    /** After a look that found nothing: true to look again, false to sleep now. */
    @SuppressWarnings("ThreadPriorityCheck") // the yield is no more than a hint, and is taken as such
    boolean lookAgain() {
        if (gaveUp || budget == 0 || (looks == 0 && !start())) {
            return false;
        }
        if (looks++ < closeLooks) {
            Thread.onSpinWait();
        } else {
            Thread.yield();
        }
        return looks % LOOKS_PER_CLOCK != 0 || hasTime() || giveUp();
    }

    /** Like {@link #lookAgain}, but does not give way: true only as long as the looks are close together. */
    boolean lookAgainClosely() {
        return looks < closeLooks && lookAgain();
    }

    /** Whether {@link #lookAgain} has just read the clock: the time to check deadlines. */
    boolean clockTicked() {
        return looks % LOOKS_PER_CLOCK == 0;
    }

    private boolean start() {
        since = System.nanoTime();
        gaveUp = adapts && !join();
        return !gaveUp;
    }

    private boolean hasTime() {
        return System.nanoTime() - since < budget;
    }

    private boolean giveUp() {
        gaveUp = true;
        if (adapts) {
            budget = budget / 2 < LEAST_NANOS ? 0 : budget / 2;
        }
        leave();
        return false;
    }

    /** A frame came: the wait is over. */
    void found() {
        if (adapts) {
            adapt();
        }
        stop();
    }

    private void adapt() {
        if (++waits % WAITS_PER_TRIAL == 0) {
            budget = TRIAL_BUDGETS * fullBudget;
        } else if (looks > 0 && !gaveUp) {
            budget = Math.min(budget * 2, fullBudget);
        }
    }

    /** The wait is over without a frame. */
    void stop() {
        leave();
        looks = 0;
        gaveUp = false;
    }

    /** Fewer threads of this process look at a time than there are processors. */
    private boolean join() {
        if (SPINNING.incrementAndGet() > MOST_SPINNING) {
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
