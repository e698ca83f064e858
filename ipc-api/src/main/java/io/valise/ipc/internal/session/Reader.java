package io.valise.ipc.internal.session;

import static io.valise.ipc.internal.session.ReadRight.ARMED;
import static io.valise.ipc.internal.session.ReadRight.CALLER_SLEEPING;
import static io.valise.ipc.internal.session.ReadRight.FREE;
import static io.valise.ipc.internal.session.ReadRight.NONE;
import static io.valise.ipc.internal.session.ReadRight.PAUSED;
import static io.valise.ipc.internal.session.ReadRight.READING;
import static io.valise.ipc.internal.session.ReadRight.SLEEPING;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.WaitStrategy;
import io.valise.ipc.internal.call.SyncCall;
import io.valise.ipc.internal.call.Waits;
import io.valise.ipc.internal.work.Backlog;
import io.valise.ipc.internal.work.Patience;
import io.valise.ipc.internal.work.RunQueue;
import io.valise.ipc.internal.work.Shortage;
import io.valise.ipc.internal.work.Sparingly;
import io.valise.ipc.internal.work.VirtualThreads;
import io.valise.ipc.internal.work.Work;
import io.valise.ipc.internal.work.Workers;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads a session's link, by whichever thread is best placed, without a hop from thread to thread on the way of a
 * message and without letting a blocked handler hold up the rest.
 *
 * <ul>
 *   <li>A thread that waits for a reply takes the {@link ReadRight} and polls the link itself; frames for others it
 *       passes on. Of several such threads one reads and the others park; when its reply has come it wakes the next.
 *   <li>Otherwise a background reader polls, runs the handlers, and when nothing comes spins, then sleeps in the kernel,
 *       then, after a second, leaves the link armed with the transport and ends.
 *   <li>While a handler runs, the right may be taken over: at once by a caller, after about a millisecond by the
 *       {@link ReadWatch caretaker} for another background reader.
 *   <li>A caller that leaves does not wake a background reader, for the next call would only have to push it aside. The
 *       caretaker starts one when nobody has read for a millisecond.
 *   <li>A thread that waits for a future reads too, as long as looking is worth it; then it sleeps as any thread that
 *       waits for a future, and a background reader wakes it. Where a client's futures come in this way, sending its next
 *       request starts no background reader either.
 *   <li>A virtual thread that waits for a reply looks for a moment, then has a thread of the library read in its stead:
 *       asleep in the kernel it would keep other virtual threads from its processor, and while it waited for a processor
 *       itself it would keep others from reading.
 * </ul>
 */
final class Reader implements Waits {
    private static final Logger LOG = SafeLog.of("io.valise.ipc");
    private static final Sparingly NO_THREAD = new Sparingly(LOG);
    private static final int FRAMES_PER_POLL = 64;
    private static final int ROUNDS_PER_FLUSH = 16;
    private static final int ROUNDS_PER_CHECK = 64;

    /** A background reader that has a processor makes way within fewer. */
    private static final int LOOKS_FOR_TURN = 64;

    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Session session;
    private final Link link;
    private final Shortage.Wait wait;
    private final Inbound inbound;
    private final Outbound outbound;
    private final Backlog backlog;
    private final Spinner spinner;
    private final ReadRight right = new ReadRight();
    private final ConcurrentLinkedQueue<SyncCall> callers = new ConcurrentLinkedQueue<>();
    private final Waiters waiters = new Waiters();
    private final ReadWatch watch;
    private volatile boolean fired;

    /** Whether the last look found a frame; belongs to the holder of the right. */
    private boolean progressed;

    Reader(Session session, Link link, Inbound inbound, Outbound outbound, WaitStrategy strategy, long backlogBytes) {
        this.session = session;
        this.link = link;
        this.wait = link::await;
        this.inbound = inbound;
        this.outbound = outbound;
        this.spinner = new Spinner(strategy);
        this.backlog = new Backlog(backlogBytes, this::relieved);
        this.watch = new ReadWatch(
                session, right, session::isEnded, this::launch, this::expectDependents, RunQueue::isCrowded);
    }

    Backlog backlog() {
        return backlog;
    }

    // ---- callers

    /** Waits for a call to end, reading the link meanwhile if nobody else does. */
    ValueSet await(SyncCall call) {
        try {
            while (!call.isDone()) {
                long turn = takeAsCaller();
                if (turn == NONE) {
                    waitForTurn(call);
                } else {
                    readFor(call, turn);
                }
            }
        } finally {
            settle();
        }
        return call.result();
    }

