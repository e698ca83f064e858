package io.valise.ipc.internal.work;

import io.valise.ipc.spi.runtime.IdleClock;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.Threads;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One daemon thread per process that looks after sessions around traffic: every millisecond while a session is being
 * read, handles, or lies unread, every few milliseconds while all of them have steady traffic; at the next deadline while
 * calls are pending; otherwise it sleeps without a timer. Some seconds after the last server and connection it ends, and it
 * starts again with the next.
 */
public final class Watchdog implements Runnable {
    private static final Logger LOG = SafeLog.of("io.valise.ipc");

    /** The shortest pause between two ticks; what arrives meanwhile may cause an earlier one. */
    public static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** What {@link Watched#tick} returns when there is nothing to watch any more. */
    public static final long NO_MORE = -1;

    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(Threads.IDLE_MILLIS);
    private static final Watchdog INSTANCE = new Watchdog();

    private final ConcurrentLinkedQueue<Watched> arrivals = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Dated> deadlineArrivals = new ConcurrentLinkedQueue<>();
    private final List<Watched> watched = new ArrayList<>();
    private final List<Dated> withDeadlines = new ArrayList<>();
    private final AtomicInteger uses = new AtomicInteger();
    private volatile @Nullable Thread thread;
    private volatile boolean started;
    private volatile boolean asleep;
    private volatile long wakeAt = Long.MAX_VALUE;
    private final IdleClock idleClock = new IdleClock(); // of the thread alone

    /** The reading of a session. */
    public interface Watched {
        /**
         * Called when a tick is due for this one or another.
         *
         * @return in how many nanoseconds the next is due, at least {@link #TICK_NANOS}; or {@link #NO_MORE}
         */
        long tick();
    }

    /** The calls of a session. */
    public interface Dated {
        /** Ends what is overdue. Returns the next deadline, or {@link Deadline#NEVER} to be asked no more. */
        long checkDeadlines(long now);
    }

    private Watchdog() {}

    /**
     * Starts the thread, if it does not run, and keeps it until {@link #leave}. Called before there is a connection that
     * could need it: where the system refuses a thread, that connection is not made, and existing ones are not affected.
     *
     * @throws io.valise.ipc.IpcException {@code RESOURCE_EXHAUSTED} when the system refuses a thread; then there is nothing
     *     to leave
     */
    public static void begin() {
        INSTANCE.uses.incrementAndGet();
        try {
            INSTANCE.startUnlessStarted();
        } catch (RuntimeException | Error e) {
            leave();
            throw e;
        }
    }

    /** Ends one use: once for each {@link #begin}. */
    public static void leave() {
        if (INSTANCE.uses.decrementAndGet() == 0) {
            LockSupport.unpark(INSTANCE.thread);
        }
    }

    /** Ticks a session until {@link Watched#tick} says that it rests. */
    public static void watch(Watched reading) {
        INSTANCE.arrivals.add(reading);
        INSTANCE.wake();
    }

    /** Checks a session's deadlines, the first of which is {@code deadline}, until it has none. */
    public static void watchDeadlines(Dated calls, long deadline) {
        INSTANCE.deadlineArrivals.add(calls);
        INSTANCE.wakeBefore(deadline);
    }

    /** A session whose deadlines are being checked has got an earlier one. */
    public static void earlierDeadline(long deadline) {
        INSTANCE.wakeBefore(deadline);
    }

    private void wakeBefore(long deadline) {
        if (!started || wakeAt == Long.MAX_VALUE || deadline - wakeAt < 0) {
            wake();
        }
    }

    private void wake() {
        startUnlessStarted();
        LockSupport.unpark(asleep ? thread : null);
    }

    private void startUnlessStarted() {
        if (!started) {
            start();
        }
    }

    private synchronized void start() {
        if (!started) {
            Thread fresh = Threads.daemon("valise-watchdog", this);
            Threads.start(fresh);
            thread = fresh;
            started = true;
        }
    }

    /** Whether there has been nothing to look after for a while: then this thread has ended. */
    private boolean endsIdle() {
        return idleClock.hasRunOut(uses.get() == 0 && watched.isEmpty() && withDeadlines.isEmpty()) && end();
    }

    /** A thread that brings something meanwhile either sees that this one has ended, or its bringing is seen here. */
    private synchronized boolean end() {
        idleClock.reset();
        started = false;
        if (uses.get() > 0 || !arrivals.isEmpty() || !deadlineArrivals.isEmpty()) {
            started = true;
            return false;
        }
        thread = null;
        return true;
    }

    @Override
    public void run() {
        Threads.repeat("looking after the sessions", this::round);
    }

    private boolean round() {
        take(arrivals, watched);
        take(deadlineArrivals, withDeadlines);
        long pause = tickAll();
        long next = checkDeadlines();
        sleep(watched.isEmpty() ? next : nextTick(pause, next));
        return !endsIdle();
    }

    /** Returns in how many nanoseconds the first of the next ticks is due. */
    private long tickAll() {
        long soonest = Long.MAX_VALUE;
        for (Iterator<Watched> each = watched.iterator(); each.hasNext(); ) {
            long pause = tick(each.next());
            if (pause == NO_MORE) {
                each.remove();
            } else {
                soonest = Math.min(soonest, pause);
            }
        }
        return soonest;
    }

    /** After a pause; after the shortest one if a call's time is up before that. */
    private static long nextTick(long pause, long deadline) {
        long now = System.nanoTime();
        boolean callEnds = deadline != Long.MAX_VALUE && deadline - now < pause;
        return now + (callEnds ? TICK_NANOS : pause);
    }

    private static long tick(Watched reading) {
        try {
            return reading.tick();
        } catch (RuntimeException | Error e) { // the other sessions must be looked after
            LOG.log(Level.ERROR, "looking after " + reading + " failed; trying again", e);
            return TICK_NANOS;
        }
    }

    private static long checkDeadlines(Dated calls, long now) {
        try {
            return calls.checkDeadlines(now);
        } catch (RuntimeException | Error e) { // the other sessions must be looked after
            LOG.log(Level.ERROR, "checking the deadlines of " + calls + " failed; trying again", e);
            return now + TICK_NANOS;
        }
    }

    private void sleep(long until) {
        wakeAt = until;
        asleep = true;
        if (nothingNewBefore(until)) {
            if (until == Long.MAX_VALUE && uses.get() == 0) {
                LockSupport.parkNanos(this, IDLE_NANOS);
            } else if (until == Long.MAX_VALUE) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, until - System.nanoTime());
            }
        }
        asleep = false;
    }

    /**
     * Looks once more after {@link #wakeAt} was announced: a thread that brought something either saw the announcement,
     * and wakes this one, or its bringing is seen here.
     */
    private boolean nothingNewBefore(long until) {
        if (!arrivals.isEmpty() || !deadlineArrivals.isEmpty()) {
            return false;
        }
        return !watched.isEmpty() || checkDeadlines() == until;
    }

    private long checkDeadlines() {
        long next = Long.MAX_VALUE;
        long now = System.nanoTime();
        for (Iterator<Dated> each = withDeadlines.iterator(); each.hasNext(); ) {
            long deadline = checkDeadlines(each.next(), now);
            if (deadline == Deadline.NEVER) {
                each.remove();
            } else if (next == Long.MAX_VALUE || deadline - next < 0) {
                next = deadline;
            }
        }
        return next;
    }

    private static <T> void take(ConcurrentLinkedQueue<T> from, List<T> to) {
        for (T one = from.poll(); one != null; one = from.poll()) {
            to.add(one);
        }
    }
}
