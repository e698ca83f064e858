package io.valise.ipc.internal.session;

import static io.valise.ipc.internal.session.ReadRight.CALLER_SLEEPING;
import static io.valise.ipc.internal.session.ReadRight.FREE;
import static io.valise.ipc.internal.session.ReadRight.NONE;
import static io.valise.ipc.internal.session.ReadRight.READING;
import static io.valise.ipc.internal.session.ReadRight.SLEEPING;

import io.valise.ipc.internal.call.FutureWaitHook;
import io.valise.ipc.internal.channel.FrameSender;
import io.valise.ipc.internal.work.Deadline;
import io.valise.ipc.spi.runtime.Threads;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Reading by a thread that waits for a future of the connection, as long as polling is worth it. One such thread alone had
 * best read itself, if its reply comes soon; where several wait at once, each would push the other aside: a background
 * reader serves them all. Where the futures of a client come in this way, sending its next request starts no background
 * reader either. Thread-safe.
 */
final class FutureReading implements FutureWaitHook {
    /** A background reader that has a processor makes way within fewer. */
    private static final int LOOKS_FOR_TURN = 64;

    /** So many waits are left to the background before a thread reads again. */
    private static final int WAITS_WITHOUT_READING = 64;

    private final Reader reader;
    private final ReadRight right;
    private final FrameSender sender;
    private final boolean server;
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger withoutReading = new AtomicInteger();

    /** Whether the next thread to read is likely to be one that waits for a future, and soon. */
    private volatile boolean reliedUpon;

    /** Whether frames are expected that no thread reads for itself. */
    private volatile boolean othersWait;

    FutureReading(Reader reader, FrameSender sender, boolean server) {
        this.reader = reader;
        this.right = reader.right;
        this.sender = sender;
        this.server = server;
    }

    @Override
    public void beginWait(Future<?> future, Deadline deadline) {
        if (enter() && reader.spinner.everLooks() && !Threads.isVirtual()) {
            try {
                readFor(future, deadline);
            } catch (InternalError e) { // the future ends with the connection
                sender.cutShort(e);
            } catch (RuntimeException | Error e) { // such as no stack left: who has the right is not known any more
                reader.readingFailed.accept(e);
            }
        }
        if (!future.isDone()) {
            expectFrames();
        }
    }

    @Override
    public void endWait() {
        waiting.getAndDecrement();
    }

    /** This thread begins to wait; returns whether it should read. */
    private boolean enter() {
        if (waiting.getAndIncrement() > 0) {
            withoutReading.set(WAITS_WITHOUT_READING);
        } else if (withoutReading.get() <= 0) {
            return true;
        } else {
            withoutReading.getAndDecrement();
        }
        return false;
    }

    @Override
    public void expectFrames() {
        othersWait = true;
        reliedUpon = false;
        reader.background.start();
    }

    /** Sees to it that the reply to a call is read for which no thread waits yet. */
    void expectReply() {
        if (!reliedUpon) {
            reader.background.start();
        }
    }

    /** Whether a thread that waits for a future is likely to read next, and soon. */
    boolean isReliedUpon() {
        return reliedUpon;
    }

    private void readFor(Future<?> future, Deadline deadline) {
        long turn = take(future);
        if (turn == NONE) {
            return;
        }
        othersWait = false;
        reader.spinner.stop();
        long mine = turn;
        boolean worthIt = true;
        for (int polls = 1; worthIt && mine != NONE && !future.isDone(); polls++) {
            mine = reader.poller.poll(mine, true, !right.hasCallers());
            if (mine != NONE && !future.isDone()) {
                worthIt = goesOn(polls, deadline);
            }
        }
        leave(mine, future.isDone());
    }

    private void leave(long turn, boolean done) {
        if (turn != NONE) {
            boolean found = done && reader.poller.progressed(); // and was not given up
            if (found && !server) { // a server must hear of requests at once
                read(true);
                reader.spinner.found();
            } else {
                read(false);
                reader.spinner.stop();
            }
            right.leaveTo(FREE, turn);
        }
        reader.background.passOn();
    }

    /** This thread has read for as long as that was useful, with or without its reply. */
    private void read(boolean found) {
        if (!found) {
            withoutReading.set(WAITS_WITHOUT_READING);
        }
        reliedUpon = found && waiting.get() == 1;
        if (othersWait) { // read after the store: expectFrames stores in the opposite order
            reliedUpon = false;
        }
    }

    private boolean goesOn(int polls, Deadline deadline) {
        Spinner spinner = reader.spinner;
        boolean check;
        if (reader.poller.progressed()) {
            spinner.found();
            check = polls % Reader.POLLS_PER_CHECK == 0;
        } else if (spinner.lookAgain()) {
            check = spinner.clockTicked();
        } else {
            return false;
        }
        return !check
                || !(Thread.currentThread().isInterrupted()
                        || deadline.isOverdue(System.nanoTime())
                        || reader.tasks.backlog().isHigh());
    }

    /** A background reader that polls makes way soon. One that sleeps is left to its sleep: what comes will wake it. */
    @SuppressWarnings("ThreadPriorityCheck") // the yield is no more than a hint, and is taken as such
    private long take(Future<?> future) {
        long turn = NONE;
        for (int looks = 0; turn == NONE && looks < LOOKS_FOR_TURN && !future.isDone(); looks++) {
            long seen = right.snapshot();
            int phase = ReadRight.phaseOf(seen);
            if (phase == SLEEPING || phase == CALLER_SLEEPING) {
                break;
            }
            turn = phase == READING ? NONE : right.takeOver(seen);
            if (turn == NONE) {
                right.wantForFuture(true);
                Thread.yield();
            }
        }
        right.wantForFuture(false);
        return turn;
    }
}
