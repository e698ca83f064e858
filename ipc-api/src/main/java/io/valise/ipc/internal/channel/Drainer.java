package io.valise.ipc.internal.channel;

import io.valise.ipc.internal.work.Caretaker;
import io.valise.ipc.internal.work.Deadline;
import io.valise.ipc.internal.work.Sparingly;
import io.valise.ipc.internal.work.Workers;
import io.valise.ipc.spi.runtime.SafeLog;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/**
 * Has a follower send what is committed and cannot be sent at once. Where the system refuses a thread, the caretaker, which
 * has one, tries again every ten milliseconds until there is a follower or the session has ended. Thread-safe.
 */
public final class Drainer implements Caretaker.Dated {
    private static final Sparingly NO_THREAD = new Sparingly(SafeLog.of("io.valise.ipc"));
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Object subject;
    private final Runnable drain;
    private final BooleanSupplier ended;
    private final AtomicBoolean trying = new AtomicBoolean();

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
            Caretaker.watchDeadlines(this, System.nanoTime() + PAUSE_NANOS);
        }
    }

    private boolean handOff() {
        try {
            Workers.followers().execute(drain);
            return true;
        } catch (RuntimeException | Error e) { // the executor is ours: it lacks a thread
            NO_THREAD.warn("no thread to send what is committed for " + subject + "; trying again", e);
            return false;
        }
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
