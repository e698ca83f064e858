package io.valise.ipc.internal.session;

import static io.valise.ipc.internal.session.ReadRight.FREE;
import static io.valise.ipc.internal.session.ReadRight.HANDLING;
import static io.valise.ipc.internal.session.ReadRight.NONE;
import static io.valise.ipc.internal.session.ReadRight.READING;

import io.valise.ipc.internal.work.Caretaker;
import io.valise.ipc.internal.work.Work;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What the holder of the read right does while others may take the right over from it, and who sees to it that somebody
 * does: a caller that wants to read, at once, or the {@link Caretaker}, after about a millisecond in which nothing
 * moved. It looks after a right that lies free, too. Thread-safe.
 */
final class Handling implements Caretaker.Watched {
    private final Session session;
    private final ReadRight right;
    private final LongConsumer successor;
    private final Runnable unread;
    private final AtomicBoolean watched = new AtomicBoolean();

    /** Written by the holder of the right only, before it can be taken over; read by whoever has taken it over. */
    private @Nullable Work running;

    /** What the caretaker saw at its last tick; belongs to the caretaker. */
    private long lastSeen;

    /**
     * @param successor goes on reading, by the turn that was taken from a thread that does not get on
     * @param unread has somebody read that nobody reads
     */
    Handling(Session session, ReadRight right, LongConsumer successor, Runnable unread) {
        this.session = session;
        this.right = right;
        this.successor = successor;
        this.unread = unread;
    }

    /** The holder begins with a piece of work, or with something else that may take long. Returns its new turn. */
    long begin(@Nullable Work work, long turn) {
        running = work;
        long handling = right.beginHandling(turn);
        watch();
        return handling;
    }

    /** The holder is done with it; false when the right was taken over meanwhile. */
    boolean end(long handling) {
        if (!right.resume(HANDLING, handling)) {
            return false;
        }
        running = null; // lest an idle session keeps its last request in memory
        return true;
    }

    /** Takes the right over in the phase that was seen, from whoever has not come back since. */
    long takeOver(long seen) {
        long turn = right.takeOver(seen);
        Work overtaken = turn != NONE && ReadRight.phaseOf(seen) == HANDLING ? running : null;
        if (overtaken != null) {
            overtaken.overtaken();
        }
        return turn;
    }

    /** Has the caretaker look after it from now on, until it rests. */
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
                    succeed(seen);
                }
            }
            case FREE -> {
                if (unchanged && !session.isEnded()) {
                    unread.run(); // nobody came
                }
            }
            case READING -> {}
            default -> {
                return rest();
            }
        }
        return !session.isEnded();
    }

    private void succeed(long seen) {
        long turn = takeOver(seen);
        if (turn != NONE && running != null) {
            running.stalled();
        }
        successor.accept(turn);
    }

    /** One that reads again counts as busy: it may have gone on to handle something, which is seen a moment later. */
    private boolean rest() {
        watched.set(false);
        int phase = right.phase();
        boolean busyAgain = phase == HANDLING || phase == READING || phase == FREE;
        return busyAgain && watched.compareAndSet(false, true);
    }

    @Override
    public String toString() {
        return "the reading of " + session;
    }
}
