package io.valise.ipc.internal.work;

import io.valise.ipc.spi.runtime.RateLimitedLog;
import io.valise.ipc.spi.runtime.SafeLog;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Runs the tasks of a connection on another thread: of the executor that the application gave, or of the library. All tasks
 * run in the application's {@link Context}. Thread-safe.
 */
public final class TaskRunner {
    private static final RateLimitedLog NO_THREAD = new RateLimitedLog(SafeLog.of("io.valise.ipc"));

    private final Object connection;
    private final Context context;
    private final @Nullable Executor executor;
    private final Backlog backlog;

    /**
     * @param connection whose tasks they are, for the log
     * @param executor runs the application's handlers; null for threads of the library
     * @param backlog counts the tasks that wait for a thread
     */
    public TaskRunner(Object connection, Context context, @Nullable Executor executor, Backlog backlog) {
        this.connection = connection;
        this.context = context;
        this.executor = executor;
        this.backlog = backlog;
    }

    /** Counts the tasks that wait for a thread. */
    public Backlog backlog() {
        return backlog;
    }

    /** What the tasks run in. */
    public Context context() {
        return context;
    }

    /** Has the executor of handlers run the task; false when it refused, and the caller must run it. */
    public boolean tryRunOnExecutor(Task task) {
        task.queuedIn(backlog);
        try {
            Executor users = task.endsCall() ? null : executor;
            (users == null ? workers(task) : users).execute(() -> context.run(task, false));
            return true;
        } catch (RuntimeException | Error e) { // the application's executor may throw anything
            NO_THREAD.warn("no thread for a task of " + connection, e);
            task.rejected();
            return false;
        }
    }

    /** Has the executor of handlers run the task; runs it on the calling thread where that refused. */
    public void runOnExecutor(Task task) {
        if (!tryRunOnExecutor(task)) {
            context.run(task, false);
        }
    }

    /** Has a thread of the library run the task; runs it on the calling thread where the system refuses a thread. */
    public void runOnWorker(Task task) {
        if (task != Task.NONE) {
            run(workers(task), task);
        }
    }

    /**
     * Has a thread of the library run a task that sends, and may wait for the peer: a thread that no handler needs, however
     * many peers do not read.
     */
    public void runSending(Task task) {
        run(Workers.finishers(), task);
    }

    private void run(Executor threads, Task task) {
        try {
            threads.execute(() -> context.run(task, false));
        } catch (RuntimeException | Error e) { // the executor is the library's: it lacks a thread
            NO_THREAD.warn("no thread for a task of " + connection + "; running it on the calling thread", e);
            context.run(task, false);
        }
    }

    private static Executor workers(Task task) {
        return task.endsCall() ? Workers.finishers() : Workers.followers();
    }
}
