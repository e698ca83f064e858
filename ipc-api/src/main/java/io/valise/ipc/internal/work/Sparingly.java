package io.valise.ipc.internal.work;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Warns of what may happen a thousand times a second while a shortage lasts: once in ten seconds, and how often it
 * happened meanwhile. Thread-safe.
 */
public final class Sparingly {
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Logger log;
    private final LongSupplier clock;
    private final AtomicLong next;
    private final AtomicLong untold = new AtomicLong();

    /** By that log. */
    public Sparingly(Logger log) {
        this(log, System::nanoTime);
    }

    Sparingly(Logger log, LongSupplier clock) {
        this.log = log;
        this.clock = clock;
        this.next = new AtomicLong(clock.getAsLong());
    }

    /** Warns, unless there was a warning a short time ago. */
    public void warn(String message, Throwable failure) {
        long due = next.get();
        long now = clock.getAsLong();
        if (now - due < 0 || !next.compareAndSet(due, now + SILENCE_NANOS)) {
            untold.incrementAndGet();
            return;
        }
        long before = untold.getAndSet(0);
        log.log(Level.WARNING, before == 0 ? message : message + " (and " + before + " times before)", failure);
    }
}
