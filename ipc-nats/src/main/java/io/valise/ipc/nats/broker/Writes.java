package io.valise.ipc.nats.broker;

import io.nats.client.StatisticsCollector;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What the client library has written to the broker so far: it tells its collector of statistics of each write, on the thread
 * that writes, and that is all that is collected here. Thread-safe.
 *
 * <p>No wake-up is lost: {@link #after} adds a task before its caller looks at {@link #count} again, and the thread that writes
 * counts before it looks for tasks. A task that is added while others run waits for another write: what its caller has published by
 * then is not written yet.
 */
@SuppressWarnings("deprecation") // older ways to count are a part of the interface still
final class Writes implements StatisticsCollector {
    private static final SafeLog LOG = SafeLog.of(Writes.class);

    private final AtomicReference<@Nullable Added> last = new AtomicReference<>();
    private final AtomicLong count = new AtomicLong();

    /** A task, and what was added before it. */
    private static final class Added {
        private final Runnable task;
        private @Nullable Added other;

        Added(Runnable task) {
            this.task = task;
        }
    }

    /** How many writes there were. */
    long count() {
        return count.get();
    }

    /** Runs a task once after the next write; it is brief, and does not wait for another thread. */
    void after(Runnable task) {
        Added added = new Added(task);
        do {
            added.other = last.get();
        } while (!last.compareAndSet(added.other, added));
    }

    @Override
    public void registerWrite(long bytes) {
        count.incrementAndGet();
        for (Added added = inOrder(last.getAndSet(null)); added != null; added = added.other) {
            try {
                added.task.run();
            } catch (RuntimeException | Error e) { // the thread is the library's, and has more to do
                LOG.log(Level.WARNING, "after a write to the NATS broker", e);
            }
        }
    }

    /** Needs no memory, which there may be none of. */
    private static @Nullable Added inOrder(@Nullable Added newest) {
        Added first = null;
        for (Added rest = newest; rest != null; ) {
            Added before = rest.other;
            rest.other = first;
            first = rest;
            rest = before;
        }
        return first;
    }

    // ---- not collected

    @Override
    public void setAdvancedTracking(boolean on) {}

    @Override
    public void incrementPingCount() {}

    @Override
    public void incrementReconnects() {}

    @Override
    public void incrementDroppedCount() {}

    @Override
    public void incrementOkCount() {}

    @Override
    public void incrementErrCount() {}

    @Override
    public void incrementExceptionCount() {}

    @Override
    public void incrementRequestsSent() {}

    @Override
    public void incrementRepliesReceived() {}

    @Override
    public void incrementDuplicateRepliesReceived() {}

    @Override
    public void incrementOrphanRepliesReceived() {}

    @Override
    public void incrementInMsgs() {}

    @Override
    public void incrementOutMsgs() {}

    @Override
    public void incrementFlushCounter() {}

    @Override
    public void incrementOutstandingRequests() {}

    @Override
    public void decrementOutstandingRequests() {}

    @Override
    public void incrementInBytes(long bytes) {}

    @Override
    public void incrementOutBytes(long bytes) {}

    @Override
    public void registerRead(long bytes) {}

    @Override
    public long getPings() {
        return 0;
    }

    @Override
    public long getReconnects() {
        return 0;
    }

    @Override
    public long getDroppedCount() {
        return 0;
    }

    @Override
    public long getOKs() {
        return 0;
    }

    @Override
    public long getErrs() {
        return 0;
    }

    @Override
    public long getExceptions() {
        return 0;
    }

    @Override
    public long getRequestsSent() {
        return 0;
    }

    @Override
    public long getRepliesReceived() {
        return 0;
    }

    @Override
    public long getDuplicateRepliesReceived() {
        return 0;
    }

    @Override
    public long getOrphanRepliesReceived() {
        return 0;
    }

    @Override
    public long getInMsgs() {
        return 0;
    }

    @Override
    public long getOutMsgs() {
        return 0;
    }

    @Override
    public long getInBytes() {
        return 0;
    }

    @Override
    public long getOutBytes() {
        return 0;
    }

    @Override
    public long getFlushCounter() {
        return 0;
    }

    @Override
    public long getOutstandingRequests() {
        return 0;
    }
}
