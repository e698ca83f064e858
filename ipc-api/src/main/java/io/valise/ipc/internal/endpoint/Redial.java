package io.valise.ipc.internal.endpoint;

import io.valise.ipc.CloseReason;
import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ReconnectPolicy;
import io.valise.ipc.internal.session.Session;
import io.valise.ipc.internal.work.Deadline;
import io.valise.ipc.internal.work.Shortage;
import io.valise.ipc.internal.work.Watchdog;
import io.valise.ipc.internal.work.Workers;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Dials for a connection whose link has ended: one attempt at a time, as long as a call waits for a link or the connection
 * wants one by itself, with the policy's pauses. Between the attempts it has no thread. Thread-safe.
 */
final class Redial implements Watchdog.Dated {
    private static final Logger LOG = SafeLog.of("io.valise.ipc");
    private static final double JITTER = 0.2;
    private static final int MOST_DOUBLINGS = 40;

    private final Target target;
    private final long firstDelay;
    private final long maxDelay;
    private final long giveUpAfter;
    private final Set<Waiting> waiting = new LinkedHashSet<>();
    private boolean wanted;
    private boolean attempting;
    private boolean watched;
    private @Nullable Thread dialling;
    private @Nullable CloseReason stopped;
    private @Nullable IpcException lastFailure;
    /** Attempts since the pauses were reset. */
    private int attempts;
    /** When the next attempt is due; {@link Deadline#NEVER} while none is. */
    private long due = Deadline.NEVER;
    /** When the last attempt ended. */
    private long lastEnd;
    /** When the first of the attempts began that have failed since there was a link. */
    private long failingSince;

    private long connectedAt = System.nanoTime();

    /** The connection. Its methods are called without a lock held. */
    interface Target {
        /** The newest session, if it is open. */
        Optional<Session> openSession();

        /**
         * Connects.
         *
         * @param starts whether the server may be started for it
         */
        Session dial(boolean starts);

        /** Takes a session that was dialled; false when the connection has ended. */
        boolean adopt(Session fresh);

        /** Ends the connection: no attempt has succeeded for too long. */
        void giveUp(CloseReason reason);
    }

    /** A call that waits for a link until its time is up. */
    private record Waiting(CompletableFuture<Session> session, long deadline) {}

    Redial(Target target, ReconnectPolicy policy) {
        this.target = target;
        this.firstDelay = Deadline.nanos("firstDelay", policy.firstDelay());
        this.maxDelay = Deadline.nanos("maxDelay", policy.maxDelay());
        this.giveUpAfter = Deadline.nanos("giveUpAfter", policy.giveUpAfter());
    }

    // ---- what asks for a link

    /** The connection wants a link although no call waits for one. */
    synchronized void want() {
        if (stopped != null) {
            return;
        }
        wanted = true;
        if (!attempting) {
            long now = System.nanoTime();
            forgetPauses(now);
            dueAt(Math.min(due, now + jittered(pause())));
        }
    }

