package io.valise.ipc.testkit.rule;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * A thread and what comes of it. Thread-safe.
 *
 * @param <T> what it returns
 */
public final class Running<T> implements AutoCloseable {
    private final FutureTask<T> task;
    private final Thread thread;

    Running(String name, Callable<T> work) {
        task = new FutureTask<>(work);
        thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** The thread. */
    public Thread thread() {
        return thread;
    }

    /** Waits for the result; what the thread threw is thrown here. */
    public T join() throws Exception {
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw new AssertionError("in " + thread.getName() + ": " + e.getCause(), e.getCause());
        }
    }

    /** Interrupts it. */
    @Override
    public void close() {
        thread.interrupt();
    }
}
