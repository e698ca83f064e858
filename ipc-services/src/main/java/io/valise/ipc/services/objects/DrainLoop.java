package io.valise.ipc.services.objects;

import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.Threads;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.Executor;

/**
 * Runs work of one connection that may block, on a thread of its own while there is some, one run at a time. So a
 * connection occupies one thread at most, and a stalled one delays no other. Thread-safe.
 */
final class DrainLoop {
    private static final Logger LOG = SafeLog.of("io.valise.ipc.services.objects");
    /** Has no queue: there are as many threads as busy loops. */
    private static final Executor THREADS = Threads.pool("valise-objects", Integer.MAX_VALUE);

    private final Runnable work;
    private boolean running;
    private boolean again;

    /** @param work handles all that is pending when it runs; exceptions are logged */
    DrainLoop(Runnable work) {
        this.work = work;
    }

    /** Signals pending work, which runs after this call; the caller does not wait for it. */
    void signal() {
        synchronized (this) {
            again = true;
            if (running) {
                return;
            }
            running = true;
        }
        try {
            THREADS.execute(this::run);
        } catch (RuntimeException | Error e) { // no thread could be started: the next signal tries again
            synchronized (this) {
                running = false;
            }
            LOG.log(Level.WARNING, "work for remote objects waits for a thread: " + e);
        }
    }

    private void run() {
        while (isAskedFor()) {
            Threads.run("work for remote objects", work);
        }
    }

    private synchronized boolean isAskedFor() {
        running = again;
        again = false;
        return running;
    }
}
