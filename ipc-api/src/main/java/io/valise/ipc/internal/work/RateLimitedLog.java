package io.valise.ipc.internal.work;

import io.valise.ipc.spi.runtime.RateLimit;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Warns of what may happen a thousand times a second while a shortage lasts: once in ten seconds, and how often it
 * happened meanwhile. Thread-safe.
 */
public final class RateLimitedLog {
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Logger log;
    private final LongSupplier clock;
    private final RateLimit limit = new RateLimit(1, SILENCE_NANOS);

    /** By that log. */
    public RateLimitedLog(Logger log) {
        this(log, System::nanoTime);
    }

    RateLimitedLog(Logger log, LongSupplier clock) {
        this.log = log;
        this.clock = clock;
    }

    /** Warns, unless there was a warning a short time ago. */
    public void warn(String message, Throwable failure) {
        if (limit.take(clock.getAsLong()) > 0) {
            long before = limit.takeSuppressed();
            log.log(Level.WARNING, before == 0 ? message : message + " (and " + before + " times before)", failure);
        }
    }
}
