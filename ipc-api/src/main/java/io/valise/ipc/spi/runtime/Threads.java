package io.valise.ipc.spi.runtime;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.AccessController;
import java.security.PrivilegedAction;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * The threads of this library: how they are made, started and kept alive. All methods are thread-safe; {@link #run} and
 * {@link #repeat} never throw.
 *
 * @since 0.1.0
 */
public final class Threads {
    /**
     * How long threads that wait for all connections live on after the last, in milliseconds: 3000, or the system property
     * {@code valise.idleMillis}, read once.
     */
    public static final long IDLE_MILLIS = Long.getLong("valise.idleMillis", 3000);

    private static final Logger LOG = SafeLog.of(Threads.class);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private Threads() {}

    /**
     * A daemon thread, not started yet, that takes nothing over from the caller: no thread-locals, no thread group, no
     * access control context and no context class loader, each of which would keep an application's class loader as long
     * as the thread lives. Its context class loader is that of this library.
     */
    @SuppressWarnings("removal") // Java 17 gives a new thread the protection domains of all its callers otherwise
    public static Thread daemon(String name, Runnable body) {
        return AccessController.doPrivileged((PrivilegedAction<Thread>) () -> make(name, body));
    }

    private static Thread make(String name, Runnable body) {
        ThreadGroup group = Thread.currentThread().getThreadGroup();
        while (group.getParent() != null) {
            group = group.getParent();
        }
        Thread thread = new Thread(group, body, name, 0, false);
        thread.setDaemon(true);
        thread.setContextClassLoader(Threads.class.getClassLoader());
        return thread;
    }

    /**
     * Starts a thread.
     *
     * @throws IpcException {@code RESOURCE_EXHAUSTED}, delivery NOT_SENT, when the system refuses one more thread
     */
    public static void start(Thread thread) {
        try {
            thread.start();
        } catch (OutOfMemoryError e) {
            throw new IpcException(
                    IpcStatus.RESOURCE_EXHAUSTED,
                    "cannot start the thread " + thread.getName() + " (" + e.getMessage()
                            + "): see ulimit -u, and pids.max of the container",
                    Delivery.NOT_SENT,
                    e);
        }
    }

    /**
     * Runs a task; what it throws, errors too, is logged.
     *
     * @param what names the task, for the log
     * @return whether the task came to its end
     */
    public static boolean run(String what, Runnable task) {
        try {
            task.run();
            return true;
        } catch (Throwable e) { // the thread has other tasks
            report(Level.ERROR, what, " failed", e);
            return false;
        }
    }

    /**
     * Repeats a step until it returns false: the body of every thread that must not end. A step that throws, errors too,
     * is logged and repeated after 100 ms; of several failures in a row the first at level ERROR, the others at DEBUG.
     *
     * @param what names the step, for the log
     */
    public static void repeat(String what, BooleanSupplier step) {
        boolean more = true;
        boolean failing = false;
        while (more) {
            try {
                more = step.getAsBoolean();
                failing = false;
            } catch (Throwable e) { // this thread is needed, whatever it is
                report(failing ? Level.DEBUG : Level.ERROR, what, " failed; trying again", e);
                failing = true;
                pause();
            }
        }
    }

    /** Without memory for the text there may be some for the exception. */
    private static void report(Level level, String what, String outcome, Throwable failure) {
        try {
            LOG.log(level, what + outcome, failure);
        } catch (OutOfMemoryError again) {
            LOG.log(level, what, failure);
        }
    }

    private static void pause() {
        LockSupport.parkNanos(PAUSE_NANOS);
        Thread.interrupted(); // would end the next pause at once
    }
}