    private long takeAsCaller() {
        long seen = right.snapshot();
        int phase = ReadRight.phaseOf(seen);
        if (!ReadRight.isOpenToCallers(phase)) {
            return NONE;
        }
        long turn = right.takeOver(seen);
        if (turn != NONE && phase == SLEEPING) {
            link.wake();
        }
        return turn;
    }

    private void waitForTurn(SyncCall call) {
        callers.add(call);
        call.prepareToPark();
        while (!call.isDone() && !ReadRight.isOpenToCallers(right.phase()) && !givesUp(call)) {
            call.park();
        }
        call.unprepare();
        callers.remove(call);
    }

    private void readFor(SyncCall call, long turn) {
        boolean virtual = VirtualThreads.isCurrent();
        spinner.stop();
        long mine = turn;
        for (int round = 1; mine != NONE && !call.isDone(); round++) {
            mine = look(mine, true, false);
            if (mine == NONE || call.isDone()) {
                break;
            }
            if (progressed) {
                spinner.found();
                if (round % ROUNDS_PER_CHECK == 0) {
                    givesUp(call);
                }
            } else if (virtual && !spinner.lookAgainClosely()) {
                readElsewhere(call, mine);
                return;
            } else if (!virtual && !spinner.lookAgain()) {
                sleepFor(call, mine);
            } else if (spinner.clockTicked()) {
                givesUp(call);
            }
        }
        if (mine != NONE) {
            spinner.found();
            right.leaveTo(FREE, mine);
        }
    }

    private void sleepFor(SyncCall call, long turn) {
        if (givesUp(call)) {
            return;
        }
        if (!flushed()) {
            session.drainSoon();
        }
        right.leaveTo(CALLER_SLEEPING, turn);
        try {
            Shortage.await(wait, Math.max(1, call.deadline() - System.nanoTime()));
        } catch (RuntimeException | Error e) { // the medium broke, or was closed meanwhile
            session.receiveFailed(e);
        }
        right.leaveTo(READING, turn);
    }

    /**
     * Has a platform thread go on reading under this turn, and waits for the call to end. A virtual thread that held the
     * right while it waits for a processor would keep all others of the session waiting too.
     */
    private void readElsewhere(SyncCall call, long turn) {
        call.prepareToPark();
        launch(() -> readInStead(call, turn), turn);
        while (!call.isDone() && !givesUp(call)) {
            call.park();
        }
        call.unprepare();
    }

    /** One that was given up meanwhile is read for until the next frame: for the others that wait that is no loss. */
    private void readInStead(SyncCall call, long turn) {
        readFor(call, turn);
        settle();
    }

    /** Ends the call if its time is up or its thread was interrupted. */
    private boolean givesUp(SyncCall call) {
        if (Thread.currentThread().isInterrupted()) {
            session.calls().giveUp(call.id(), IpcStatus.CANCELLED);
            return true;
        }
        if (call.isOverdue(System.nanoTime())) {
            session.calls().giveUp(call.id(), IpcStatus.TIMEOUT);
            return true;
        }
        return false;
    }

    /** Sees to it that a right that lies free is taken: by a waiting caller, the background, or in time the caretaker. */
    private void settle() {
        if (right.phase() != FREE) {
            return;
        }
        watch.watch(); // the caller woken next may leave without reading
        if (!wakeNextCaller() && !waiters.areReliedUpon() && session.needsReader()) {
            startBackground();
        }
    }

    private boolean wakeNextCaller() {
        SyncCall next = callers.peek();
        if (next != null) {
            next.wake();
        }
        return next != null;
    }

    // ---- threads that wait for a future

    @Override
    public void beginWait(Future<?> future, Patience patience) {
        if (waiters.enter() && spinner.everLooks() && !VirtualThreads.isCurrent()) {
            try {
                lookFor(future, patience);
            } catch (InternalError e) { // the future ends with the session
                outbound.cutShort(e);
            } catch (RuntimeException | Error e) { // such as no stack left: who has the right is not known any more
                session.receiveFailed(e);
            }
        }
        if (!future.isDone()) {
            expectDependents();
        }
    }

    @Override
    public void endWait() {
        waiters.leave();
    }

    @Override
    public void expectDependents() {
        waiters.expectOthers();
        startBackground();
    }

