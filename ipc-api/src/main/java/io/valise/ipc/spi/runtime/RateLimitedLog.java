package io.valise.ipc.spi.runtime;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Warns of what may happen a thousand times a second while a shortage lasts or as a peer likes: once in ten seconds, and how
 * often it happened meanwhile. Thread-safe.
 *
 * @since 0.1.0
 */
public final class RateLimitedLog {
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Logger log;
    private final LongSupplier clock;
    private final RateLimit limit = new RateLimit(1, SILENCE_NANOS);

    /**
     * Warns by that log.
     *
     * @since 0.1.0
     */
    public RateLimitedLog(Logger log) {
        this(log, System::nanoTime);
    }

    RateLimitedLog(Logger log, LongSupplier clock) {
        this.log = log;
        this.clock = clock;
    }

    /**
     * Warns, unless there was a warning a short time ago.
     *
     * @since 0.1.0
     */
    public void warn(String message) {
        warn(message, null);
    }

    /**
     * Warns, unless there was a warning a short time ago.
     *
     * @param failure what happened; null where the message says it
     * @since 0.1.0
     */
    public void warn(String message, @Nullable Throwable failure) {
        if (limit.take(clock.getAsLong()) > 0) {
            long before = limit.takeSuppressed();
            log.log(Level.WARNING, before == 0 ? message : message + " (and " + before + " times before)", failure);
        }
    }
}