    /** Waits for a session that is open; not before {@code pauseNanos} are over. */
    Session get(long deadline, long pauseNanos) {
        CompletableFuture<Session> session = await(deadline, pauseNanos);
        try {
            return session.get();
        } catch (InterruptedException e) {
            session.cancel(false);
            Thread.currentThread().interrupt();
            throw new IpcException(
                    IpcStatus.CANCELLED, "interrupted while the connection had no link", Delivery.NOT_SENT, e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IpcException known) {
                throw known;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /**
     * Completes with a session that is open, at the latest at the deadline with why there is none. One that is cancelled
     * waits no more: nothing is dialled for it.
     */
    CompletableFuture<Session> await(long deadline, long pauseNanos) {
        CompletableFuture<Session> session = new CompletableFuture<>();
        synchronized (this) {
            if (stopped == null) {
                Waiting mine = new Waiting(session, deadline);
                waiting.add(mine);
                session.whenComplete((done, failure) -> forget(mine)).exceptionally(handedOn -> null);
                if (attempting) {
                    watch(deadline);
                } else {
                    long now = System.nanoTime();
                    forgetPauses(now);
                    long rested = attempts == 0 ? now : lastEnd + firstDelay;
                    dueAt(Math.min(due, Math.max(now + pauseNanos, rested)));
                }
                return session;
            }
        }
        session.completeExceptionally(ended(stopped));
        return session;
    }

    private synchronized void forget(Waiting done) {
        waiting.remove(done);
    }

    /** Ends it with the connection: no attempt follows, the one under way is interrupted, what waits is told. */
    void stop(CloseReason reason) {
        List<Waiting> rest;
        synchronized (this) {
            stopped = reason;
            due = Deadline.NEVER;
            rest = takeAll();
            if (dialling != null) {
                dialling.interrupt();
            }
            if (watched) { // or the watchdog would keep this in memory until the time that it waits for
                Watchdog.earlierDeadline(System.nanoTime());
            }
        }
        aside(() -> fail(rest, () -> ended(reason)));
    }

    // ---- the clock

    /** The pause before the next attempt. */
    private long pause() {
        return attempts == 0 ? 0 : (long) Math.min((double) maxDelay, (double) firstDelay * Math.pow(2, attempts - 1));
    }

    /** A link that lasted is followed by short pauses again. */
    private void forgetPauses(long now) {
        if (failingSince == 0 && now - connectedAt > maxDelay) {
            attempts = 0;
        }
    }

    private static long jittered(long pause) {
        return (long) (pause * (1 - JITTER * ThreadLocalRandom.current().nextDouble()));
    }

    private void dueAt(long time) {
        due = time;
        if (time - System.nanoTime() <= 0) {
            launch();
        }
        watch(nextCheck());
    }

    private long nextCheck() {
        long next = due;
        for (Waiting one : waiting) {
            next = Math.min(next, one.deadline());
        }
        return next;
    }

    private void watch(long time) {
        if (time == Deadline.NEVER) {
            return;
        }
        if (watched) {
            Watchdog.earlierDeadline(time);
        } else {
            watched = true;
            Watchdog.watchDeadlines(this, time);
        }
    }

    @Override
    public long checkDeadlines(long now) {
        List<Waiting> overdue = new ArrayList<>();
        IpcException last;
        long next;
        synchronized (this) {
            if (due != Deadline.NEVER && due - now <= 0) {
                launch();
            }
            waiting.removeIf(one -> one.deadline() - now <= 0 && overdue.add(one));
            last = lastFailure;
            next = nextCheck();
            watched = next != Deadline.NEVER;
        }
        if (!overdue.isEmpty()) {
            aside(() -> fail(overdue, () -> tooLate(last)));
        }
        return next;
    }

    // ---- attempts

    private void launch() {
        due = Deadline.NEVER;
        attempting = true;
        try {
            Workers.finishers().execute(this::attempt);
        } catch (RuntimeException | Error e) {
            postpone("no thread to dial", e);
        }
    }

    /** Ends an attempt that a passing shortage has stopped: the next one may do. */
    private synchronized void postpone(String why, Throwable failure) {
        attempting = false;
        due = stopped == null ? System.nanoTime() + maxDelay : Deadline.NEVER;
        LOG.log(Level.WARNING, why + "; trying again", failure);
    }

    private void attempt() {
        try {
            connect();
        } catch (RuntimeException | Error e) {
            postpone("connecting again failed", e);
            synchronized (this) {
                watch(nextCheck());
            }
        }
    }

    private void connect() {
        Optional<Session> now = target.openSession();
        if (now.isPresent()) {
            succeeded(now.get());
            return;
        }
        long begun = System.nanoTime();
        boolean starts;
        synchronized (this) {
            if (stopped != null || !isNeeded()) {
                attempting = false;
                return;
            }
            attempts = Math.min(attempts + 1, MOST_DOUBLINGS);
            starts = !waiting.isEmpty();
            dialling = Thread.currentThread();
        }
        Session fresh;
        try {
            fresh = target.dial(starts);
        } catch (IpcException e) {
            rest();
            failed(e, mayPass(e), begun);
            return;
        } catch (RuntimeException | Error e) { // a fault of a transport, or no memory: the next attempt may do
            rest();
            LOG.log(Level.WARNING, "dialling failed; trying again", e);
            failed(notSent(IpcStatus.RESOURCE_EXHAUSTED, "dialling failed: " + e, e), mayPass(e), begun);
            return;
        }
        rest();
        if (adopted(fresh)) {
            succeeded(fresh);
        }
    }

    /** Closes a session that the connection does not take. */
    private boolean adopted(Session fresh) {
        boolean before;
        synchronized (this) {
            before = wanted;
            wanted = false; // before the session can end, which makes it wanted again
        }
        try {
            if (target.adopt(fresh)) {
                return true;
            }
        } catch (RuntimeException | Error e) {
            synchronized (this) {
                wanted = before;
            }
            fresh.close();
            throw e;
        }
        fresh.close();
        return false;
    }

    /** The thread belongs to others from here on, without an interrupt that {@link #stop} has left on it. */
    private synchronized void rest() {
        dialling = null;
        Thread.interrupted(); // the status is of no use to anyone
        lastEnd = System.nanoTime();
    }

    private boolean isNeeded() {
        return wanted || !waiting.isEmpty();
    }

    private void succeeded(Session open) {
        List<Waiting> served;
        synchronized (this) {
            attempting = false;
            lastFailure = null;
            failingSince = 0;
            connectedAt = System.nanoTime();
            served = takeAll();
            if (wanted && stopped == null) {
                dueAt(connectedAt + jittered(pause()));
            }
        }
        served.forEach(waiter -> waiter.session().complete(open));
    }

    private void failed(IpcException failure, boolean mayPass, long begun) {
        List<Waiting> refused = List.of();
        boolean vain;
        synchronized (this) {
            attempting = false;
            if (stopped != null) {
                return;
            }
            lastFailure = failure;
            failingSince = failingSince == 0 ? begun : failingSince;
            vain = lastEnd - failingSince >= giveUpAfter;
            if (!vain && !mayPass) {
                refused = takeAll();
            }
            if (!vain && isNeeded()) {
                dueAt(Math.min(lastEnd + jittered(pause()), failingSince + giveUpAfter));
            }
        }
        LOG.log(Level.DEBUG, "dialled in vain", failure);
        fail(refused, () -> notSent(failure.status(), failure.reason(), failure));
        if (vain) {
            target.giveUp(new CloseReason(failure.status(), false, "dialled in vain: " + failure.reason()));
        }
    }

    /**
     * Whether the server may be there a moment later, or this process have what it lacks; other refusals are told to what waits, as a
     * connect would.
     */
    private static boolean mayPass(Throwable failure) {
        return Shortage.isOne(failure)
                || (failure instanceof IpcException known
                        && (ReconnectingConnection.isLoss(known.status()) || known.status() == IpcStatus.TIMEOUT));
    }

    private List<Waiting> takeAll() {
        List<Waiting> all = List.copyOf(waiting);
        waiting.clear();
        return all;
    }

    private static void fail(List<Waiting> waiters, Supplier<IpcException> why) {
        waiters.forEach(waiter -> waiter.session().completeExceptionally(why.get()));
    }

    /** Not on the thread of all deadlines, nor on one that closes: code of the application may run. */
    private static void aside(Runnable work) {
        try {
            Workers.finishers().execute(work);
        } catch (RuntimeException | Error e) {
            LOG.log(Level.WARNING, "no thread to end calls that wait for a link; ending them on this one", e);
            work.run();
        }
    }

    private static IpcException ended(CloseReason reason) {
        return notSent(reason.status(), "the connection has ended: " + reason.detail(), null);
    }

    private static IpcException tooLate(@Nullable IpcException last) {
        return last == null
                ? notSent(IpcStatus.TIMEOUT, "no connection within the time allowed", null)
                : notSent(last.status(), "no connection within the time allowed: " + last.reason(), last);
    }

    private static IpcException notSent(IpcStatus status, String message, @Nullable Throwable cause) {
        return cause == null
                ? new IpcException(status, message, Delivery.NOT_SENT)
                : new IpcException(status, message, Delivery.NOT_SENT, cause);
    }
}
