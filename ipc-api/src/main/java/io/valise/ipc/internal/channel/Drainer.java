package io.valise.ipc.internal.channel;

import io.valise.ipc.internal.work.Deadline;
import io.valise.ipc.internal.work.Watchdog;
import io.valise.ipc.internal.work.Workers;
import io.valise.ipc.spi.runtime.RateLimitedLog;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.Threads;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * Has a thread send what is committed and cannot be sent at once; one thread at a time, which no handler needs. Where the
 * system refuses a thread, the watchdog, which has one, tries again every ten milliseconds until there is one or the session
 * has ended. Thread-safe.
 */
public final class Drainer implements Watchdog.Dated {
    private static final RateLimitedLog NO_THREAD = new RateLimitedLog(SafeLog.of("io.valise.ipc"));
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final int IDLE = 0;
    private static final int RUNNING = 1;
    /** Running, and requested again meanwhile. */
    private static final int AGAIN = 2;

    private final Object subject;
    private final Runnable drain;
    private final BooleanSupplier ended;
    private final AtomicBoolean trying = new AtomicBoolean();
    private final AtomicInteger state = new AtomicInteger(IDLE);

    /**
     * @param subject whose frames they are, for the log
     * @param drain sends them, and blocks while the peer's buffer is full
     * @param ended whether there is nothing to send any more
     */
    public Drainer(Object subject, Runnable drain, BooleanSupplier ended) {
        this.subject = subject;
        this.drain = drain;
        this.ended = ended;
    }

    /** Has it done soon; returns at once. */
    public void soon() {
        if (!handOff() && trying.compareAndSet(false, true)) {
            Watchdog.watchDeadlines(this, System.nanoTime() + PAUSE_NANOS);
        }
    }

    /** Whether no thread drains, or is about to. */
    boolean isIdle() {
        return state.get() == IDLE;
    }

    private boolean handOff() {
        if (state.getAndUpdate(now -> now == IDLE ? RUNNING : AGAIN) != IDLE) {
            return true;
        }
        try {
            Workers.finishers().execute(this::run);
            return true;
        } catch (RuntimeException | Error e) { // the executor is ours: it lacks a thread
            state.set(IDLE);
            NO_THREAD.warn("no thread to send what is committed for " + subject + "; trying again", e);
            return false;
        }
    }

    private void run() {
        do {
            state.set(RUNNING);
            Threads.run("sending what is committed", drain);
        } while (!state.compareAndSet(RUNNING, IDLE));
    }

    @Override
    public long checkDeadlines(long now) {
        trying.set(false); // first: what is committed from here on tries for itself
        if (ended.getAsBoolean() || handOff()) {
            return Deadline.NEVER;
        }
        return trying.compareAndSet(false, true) ? now + PAUSE_NANOS : Deadline.NEVER;
    }

    @Override
    public String toString() {
        return "the sending of " + subject;
    }
}
