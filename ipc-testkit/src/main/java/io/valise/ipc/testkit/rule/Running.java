package io.valise.ipc.testkit.rule;

import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A thread and its result. Thread-safe.
 *
 * @param <T> what it returns
 * @since 0.1.0
 */
public final class Running<T> implements AutoCloseable {
    private static final Set<Thread.State> ASLEEP =
            EnumSet.of(Thread.State.WAITING, Thread.State.TIMED_WAITING, Thread.State.TERMINATED);

    /** The number of checks in a row, since class loading calls native methods too. */
    private static final int LOOKS = 3;

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

    /**
     * Waits until the thread sleeps or has ended. A thread that sleeps in native code is runnable to Java: its top
     * frame is a native method. A thread that spins never sleeps: then this returns after two seconds.
     */
    public void awaitAsleep() {
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
        for (int seen = 0; seen < LOOKS && System.nanoTime() - limit < 0; ) {
            LockSupport.parkNanos(100_000);
            seen = isAsleep() ? seen + 1 : 0;
        }
    }

    private boolean isAsleep() {
        if (ASLEEP.contains(thread.getState())) {
            return true;
        }
        StackTraceElement[] stack = thread.getStackTrace();
        return stack.length > 0 && stack[0].isNativeMethod();
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