    private void lookFor(Future<?> future, Patience patience) {
        long turn = takeToLook(future);
        if (turn == NONE) {
            return;
        }
        waiters.looks();
        spinner.stop();
        long mine = turn;
        boolean worthIt = true;
        for (int round = 1; worthIt && mine != NONE && !future.isDone(); round++) {
            mine = look(mine, true, callers.isEmpty());
            if (mine != NONE && !future.isDone()) {
                worthIt = goesOnLooking(round, patience);
            }
        }
        leaveLooking(mine, future.isDone());
    }

    private void leaveLooking(long turn, boolean found) {
        if (turn != NONE) {
            if (found && !session.isServer()) { // a server must hear of requests at once
                waiters.looked(true);
                spinner.found();
            } else {
                waiters.looked(false);
                spinner.stop();
            }
            right.leaveTo(FREE, turn);
        }
        settle();
    }

    private boolean goesOnLooking(int round, Patience patience) {
        boolean check;
        if (progressed) {
            spinner.found();
            check = round % ROUNDS_PER_CHECK == 0;
        } else if (spinner.lookAgain()) {
            check = spinner.clockTicked();
        } else {
            return false;
        }
        return !check
                || !(Thread.currentThread().isInterrupted()
                        || patience.isOverdue(System.nanoTime())
                        || backlog.isHigh());
    }

    /** A background reader that looks makes way soon. One that sleeps is left to its sleep: what comes will wake it. */
    @SuppressWarnings("ThreadPriorityCheck") // the yield is no more than a hint, and is taken as such
    private long takeToLook(Future<?> future) {
        long turn = NONE;
        for (int looks = 0; turn == NONE && looks < LOOKS_FOR_TURN && !future.isDone(); looks++) {
            long seen = right.snapshot();
            int phase = ReadRight.phaseOf(seen);
            if (phase == SLEEPING || phase == CALLER_SLEEPING) {
                break;
            }
            turn = phase == READING ? NONE : right.takeOver(seen);
            if (turn == NONE) {
                waiters.want(true);
                Thread.yield();
            }
        }
        waiters.want(false);
        return turn;
    }

    /** Sees to it that the answer of a call is read for which no thread waits yet. */
    void expectAnswer() {
        if (!waiters.areReliedUpon()) {
            startBackground();
        }
    }

    // ---- the background

    /** Has a background reader read, unless somebody reads or is about to. */
    void startBackground() {
        launch(right.takeFrom(FREE));
    }

    /** Leaves the link to the transport until something comes; for a link that nobody has read yet. */
    void startArmed() {
        guard(() -> {
            long turn = right.takeFrom(FREE);
            if (turn != NONE && arm(turn) != NONE) {
                launch(turn);
            }
        });
    }

    /** Runs what fails where the link cannot be waited for: it broke, or was closed meanwhile. */
    private void guard(Runnable reading) {
        try {
            reading.run();
        } catch (RuntimeException | Error e) {
            session.receiveFailed(e);
        }
    }

    private void launch(long turn) {
        if (turn != NONE) {
            launch(() -> background(turn), turn);
        }
    }

    private void launch(Runnable reading, long turn) {
        try {
            Workers.readers().execute(() -> guard(reading));
        } catch (RuntimeException | Error e) { // the caretaker tries again, and a caller may read meanwhile
            right.leaveTo(FREE, turn);
            watch.watch();
            NO_THREAD.warn("no thread to read " + session + "; trying again", e);
        }
    }

