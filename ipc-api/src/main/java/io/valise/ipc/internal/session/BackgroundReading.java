package io.valise.ipc.internal.session;

import static io.valise.ipc.internal.session.ReadRight.ARMED;
import static io.valise.ipc.internal.session.ReadRight.FREE;
import static io.valise.ipc.internal.session.ReadRight.NONE;
import static io.valise.ipc.internal.session.ReadRight.PAUSED;
import static io.valise.ipc.internal.session.ReadRight.SLEEPING;

import io.valise.ipc.IpcException;
import io.valise.ipc.internal.call.OutgoingCalls;
import io.valise.ipc.internal.channel.Lifecycle;
import io.valise.ipc.internal.work.Backlog;
import io.valise.ipc.internal.work.Shortage;
import io.valise.ipc.internal.work.Workers;
import io.valise.ipc.spi.runtime.RateLimitedLog;
import io.valise.ipc.spi.runtime.SafeLog;
import java.util.concurrent.TimeUnit;

/**
 * Reading by a thread of the library: it polls and runs the handlers; when nothing comes it spins, then sleeps in the
 * kernel, then, after a second, arms the link with the transport and ends. It makes way for callers, and pauses while too
 * much received work waits for a thread. Thread-safe.
 */
final class BackgroundReading {
    private static final RateLimitedLog NO_THREAD = new RateLimitedLog(SafeLog.of("io.valise.ipc"));
    private static final int POLLS_PER_FLUSH = 16;
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Reader reader;
    private final OutgoingCalls calls;
    private final boolean server;
    private final ReadRight right;
    private final Shortage.Wait wait;
    private final Lifecycle lifecycle;
    private final Backlog backlog;
    private volatile boolean fired;

    BackgroundReading(Reader reader, OutgoingCalls calls, boolean server) {
        this.reader = reader;
        this.calls = calls;
        this.server = server;
        this.right = reader.right;
        this.wait = reader.link::await;
        this.lifecycle = reader.lifecycle;
        this.backlog = reader.tasks.backlog();
    }

    /** Starts a reader, unless a thread reads or is about to. */
    void start() {
        launch(right.takeFrom(FREE));
    }

    /** Arms a link that was not read yet with the transport, instead of reading. */
    void startArmed() {
        guard(() -> {
            long turn = right.takeFrom(FREE);
            if (turn != NONE && arm(turn) != NONE) {
                launch(turn);
            }
        });
    }

    /** Sees to it that a free right is taken: by a waiting caller, by a background reader, or in time by the watch. */
    void passOn() {
        if (right.phase() != FREE) {
            return;
        }
        reader.watch.watch(); // the caller woken next may leave without reading
        if (!right.wakeNextCaller() && !reader.futures.isReliedUpon() && isNeeded()) {
            start();
        }
    }

    /** Whether a thread must read although no caller waits for a reply. */
    private boolean isNeeded() {
        return server || !calls.isEmpty();
    }

    /** Starts a reader that paused. */
    void resume() {
        launch(right.takeFrom(PAUSED));
    }

    /** Starts a reader under a turn; does nothing under {@link ReadRight#NONE}. */
    void launch(long turn) {
        if (turn != NONE) {
            launch(() -> read(turn), turn);
        }
    }

    /** Has another thread read in a given way under a turn. */
    void launch(Runnable reading, long turn) {
        try {
            Workers.readers().execute(() -> guard(reading));
        } catch (RuntimeException | Error e) { // the watch tries again, and a caller may read meanwhile
            right.leaveTo(FREE, turn);
            reader.watch.watch();
            NO_THREAD.warn("no thread to read " + reader.connection + "; trying again", e);
        }
    }

    /** Runs what fails where the link cannot be waited for: it broke, or was closed meanwhile. */
    private void guard(Runnable reading) {
        try {
            reading.run();
        } catch (RuntimeException | Error e) {
            reader.readingFailed.accept(e);
        }
    }

    private void read(long turn) {
        Spinner spinner = reader.spinner;
        spinner.stop();
        boolean idle = false;
        long mine = turn;
        for (int polls = 1; mine != NONE && !lifecycle.isEnded(); polls++) {
            mine = reader.poller.poll(mine, false, !right.hasCallers());
            if (mine == NONE) {
                mine = right.takeFrom(FREE);
            } else if (reader.poller.progressed()) {
                idle = false;
                spinner.found();
                mine = polls % POLLS_PER_FLUSH == 0 ? keepGoing(mine) : mine;
            } else if (idle) {
                idle = false;
                mine = arm(mine);
            } else {
                mine = keepGoing(mine);
                if (mine != NONE && !spinner.lookAgain()) {
                    long slept = System.nanoTime();
                    mine = sleep(mine);
                    idle = System.nanoTime() - slept >= IDLE_NANOS;
                }
            }
        }
        if (mine != NONE) {
            spinner.stop();
            right.leaveTo(FREE, mine);
        }
    }

    /** Does what is due between two polls: flushes, makes way for a caller, pauses. */
    private long keepGoing(long turn) {
        long mine = reader.poller.flush(turn);
        if (mine != NONE && (right.isWantedForFuture() || right.hasCallers())) {
            return yieldToCaller(mine);
        }
        return mine != NONE && backlog.isHigh() ? pause(mine) : mine;
    }

    private long yieldToCaller(long turn) {
        reader.spinner.stop();
        right.leaveTo(FREE, turn);
        reader.watch.watch();
        // a thread that wanted to read may have stopped wanting before it could see that the right is free
        return right.wakeNextCaller() || right.isWantedForFuture() ? NONE : right.takeFrom(FREE);
    }

    private long pause(long turn) {
        reader.spinner.stop();
        right.leaveTo(PAUSED, turn);
        return backlog.isHigh() ? NONE : right.takeFrom(PAUSED);
    }

    private long sleep(long turn) {
        right.leaveTo(SLEEPING, turn);
        right.wakeNextCaller(); // one that queued while this thread was still reading
        Thread.interrupted(); // a late interrupt of a handler that has ended must not keep this thread from sleeping
        Shortage.await(wait, IDLE_NANOS);
        return right.resume(SLEEPING, turn) ? turn : NONE;
    }

    /** Returns a turn if the link fired before the right was laid down, or cannot be armed because something is short. */
    private long arm(long turn) {
        reader.spinner.stop();
        fired = false;
        try {
            reader.link.arm(this::readable);
        } catch (IpcException | OutOfMemoryError e) {
            if (!Shortage.isOne(e)) {
                throw e;
            }
            return turn;
        }
        right.leaveTo(ARMED, turn);
        right.wakeNextCaller();
        return fired ? right.takeFrom(ARMED) : NONE;
    }

    private void readable() {
        fired = true;
        launch(right.takeFrom(ARMED));
    }
}
