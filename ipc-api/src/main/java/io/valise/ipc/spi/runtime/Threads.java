package io.valise.ipc.spi.runtime;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.security.AccessController;
import java.security.PrivilegedAction;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The threads of this library: how they are made, started and kept alive. All methods are thread-safe; {@link #run} and
 * {@link #repeat} never throw.
 *
 * @since 0.1.0
 */
public final class Threads {
    /**
     * How long threads that the whole process shares live on without work, in milliseconds: 3000, or the system property
     * {@code valise.idleMillis}, read once; at least 1.
     */
    public static final long IDLE_MILLIS = Math.max(1, Long.getLong("valise.idleMillis", 3000));

    private static final Logger LOG = SafeLog.of(Threads.class);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final @Nullable MethodHandle IS_VIRTUAL = findIsVirtual();

    private Threads() {}

    /**
     * Whether the calling thread is virtual: one of perhaps a million, which shares its processor with others, and is not to
     * sleep in the kernel.
     *
     * @since 0.1.0
     */
    public static boolean isVirtual() {
        try {
            return IS_VIRTUAL != null && (boolean) IS_VIRTUAL.invokeExact(Thread.currentThread());
        } catch (Throwable neverThrown) {
            throw new IllegalStateException("Thread.isVirtual", neverThrown);
        }
    }

    /** Thread.isVirtual where the JDK has it (21 on). */
    private static @Nullable MethodHandle findIsVirtual() {
        MethodType type = MethodType.methodType(boolean.class);
        try {
            return MethodHandles.publicLookup().findVirtual(Thread.class, "isVirtual", type);
        } catch (ReflectiveOperationException beforeJava21) {
            return null;
        }
    }

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
     * A pool of such threads, each of which ends after {@link #IDLE_MILLIS} without work. It gives work to a thread that is
     * idle, else starts one, and queues what comes when there are as many as may be.
     *
     * @param name of the threads, to which a number is added
     * @param most how many threads there may be
     */
    public static ExecutorService pool(String name, int most) {
        return IdleThreadQueue.pool(most, daemons(name));
    }

    private static ThreadFactory daemons(String name) {
        AtomicInteger number = new AtomicInteger();
        return task -> daemon(name + '-' + number.incrementAndGet(), task);
    }

    /**
     * Starts a thread.
     *
     * @throws IpcException {@code RESOURCE_EXHAUSTED}, delivery NOT_SENT, when the system refuses one more thread
     */
    public static void start(Thread thread) {
        start(thread, () -> {});
    }

    /**
     * Starts a thread.
     *
     * @param ifRefused undoes what was prepared for the thread, if it is not started
     * @throws IpcException {@code RESOURCE_EXHAUSTED}, delivery NOT_SENT, when the system refuses one more thread
     */
    public static void start(Thread thread, Runnable ifRefused) {
        boolean started = false;
        try {
            thread.start();
            started = true;
        } catch (OutOfMemoryError e) {
            throw refused(thread.getName(), e);
        } finally {
            if (!started) {
                ifRefused.run();
            }
        }
    }

    /** What is thrown when the system refuses a thread of that name. */
    public static IpcException refused(String name, OutOfMemoryError refusal) {
        return new IpcException(
                IpcStatus.RESOURCE_EXHAUSTED,
                "cannot start the thread " + name + " (" + refusal.getMessage()
                        + "): see ulimit -u, and pids.max of the container",
                Delivery.NOT_SENT,
                refusal);
    }

    /**
     * Runs an action on a {@link #daemon} of its own and waits for it. The action is never interrupted, and threads that it
     * starts take nothing over from the caller; an interrupt of the caller stays set.
     *
     * @param action takes no lock of the caller's
     * @throws ExecutionException with what the action threw
     * @throws IpcException {@code RESOURCE_EXHAUSTED} when the system refuses the thread
     */
    public static <T> T callOnNewThread(String name, Callable<T> action) throws ExecutionException {
        FutureTask<T> task = new FutureTask<>(action);
        start(daemon(name, task));
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
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

    /** A step of a thread that repeats it. */
    @FunctionalInterface
    public interface Step {
        /**
         * Does the step.
         *
         * @return whether there is a next one
         */
        boolean run() throws InterruptedException;
    }

    /**
     * Repeats a step until it returns false: the body of every thread that must not end. A step that throws, errors too,
     * is logged and repeated after 100 ms; of several failures in a row the first at level ERROR, the others at DEBUG.
     * Nothing ends such a thread by an interrupt: an interrupted step is repeated at once, and no step begins with the
     * thread's interrupt status set.
     *
     * @param what names the step, for the log
     */
    public static void repeat(String what, Step step) {
        boolean more = true;
        boolean failing = false;
        while (more) {
            Thread.interrupted(); // left by a callback, it would end every wait and pause at once
            try {
                more = step.run();
                failing = false;
            } catch (InterruptedException e) {
                report(Level.DEBUG, what, " was interrupted; going on", e);
            } catch (Throwable e) { // this thread is needed, whatever it is
                report(failing ? Level.DEBUG : Level.ERROR, what, " failed; trying again", e);
                failing = true;
                pause(PAUSE_NANOS);
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

    /**
     * Waits between two looks at what sends no notification. Interrupts do not shorten that, and the interrupt status is set
     * afterwards if it was, or came meanwhile: with the status set, a loop around {@link LockSupport#parkNanos} would take a
     * whole processor.
     *
     * @param nanos how long at least, in nanoseconds
     * @since 0.2.0
     */
    public static void pause(long nanos) {
        long begun = System.nanoTime();
        boolean interrupted = Thread.interrupted();
        for (long left = nanos; left > 0; left = nanos - (System.nanoTime() - begun)) {
            LockSupport.parkNanos(left); // an interrupt ends it once more after its status was cleared
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