    private void background(long turn) {
        spinner.stop();
        boolean idle = false;
        long mine = turn;
        for (int round = 1; mine != NONE && !session.isEnded(); round++) {
            mine = look(mine, false, callers.isEmpty());
            if (mine == NONE) {
                mine = right.takeFrom(FREE);
            } else if (progressed) {
                idle = false;
                spinner.found();
                mine = round % ROUNDS_PER_FLUSH == 0 ? keepGoing(mine) : mine;
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

    /** What is due between two looks: flush, make way for a caller, pause. */
    private long keepGoing(long turn) {
        long mine = outbound.isUnflushed() ? flush(turn) : turn;
        if (mine != NONE && (waiters.isWanting() || !callers.isEmpty())) {
            return yieldToCaller(mine);
        }
        return mine != NONE && backlog.isHigh() ? pause(mine) : mine;
    }

    private long flush(long turn) {
        if (flushed()) {
            return turn;
        }
        long mine = right.beginHandling(null, turn);
        watch.watch();
        flushFully();
        return right.endHandling(mine) ? mine : NONE;
    }

    private long yieldToCaller(long turn) {
        spinner.stop();
        right.leaveTo(FREE, turn);
        watch.watch();
        // who wanted to read may have stopped wanting before it could see that the right is free
        return wakeNextCaller() || waiters.isWanting() ? NONE : right.takeFrom(FREE);
    }

    private long pause(long turn) {
        spinner.stop();
        right.leaveTo(PAUSED, turn);
        return backlog.isHigh() ? NONE : right.takeFrom(PAUSED);
    }

    private void relieved() {
        launch(right.takeFrom(PAUSED));
    }

    private long sleep(long turn) {
        right.leaveTo(SLEEPING, turn);
        wakeNextCaller(); // one that queued while we were still reading
        Shortage.await(wait, IDLE_NANOS);
        return right.resume(SLEEPING, turn) ? turn : NONE;
    }

    /** Returns a turn if the link fired before the right was laid down, or cannot be armed for want of something. */
    private long arm(long turn) {
        spinner.stop();
        fired = false;
        try {
            link.arm(this::readable);
        } catch (IpcException | OutOfMemoryError e) {
            if (!Shortage.isOne(e)) {
                throw e;
            }
            return turn;
        }
        right.leaveTo(ARMED, turn);
        wakeNextCaller();
        return fired ? right.takeFrom(ARMED) : NONE;
    }

    private void readable() {
        fired = true;
        launch(right.takeFrom(ARMED));
    }

    // ---- both

    /** Polls once and does what the frames ask for. Returns the turn under which to go on, or NONE when it was lost. */
    private long look(long turn, boolean asCaller, boolean gathers) {
        inbound.gathers(gathers);
        Throwable broken = poll();
        Work work = inbound.takeWork();
        if (broken != null) {
            // What was read before is valid, but nobody may take over and read on. There is no rest: one ends the poll.
            if (work != null) {
                session.handOver(work);
            }
            session.receiveFailed(broken);
            return turn;
        }
        return work == null ? turn : performAll(work, turn, asCaller);
    }

    /** Returns why the link cannot be read any more. */
    private @Nullable Throwable poll() {
        progressed = false;
        try {
            int frames = link.poll(inbound, FRAMES_PER_POLL);
            progressed = frames > 0;
            if (frames == Link.END) {
                session.peerEnded();
            }
            return null;
        } catch (RuntimeException | Error e) {
            return e;
        }
    }

    private long performAll(Work work, long turn, boolean asCaller) {
        long mine = perform(work, turn, asCaller);
        Work rest = work.takeRest();
        if (rest == null) {
            return mine;
        } else if (mine == NONE) { // whoever reads now cannot know of it
            session.handOver(rest);
            return NONE;
        }
        return perform(rest, mine, asCaller);
    }

    private long perform(Work work, long turn, boolean asCaller) {
        long mine = right.beginHandling(work, turn); // handing off too: the user's executor may run it on this thread
        watch.watch();
        if (!work.handsOff(asCaller) || !session.handOff(work)) {
            run(work);
        }
        if (!asCaller) {
            Thread.interrupted(); // a handler's interrupt must not keep this thread from sleeping
        }
        if (right.endHandling(mine)) {
            return mine;
        }
        flushFully(); // whoever reads now cannot know of the reply that this thread's handler has just left unflushed
        return NONE;
    }

    private void run(Work work) {
        try {
            session.services().context().run(work, true);
        } catch (Throwable e) { // nothing the user's code throws may end the reader
            LOG.log(Level.ERROR, "a piece of work failed", e);
            work.overtaken(); // by nobody, but what it has not come to must be done
        }
    }

    /**
     * Publishes what waits, as far as the peer's buffer takes it; false when something is left. A peer that takes
     * nothing any more may have said why, so that is left to reading, which finds its farewell or the end.
     */
    private boolean flushed() {
        try {
            return outbound.flush();
        } catch (IpcException e) {
            session.sendFailed(e);
        } catch (RuntimeException | Error e) { // the medium broke, or was closed meanwhile
            session.receiveFailed(e);
        }
        return true;
    }

    /** Hands on what is committed. Blocks while the peer's buffer is full: not while this thread alone may read. */
    void flushFully() {
        try {
            outbound.flush(session.sendDeadline());
        } catch (IpcException e) {
            if (e.status() == IpcStatus.CANCELLED) { // by an interrupt: another thread goes on
                session.drainSoon();
            } else {
                session.sendFailed(e);
            }
        }
    }
}
