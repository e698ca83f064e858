package io.valise.ipc.nats.broker;

import io.valise.ipc.IpcException;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.Threads;
import java.lang.System.Logger.Level;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Tells news in order, by a thread. Where the system refuses one, they wait until it does not, and are never told by the calling
 * thread: that may hold a lock that the news want in their turn while its holder waits for what the calling thread does
 * ({@link News#await}). Thread-safe.
 */
final class NewsQueue {
    private static final SafeLog LOG = SafeLog.of(NewsQueue.class);

    private final Executor thread;
    private final Consumer<Runnable> later;
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean planned = new AtomicBoolean();

    /**
     * Begins.
     *
     * @param thread runs one task at a time
     * @param later runs a brief task after a while; may throw {@link IpcException}
     */
    NewsQueue(Executor thread, Consumer<Runnable> later) {
        this.thread = thread;
        this.later = later;
    }

    void tell(Runnable news) {
        waiting.add(news);
        begin();
    }

    private void begin() {
        try {
            thread.execute(this::tellAll);
        } catch (OutOfMemoryError noThread) {
            LOG.log(Level.DEBUG, "news of a broker wait for a thread", noThread);
            if (planned.compareAndSet(false, true)) {
                plan();
            }
        }
    }

    /** A connection that is used has a timer of its own, so that there is one; if not, the next news begin again. */
    private void plan() {
        boolean done = false;
        try {
            later.accept(this::beginAgain);
            done = true;
        } catch (IpcException noTimer) {
            LOG.log(Level.DEBUG, "news of a broker wait for others", noTimer);
        } finally {
            if (!done) {
                planned.set(false);
            }
        }
    }

    private void beginAgain() {
        planned.set(false);
        begin();
    }

    private void tellAll() {
        for (Runnable news = waiting.poll(); news != null; news = waiting.poll()) {
            Threads.run("telling news of a broker", news);
        }
    }
}
