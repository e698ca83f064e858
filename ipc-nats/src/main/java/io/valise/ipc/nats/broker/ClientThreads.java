package io.valise.ipc.nats.broker;

import io.valise.ipc.spi.runtime.Threads;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * A pool as the client library of the broker uses it. The library handles an exception where it asks for a thread, and no
 * error: an {@link OutOfMemoryError}, which may be the system's refusal of a thread, would leave its socket open, or end a
 * thread of it that must go on. Never shut down. Thread-safe.
 */
final class ClientThreads extends AbstractExecutorService {
    private final Executor executor;

    private ClientThreads(Executor executor) {
        this.executor = executor;
    }

    /** Throws a {@link RejectedExecutionException} where there is no thread, or no memory for one. */
    static ExecutorService orReject(ExecutorService pool) {
        return new ClientThreads(task -> {
            try {
                pool.execute(task);
            } catch (OutOfMemoryError refusal) {
                throw new RejectedExecutionException("no thread for the connection to the broker", refusal);
            }
        });
    }

    /**
     * Runs one task at a time. The calling thread runs a task for which there is no thread, after the one that another thread
     * runs just then: several threads may call at once. What a task throws is logged, and does not end the calling thread. A
     * task must not wait for another one, nor for a lock that a calling thread may hold: that one waits for the task.
     *
     * @param pool of one thread, which takes the tasks in order
     */
    static ExecutorService orByCaller(ExecutorService pool) {
        Object turn = new Object();
        return new ClientThreads(task -> {
            Runnable inTurn = () -> {
                synchronized (turn) {
                    Threads.run("a callback of the client of the broker", task);
                }
            };
            try {
                pool.execute(inTurn);
            } catch (OutOfMemoryError refusal) {
                inTurn.run();
            }
        });
    }

    /** Whether the system refused a thread; else the memory of this JVM is used up. */
    static boolean isRefusal(OutOfMemoryError error) {
        return String.valueOf(error.getMessage()).contains("native thread");
    }

    @Override
    public void execute(Runnable task) {
        executor.execute(task);
    }

    @Override
    public void shutdown() {} // other connections use the pool

    @Override
    public List<Runnable> shutdownNow() {
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return false;
    }

    @Override
    public boolean isTerminated() {
        return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return false;
    }
}
