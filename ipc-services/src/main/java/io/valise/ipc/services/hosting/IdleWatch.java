package io.valise.ipc.services.hosting;

import io.valise.ipc.spi.runtime.Threads;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks whether a server is unused, an idle time after its start and after the end of each connection that used it. It
 * begins to ask when it is told that there is a server: connections come and go before the server's start has returned.
 * Thread-safe.
 */
final class IdleWatch implements AutoCloseable {
    private final ScheduledThreadPoolExecutor timer;
    private final BooleanSupplier stopIfUnused;
    private boolean begun;
    private @Nullable Duration wanted;
    private @Nullable ScheduledFuture<?> next;

    /** @param stopIfUnused stops the server unless a client is connected; whether it did */
    IdleWatch(BooleanSupplier stopIfUnused) {
        this.stopIfUnused = stopIfUnused;
        timer = new ScheduledThreadPoolExecutor(1, work -> Threads.daemon("valise-idle-watch", work));
        timer.setRemoveOnCancelPolicy(true);
    }

    /** There is a server. Asks so much later, or if a connection has ended before, as long from now as that wanted. */
    synchronized void begin(Duration beforeUse) {
        begun = true;
        askAfter(wanted == null ? beforeUse : wanted);
    }

    /** Asks so much later, and not before; a connection that is open then puts it off until it ends. */
    synchronized void askAfter(Duration idle) {
        wanted = idle;
        if (next != null) {
            next.cancel(false);
        }
        if (begun && !timer.isShutdown()) {
            next = timer.schedule(stopIfUnused::getAsBoolean, idle.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /** Asks at once if it would have asked by now; a connection that was open then has ended. */
    synchronized void askIfDue() {
        if (next != null && next.getDelay(TimeUnit.NANOSECONDS) <= 0) {
            askAfter(Duration.ZERO);
        }
    }

    @Override
    public synchronized void close() {
        timer.shutdownNow();
    }
}
