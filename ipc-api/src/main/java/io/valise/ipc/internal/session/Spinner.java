package io.valise.ipc.internal.session;

import io.valise.ipc.WaitStrategy;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Decides how long the reader of one link looks for a frame before it sleeps. Used by the holder of the read right
 * only.
 *
 * <p><b>A budget, for a peer on another processor.</b> An adaptive budget doubles when looking found the frame and halves
 * when it did not, down to zero: a peer that takes its time is soon slept for. Two ends that both sleep are never quick
 * enough to be looked for: each looks longer than a wake-up takes now and then, and both must do so in the same round trip,
 * or the one that looks finds the other asleep, and gives up before that one looks. Such trials are the waits that begin
 * in a 128th of the time, which all processes of a machine know by its monotonic clock, and every {@value #WAITS_PER_TRIAL}th
 * wait after such a moment: ends that look together count together, and find each other again sooner. The first looks are
 * close together; then each gives way ({@link Thread#yield}) to any thread that wants this processor.
 *
 * <p><b>One yield, for a peer that waits for this processor.</b> Where more threads work than there are processors, a thread
 * that looks takes the time of the thread that is to answer, and one that sleeps costs a wake-up. Without a budget a thread
 * (not with {@code blocking()}) therefore yields once, looks once, and only then sleeps: the peer gets the processor without a wake-up, and most
 * often has answered when this thread runs again. A yield during which others worked takes an adaptive budget
 * away, whatever is found after it.
 *
 * <p><b>No yield to a thread that computes.</b> Threads that wait for each other give their processor back after some ten
 * microseconds. One that computes keeps it for its slice of time, some milliseconds. A thread that yielded waits that long,
 * while the wake-up of one that sleeps interrupts the slice. When too many looks are a slice apart, the reader sleeps at
 * once until a rest is over, whatever its strategy. Rests get longer while looking afterwards fails again.
 *
 * <p>Yielding pays only if the others do it too: the wake-ups of sleeping threads pass over those that yield, which then
 * take them for threads that compute. So rests end at multiples of their length on the monotonic clock, which
 * the processes of a machine share: after a disturbance they all yield again at the same moment, and stay with it.
 */
class Spinner {
    static final int CPUS = Runtime.getRuntime().availableProcessors();
    static final AtomicInteger SPINNING = new AtomicInteger();
    private static final int LOOKS_PER_CLOCK = 8;
    private static final long LEAST_NANOS = 500;
    private static final int CLOSE_LOOKS = 16;
    private static final int CLOSE_LOOKS_OF_SPINNERS = 256;
    private static final int WAITS_PER_TRIAL = 64;

    /** Both powers of two. The time for trials is longer than a round trip between two ends that sleep. */
    static final long TRIAL_PERIOD_NANOS = 1L << 24;

    static final long TRIAL_NANOS = TRIAL_PERIOD_NANOS >> 7;

    /** Longer, and times could not be compared by their distance. */
    private static final long LONGEST_SPIN_NANOS = Long.MAX_VALUE >> 4;

    /** What a trial may take at least: longer than the peer takes to wake up. */
    private static final long LEAST_TRIAL_NANOS = 100_000;

    /** A yield that takes so long ran another thread: one look more, and half the budget. */
    private static final long OTHERS_RAN_NANOS = 10_000;

    /** A yield that takes so long let others work: looking for a time would keep the processor from them. */
    private static final long OTHERS_WORK_NANOS = 50_000;

    /** A gap between two looks that is as long is a lost slice. */
    static final long LOST_NANOS = 1_000_000;

    /** A gap that is as long counts as many: a process group's quota of time was used up, or the process was stopped. */
    private static final long THROTTLED_NANOS = 20_000_000;

    /** Each lost slice counts as so many yields that lost none: up to a fifth of the yields may lose one. */
    private static final int YIELDS_PER_LOSS = 4;

    private static final int LOSSES_BEFORE_REST = 3;

    /** In such a time without a loss the score falls as by one yield: a lost slice in four of them costs too little to rest. */
    private static final long FORGIVE_NANOS = 100_000_000;

    /** After such a time without a loss the next rest is a short one: longer than the longest rest. */
    private static final long FORGET_NANOS = 4_000_000_000L;

    static final long REST_NANOS = 50_000_000;
    static final int MOST_DOUBLINGS = 5;

    /** After so many yields that lost no slice the next rest is a short one. */
    private static final int YIELDS_BEFORE_SHORT_REST = 64;

    private final AtomicInteger spinning;
    private final int mostSpinning;
    private final long fullBudget;
    private final long trialBudget;
    private final boolean adapts;
    private final int closeLooks;
    private long budget;
    private int waits;

    /** Of this wait, as are the fields up to {@link #gaveUp}. */
    private long looks; // strategies may look for hours

    private boolean tries;

    private long since;
    private long lastClock;

    /** Whether it may not look for a time (no budget, or enough threads look), and yields once. */
    private boolean yieldsOnce;

    private boolean lastLook;
    private boolean counted;
    private boolean gaveUp;

    /**
     * {@link #YIELDS_PER_LOSS} for each lost slice, less one for each yield that lost none and each {@link #FORGIVE_NANOS}. A
     * debugger, which slows the looks, sets it far below zero: then the reader never rests.
     */
    private int lossScore;

    private long lastLoss;

    private int yieldsSinceRest;
    private int restDoublings;
    private boolean rests;
    private long restUntil;

    Spinner(WaitStrategy strategy) {
        this(strategy, CPUS, SPINNING);
    }

    /**
     * For a machine with so many processors.
     *
     * @param spinning how many threads of the process look at this moment
     */
    Spinner(WaitStrategy strategy, int processors, AtomicInteger spinning) {
        this.spinning = spinning;
        mostSpinning = Math.max(1, processors - 1);
        fullBudget = Math.max(0, Math.min(LONGEST_SPIN_NANOS, TimeUnit.NANOSECONDS.convert(strategy.spin())));
        trialBudget = processors > 1 && fullBudget > 0 ? Math.max(LEAST_TRIAL_NANOS, fullBudget) : 0;
        adapts = strategy.adapts();
        closeLooks = adapts ? CLOSE_LOOKS : CLOSE_LOOKS_OF_SPINNERS;
        budget = processors > 1 ? fullBudget : 0;
    }

    /** Whether it ever looks for a time before it sleeps. Thread-safe. */
    boolean everLooks() {
        return trialBudget > 0;
    }

    /** After a look that found nothing: true to look again, false to sleep now. */
    boolean lookAgain() {
        return lookAgain(true);
    }

    /** Like {@link #lookAgain}, but does not give way: true only as long as the looks are close together. */
    boolean lookAgainClosely() {
        return looks < closeLooks && lookAgain(false);
    }

    private boolean lookAgain(boolean mayYield) {
        if (gaveUp || fullBudget == 0 || (looks == 0 && !start(mayYield))) {
            return false;
        }
        if (lastLook) {
            return giveUp();
        }
        looks++;
        if (yieldsOnce) {
            lastLook = true;
            yieldProcessor();
            measureGap();
            return true;
        }
        boolean yields = looks > closeLooks;
        if (yields) {
            yieldProcessor();
        } else {
            pause();
            if (looks % LOOKS_PER_CLOCK != 0) {
                return true;
            }
        }
        long gap = measureGap();
        return gap < (yields ? OTHERS_RAN_NANOS : LOST_NANOS) ? hasTime() || giveUp() : lookLast(gap);
    }

    /** Whether to check deadlines now: after each eighth look. */
    boolean clockTicked() {
        return looks % LOOKS_PER_CLOCK == 0;
    }

    private boolean start(boolean mayYield) {
        since = nanoTime();
        lastClock = since;
        rests = rests && since - restUntil < 0;
        tries = adapts && trialBudget > 0 && (isTimeToTry() || waits % WAITS_PER_TRIAL == 0);
        yieldsOnce = (budget == 0 && !tries) || (adapts && !rests && !join());
        gaveUp = rests || (yieldsOnce && !mayYield);
        return !gaveUp;
    }

    private boolean isTimeToTry() {
        return (since & (TRIAL_PERIOD_NANOS - 1)) < TRIAL_NANOS;
    }

    /** Others had the processor meanwhile: what this thread waits for may be there, and if not, it sleeps. */
    private boolean lookLast(long gap) {
        shrink(gap < OTHERS_WORK_NANOS ? budget / 2 : 0);
        lastLook = adapts || rests || !hasTime();
        return true;
    }

    private boolean hasTime() {
        return lastClock - since < (tries ? trialBudget : budget);
    }

    private boolean giveUp() {
        gaveUp = true;
        if (!lastLook) {
            shrink(budget / 2);
        }
        leave();
        return false;
    }

    private void shrink(long nanos) {
        if (adapts) {
            budget = nanos < LEAST_NANOS ? 0 : nanos;
        }
    }

    /** Reads the clock; returns for how long this thread has not looked, and judges by it whether to rest. */
    private long measureGap() {
        long now = nanoTime();
        long gap = now - lastClock;
        lastClock = now;
        if (gap >= LOST_NANOS) {
            lose(gap, now);
        } else if (yieldsOnce || looks > closeLooks) {
            lossScore -= lossScore > 0 ? 1 : 0;
            if (++yieldsSinceRest == YIELDS_BEFORE_SHORT_REST) {
                restDoublings = 0;
            }
        }
        return gap;
    }

    private void lose(long gap, long now) {
        long passed = now - lastLoss;
        if (passed > FORGET_NANOS) {
            restDoublings = 0;
        }
        if (lossScore > 0) {
            lossScore = (int) Math.max(0, lossScore - passed / FORGIVE_NANOS);
        }
        lastLoss = now;
        lossScore += gap >= THROTTLED_NANOS ? LOSSES_BEFORE_REST * YIELDS_PER_LOSS : YIELDS_PER_LOSS;
        if (lossScore >= LOSSES_BEFORE_REST * YIELDS_PER_LOSS) {
            rest(now);
        }
    }

    private void rest(long now) {
        long length = REST_NANOS << restDoublings;
        restUntil = now - Math.floorMod(now, length) + length;
        rests = true;
        restDoublings = Math.min(restDoublings + 1, MOST_DOUBLINGS);
        lossScore = 0;
        yieldsSinceRest = 0;
    }

    /** A frame came: the wait is over. */
    void found() {
        if (adapts) {
            adapt();
        }
        stop();
    }

    private void adapt() {
        waits++;
        if (looks > 0 && !yieldsOnce && !lastLook && !gaveUp) {
            budget = tries ? fullBudget : Math.min(budget * 2, fullBudget);
            waits = tries && isTimeToTry() ? 1 : waits;
        }
    }

    /** The wait is over without a frame. */
    void stop() {
        leave();
        looks = 0;
        lastLook = false;
        gaveUp = false;
    }

    /** Fewer threads of this process look at a time than there are processors. */
    private boolean join() {
        if (spinning.incrementAndGet() > mostSpinning) {
            spinning.decrementAndGet();
            return false;
        }
        counted = true;
        return true;
    }

    /** Lets another thread look, as one that sleeps does; the wait goes on. */
    void leave() {
        if (counted) {
            counted = false;
            spinning.decrementAndGet();
        }
    }

    // ---- the machine, which a test replaces by a model

    long nanoTime() {
        return System.nanoTime();
    }

    /** Lets the other processors look first. */
    void pause() {
        Thread.onSpinWait();
    }

    /** Lets the threads run that wait for this processor. */
    @SuppressWarnings("ThreadPriorityCheck") // the yield is no more than a hint, and is taken as such
    void yieldProcessor() {
        Thread.yield();
    }
}
