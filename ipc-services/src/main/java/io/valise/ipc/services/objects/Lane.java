package io.valise.ipc.services.objects;

import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.Threads;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.Executor;

/**
 * Work for one connection that may block: it runs on a thread of its own while there is some, one run at a time. So a
 * connection occupies one thread at most, and one that is stalled delays no other. Thread-safe.
 */
final class Lane {
    private static final Logger LOG = SafeLog.of("io.valise.ipc.services.objects");
    /** Nothing queues here: there are as many threads as lanes at work. */
    private static final Executor THREADS = Threads.pool("valise-objects", Integer.MAX_VALUE);

    private final Runnable work;
    private boolean running;
    private boolean again;

    /** @param work takes all that waits when it runs; what it throws is logged */
    Lane(Runnable work) {
        this.work = work;
    }

    /** Something waits: the work runs after this, without the caller's waiting for it. */
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
        } catch (RuntimeException | Error e) { // no thread to be had at this moment: the next signal tries again
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
