package io.valise.ipc.internal.session;

import static io.valise.ipc.internal.session.ReadRight.FREE;
import static io.valise.ipc.internal.session.ReadRight.HANDLING;
import static io.valise.ipc.internal.session.ReadRight.NONE;
import static io.valise.ipc.internal.session.ReadRight.READING;

import io.valise.ipc.internal.work.Caretaker;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/**
 * What the {@link Caretaker} does for the reading of a session: it takes the right over from a thread that has been busy
 * with one piece of work from one tick to the next, and sees to it that a right that lies free for so long is taken. It
 * rests while nobody reads or handles. {@link #watch} may be called by any thread, {@link #tick} by the caretaker.
 */
final class ReadWatch implements Caretaker.Watched {
    private final Object subject;
    private final ReadRight right;
    private final BooleanSupplier ended;
    private final LongConsumer successor;
    private final Runnable unread;
    private final AtomicBoolean watched = new AtomicBoolean();

    /** What was seen at the last tick. */
    private long lastSeen;

    /**
     * @param subject whose reading it is, for the log
     * @param ended whether there is nothing to read any more
     * @param successor goes on reading, by the turn that was taken from a thread that does not get on
     * @param unread starts a reader when the right has lain free from one tick to the next
     */
    ReadWatch(Object subject, ReadRight right, BooleanSupplier ended, LongConsumer successor, Runnable unread) {
        this.subject = subject;
        this.right = right;
        this.ended = ended;
        this.successor = successor;
        this.unread = unread;
    }

    /** Has the caretaker look after the reading from now on, until it rests. */
    void watch() {
        if (!watched.get() && watched.compareAndSet(false, true)) {
            Caretaker.watch(this);
        }
    }

    @Override
    public boolean tick() {
        long seen = right.snapshot();
        boolean unchanged = seen == lastSeen;
        lastSeen = seen;
        switch (ReadRight.phaseOf(seen)) {
            case HANDLING -> {
                if (unchanged) {
                    takeOver(seen);
                }
            }
            case FREE -> {
                if (unchanged && !ended.getAsBoolean()) {
                    unread.run(); // nobody came
                }
            }
            case READING -> {}
            default -> {
                return rest();
            }
        }
        return !ended.getAsBoolean();
    }

    private void takeOver(long seen) {
        long turn = right.takeOverStalled(seen);
        if (turn != NONE) {
            successor.accept(turn);
        }
    }

    /**
     * Rests, unless it is needed again. Who begins to handle looks whether it is watched after a store that may be seen
     * late here; that it reads, which it has done before, is seen.
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
