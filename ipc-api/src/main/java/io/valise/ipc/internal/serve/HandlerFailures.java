package io.valise.ipc.internal.serve;

import io.valise.ipc.spi.runtime.RateLimit;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Logs what handlers of this process threw: at WARNING with the stack trace, an {@link Error} at ERROR. A handler that
 * fails at every call must not fill a disk: in a minute at most {@value #MOST} are logged so, and the others at DEBUG;
 * the first of those is preceded by a line that says it. Thread-safe.
 */
final class HandlerFailures {
    static final int MOST = 20;

    private static final Logger LOG = SafeLog.of("io.valise.ipc");
    private static final long WINDOW_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final HandlerFailures OF_THIS_PROCESS = new HandlerFailures(LOG);

    private final Logger log;
    private final RateLimit limit = new RateLimit(MOST, WINDOW_NANOS);

    HandlerFailures(Logger log) {
        this.log = log;
    }

    /** Logs one; returns what its caller is told of it: type and message. An interrupt stays one of the calling thread. */
    static String logged(String what, Throwable failure) {
        if (failure instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        log(what, failure);
        String message = messageOf(failure);
        String type = failure.getClass().getName();
        return message.isEmpty() ? type : type + ": " + message;
    }

    private static String messageOf(Throwable failure) {
        try {
            return Objects.requireNonNullElse(failure.getMessage(), "");
        } catch (RuntimeException | Error e) { // it is the user's code
            return "(its message is not known: " + e.getClass().getName() + ")";
        }
    }

    /** Logs one, unless this minute has had its number. */
    static void log(String what, Throwable failure) {
        OF_THIS_PROCESS.log(what, failure, System.nanoTime());
    }

    void log(String what, Throwable failure, long now) {
        long left = limit.take(now);
        if (left == 0) {
            log.log(Level.WARNING, "handlers failed: limit=" + MOST + " a minute; more of this minute are at DEBUG");
        }
        Level level = failure instanceof Error ? Level.ERROR : Level.WARNING;
        log.log(left > 0 ? level : Level.DEBUG, what + " failed", failure);
    }
}
