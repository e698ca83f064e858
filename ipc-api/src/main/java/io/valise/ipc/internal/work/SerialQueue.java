package io.valise.ipc.internal.work;

import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks one at a time in the order they were added, on whichever thread found the queue idle. Thread-safe.
 */
public final class SerialQueue implements Task {
    private static final Logger LOG = SafeLog.of("io.valise.ipc");

    private final ArrayDeque<Entry> queue = new ArrayDeque<>();
    private final @Nullable Backlog backlog;
    private final boolean aside;
    private boolean running;
    private long added;

    /** A queue whose tasks each say which backlog is told of them. */
    public SerialQueue() {
        this.backlog = null;
        this.aside = false;
    }

    /** @param backlog is told of what waits here */
    public SerialQueue(Backlog backlog) {
        this(backlog, false);
    }

    /**
     * @param backlog is told of what waits here
     * @param aside whether the tasks never run on a reading thread
     */
    public SerialQueue(Backlog backlog, boolean aside) {
        this.backlog = backlog;
        this.aside = aside;
    }

    /** A task, the bytes it keeps in memory while it waits, and where these are counted. */
    record Entry(Runnable action, int bytes, @Nullable Backlog backlog) {
        /** It waits no more. */
        void forget() {
            if (backlog != null) {
                backlog.shrink(bytes);
            }
        }
    }

    /** Adds a task; true when the queue was idle: then the caller must have the queue {@link #run}. */
    public boolean add(Runnable action, int bytes) {
        return add(action, bytes, backlog);
    }

    /** Adds a task of which another backlog is told. */
    public boolean add(Runnable action, int bytes, @Nullable Backlog told) {
        synchronized (queue) {
            queue.add(new Entry(action, bytes, told));
            added++;
            if (told != null) {
                told.grow(bytes);
            }
            if (running) {
                return false;
            }
            running = true;
            return true;
        }
    }

    /** Has what is added wait for {@link #release}; only while nothing was added yet. */
    public void hold() {
        synchronized (queue) {
            running = true;
        }
    }

    /** Lets what was added go on; true when something was: then the caller must have the queue {@link #run}. */
    public boolean release() {
        synchronized (queue) {
            running = !queue.isEmpty();
            return running;
        }
    }

    /** Whether nothing runs or waits here. */
    public boolean isIdle() {
        synchronized (queue) {
            return !running;
        }
    }

    /** How many tasks were added so far. */
    public long added() {
        synchronized (queue) {
            return added;
        }
    }

    /** Whether the first so many tasks have run, or were dropped. */
    public boolean isPast(long tasks) {
        synchronized (queue) {
            return added - queue.size() - (running ? 1 : 0) >= tasks;
        }
    }

    /** Drops the tasks that have not begun; returns how many. */
    public int clear() {
        synchronized (queue) {
            int dropped = queue.size();
            queue.forEach(Entry::forget);
            queue.clear();
            return dropped;
        }
    }

    @Override
    public void run(boolean onReader) {
        for (Entry task = next(); task != null; task = next()) {
            task.forget();
            try {
                task.action().run();
            } catch (Throwable e) { // the tasks behind it must run, or the queue would never be idle again
                LOG.log(Level.WARNING, "a task failed; the next one follows", e);
            }
        }
    }

    @Override
    public boolean needsOtherThread(boolean readerIsCaller) {
        return readerIsCaller || aside;
    }

    private @Nullable Entry next() {
        synchronized (queue) {
            Entry task = queue.poll();
            running = task != null;
            return task;
        }
    }
}
