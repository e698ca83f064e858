package io.valise.ipc.services.hosting;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Asks whether a server is unused, an idle time after its start and after the end of each connection. Thread-safe. */
final class IdleWatch implements AutoCloseable {
    private final ScheduledThreadPoolExecutor timer;
    private final BooleanSupplier stopIfUnused;
    private @Nullable ScheduledFuture<?> next;

    /** @param stopIfUnused stops the server unless a client is connected; whether it did */
    IdleWatch(BooleanSupplier stopIfUnused) {
        this.stopIfUnused = stopIfUnused;
        timer = new ScheduledThreadPoolExecutor(1, work -> {
            Thread thread = new Thread(work, "valise-idle-watch");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
    }

    /** Asks so much later, unless a connection has ended before this was called: from then on its end counts. */
    synchronized void askFirstAfter(Duration idle) {
        if (next == null) {
            askAfter(idle);
        }
    }

    /** Asks so much later, and not before; a connection that is open then puts it off until it ends. */
    synchronized void askAfter(Duration idle) {
        if (next != null) {
            next.cancel(false);
        }
        if (!timer.isShutdown()) {
            next = timer.schedule(stopIfUnused::getAsBoolean, idle.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public synchronized void close() {
        timer.shutdownNow();
    }
}
