package io.valise.ipc.internal.session;

import static io.valise.ipc.internal.session.ReadRight.FREE;
import static io.valise.ipc.internal.session.ReadRight.HANDLING;
import static io.valise.ipc.internal.session.ReadRight.NONE;
import static io.valise.ipc.internal.session.ReadRight.READING;

import io.valise.ipc.internal.work.Watchdog;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/**
 * What the {@link Watchdog} does for the reading of a session: it takes the right over from a thread that has been busy
 * with one task from one tick to the next, and starts a reader when the right has been free for so long. Where threads wait
 * for a processor it gives both more ticks. It rests while no thread reads or handles. {@link #watch} may be called by any
 * thread, {@link #tick} by the watchdog.
 */
final class ReadWatch implements Watchdog.Watched {
    /** How long a thread may lack a processor: a few slices of the scheduler. */
    static final int TICKS_IN_A_CROWD = 16;

    /** With each so many ticks in a row that saw a change, the pause between ticks doubles. */
    static final int TICKS_IN_TRAFFIC = 4;

    private static final int MOST_DOUBLINGS = 2;

    /**
     * How many ticks without a change a connection is watched in phases in which there is nothing to do: under traffic the
     * next request comes before that, and resting and waking the watchdog for each would cost more than its ticks.
     */
    static final int TICKS_BEFORE_REST = 4;

    private final Object subject;
    private final ReadRight right;
    private final BooleanSupplier ended;
    private final LongConsumer successor;
    private final Runnable unread;
    private final BooleanSupplier crowded;
    private final AtomicBoolean watched = new AtomicBoolean();

    /** What was seen at the last tick. */
    private long lastSeen;

    /** At how many ticks in a row it has been the same. */
    private int unchanged;

    /** At how many ticks in a row it has changed, as far as that matters. */
    private int changed;

    /**
     * @param subject whose reading it is, for the log
     * @param ended whether there is nothing to read any more
     * @param successor continues reading, by the turn that was taken from a thread without progress
     * @param unread starts a reader when the right has lain free from one tick to the next
     * @param crowded whether threads wait for a processor
     */
    ReadWatch(
            Object subject,
            ReadRight right,
            BooleanSupplier ended,
            LongConsumer successor,
            Runnable unread,
            BooleanSupplier crowded) {
        this.subject = subject;
        this.right = right;
        this.ended = ended;
        this.successor = successor;
        this.unread = unread;
        this.crowded = crowded;
    }

    /** Has the watchdog look after the reading from now on, until it rests. */
    void watch() {
        if (!watched.get() && watched.compareAndSet(false, true)) {
            Watchdog.watch(this);
        }
    }

    @Override
    public long tick() {
        long seen = right.snapshot();
        changed = seen == lastSeen ? 0 : Math.min(changed + 1, MOST_DOUBLINGS * TICKS_IN_TRAFFIC);
        unchanged = seen == lastSeen ? unchanged + 1 : 0;
        lastSeen = seen;
        switch (ReadRight.phaseOf(seen)) {
            case HANDLING -> {
                if (unchanged > 0 && (!right.holderIsRunnable() || waitedForLong())) {
                    takeOver(seen);
                }
            }
            case FREE -> {
                if (unchanged > 0 && !ended.getAsBoolean() && waitedForLong()) {
                    unread.run(); // no thread took it
                }
            }
            case READING -> {}
            default -> {
                if (unchanged >= TICKS_BEFORE_REST) {
                    return rest() ? Watchdog.TICK_NANOS : Watchdog.NO_MORE;
                }
            }
        }
        return ended.getAsBoolean() ? Watchdog.NO_MORE : untilNextTick(seen);
    }

    /** Under steady traffic rarely: a handler that begins to take long is found a few milliseconds later, once. */
    private long untilNextTick(long seen) {
        int phase = ReadRight.phaseOf(seen);
        boolean mayNeedThread = phase == HANDLING || phase == FREE;
        int doublings = mayNeedThread ? 0 : changed / TICKS_IN_TRAFFIC;
        return Watchdog.TICK_NANOS << doublings;
    }

    /**
     * Whether the next thread is to be started now. Where threads wait for a processor, the one that should continue most
     * likely waits too: one more thread would only wait with it, and a quick handler would be counted as slow.
     */
    private boolean waitedForLong() {
        return unchanged >= TICKS_IN_A_CROWD || !crowded.getAsBoolean();
    }

    private void takeOver(long seen) {
        long turn = right.takeOverStalled(seen);
        if (turn != NONE) {
            successor.accept(turn);
        }
    }

    /**
     * Rests, unless it is needed again; true when it is. Who begins to handle looks whether it is watched after a store that
     * may be seen late here; that it reads, which it has done before, is seen.
     */
    private boolean rest() {
        watched.set(false);
        int phase = right.phase();
        boolean busyAgain = phase == HANDLING || phase == READING || phase == FREE;
        return busyAgain && watched.compareAndSet(false, true);
    }

    @Override
    public String toString() {
        return "the reading of " + subject;
    }
}
