package io.valise.ipc.services.hosting;

import io.valise.ipc.IpcException;
import io.valise.ipc.spi.runtime.ReadinessLoop;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.Threads;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Asks whether a server is unused, an idle time after its start and after the end of each connection that used it. It
 * begins when it is told that the server has started: connections can begin and end before the server's start has
 * returned. Each check has a thread of its own, since it stops a server that is unused. Thread-safe.
 */
final class IdleWatch implements AutoCloseable {
    private static final Logger LOG = SafeLog.of(IdleWatch.class);
    private static final Duration WITHOUT_A_THREAD = Duration.ofSeconds(1);

    private final Runnable stopIfUnused;
    private boolean begun; // guarded by this, as the rest
    private boolean closed;
    private @Nullable Duration wanted;
    private @Nullable Runnable takeBack;
    private long due;

    /** @param stopIfUnused stops the server unless a client is connected */
    IdleWatch(Runnable stopIfUnused) {
        this.stopIfUnused = stopIfUnused;
    }

    /**
     * The server has started. Asks after this time or, if a connection has ended already, after that one's idle time.
     */
    synchronized void begin(Duration beforeUse) {
        begun = true;
        askAfter(wanted == null ? beforeUse : wanted);
    }

    /** Asks after this time and not earlier; a connection that is open then delays it until it ends. */
    synchronized void askAfter(Duration idle) {
        wanted = idle;
        takeBack();
        if (begun && !closed) {
            due = System.nanoTime() + idle.toNanos();
            takeBack = ReadinessLoop.shared().after(idle.toNanos(), this::ask);
        }
    }

    /** Runs on the loop's thread, which must not wait for a server to stop. */
    private void ask() {
        try {
            Threads.start(Threads.daemon("valise-idle-watch", stopIfUnused));
        } catch (IpcException e) {
            LOG.log(Level.WARNING, "cannot stop an unused server yet: " + e.reason());
            askAfter(WITHOUT_A_THREAD);
        }
    }

    /** Asks at once if the time has passed; the connection that delayed it has ended. */
    synchronized void askIfDue() {
        if (takeBack != null && System.nanoTime() - due >= 0) {
            askAfter(Duration.ZERO);
        }
    }

    private void takeBack() {
        if (takeBack != null) {
            takeBack.run();
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        takeBack();
    }
}
