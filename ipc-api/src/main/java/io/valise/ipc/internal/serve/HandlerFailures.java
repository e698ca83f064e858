package io.valise.ipc.internal.serve;

import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

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
    private final AtomicLong begun = new AtomicLong(System.nanoTime());
    private final AtomicInteger logged = new AtomicInteger();

    HandlerFailures(Logger log) {
        this.log = log;
    }

    /** Logs one, unless this minute has had its number. */
    static void log(String what, Throwable failure) {
        OF_THIS_PROCESS.log(what, failure, System.nanoTime());
    }

    void log(String what, Throwable failure, long now) {
        long since = begun.get();
        if (now - since >= WINDOW_NANOS && begun.compareAndSet(since, now)) {
            logged.set(0);
        }
        int before = logged.getAndUpdate(count -> Math.min(count + 1, MOST + 1));
        if (before == MOST) {
            log.log(Level.WARNING, "handlers failed: limit=" + MOST + " a minute; more of this minute are at DEBUG");
        }
        Level level = failure instanceof Error ? Level.ERROR : Level.WARNING;
        log.log(before < MOST ? level : Level.DEBUG, what + " failed", failure);
    }
}
