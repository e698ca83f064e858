package io.valise.ipc.internal.work;

import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.Threads;
import java.lang.System.Logger.Level;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * The threads of this library, shared by all sessions of the process, started when needed and gone after {@link
 * Threads#IDLE_MILLIS} without work: readers, which wait in the kernel, for virtual threads too, and so are platform
 * threads, and followers, which run handlers that were not run by the reader and are virtual threads where the JDK has
 * such that are not pinned by {@code synchronized} (24 and later). What ends calls is done by threads whose number nothing
 * limits.
 */
public final class Workers {
    private static final int MAX_FOLLOWERS = Integer.getInteger("valise.followers", 1024);
    private static final Executor READERS = Threads.pool("valise-reader", Integer.MAX_VALUE);
    private static final Executor FOLLOWERS = task -> Followers.THREADS.execute(task);
    private static final Executor FINISHERS = task -> Followers.FINISHERS.execute(task);

    private Workers() {}

    /** Chosen with the first task, or when a server {@linkplain #begin begins}. */
    private static final class Followers {
        private static final @Nullable Executor VIRTUAL = Runtime.version().feature() >= 24 ? virtualThreads() : null;
        static final Executor THREADS = VIRTUAL != null ? VIRTUAL : Threads.pool("valise-follower", MAX_FOLLOWERS);
        static final Executor FINISHERS = VIRTUAL != null ? VIRTUAL : READERS;

        private Followers() {}
    }

    /**
     * Chooses the threads that run handlers while the system has threads: a JVM that is refused one when it makes its first
     * virtual thread can never make another.
     */
    public static void begin() {
        Objects.requireNonNull(Followers.THREADS);
    }

    public static Executor readers() {
        return READERS;
    }

    public static Executor followers() {
        return FOLLOWERS;
    }

    /** Ends calls, which handlers on all the followers there are may wait for: what is given to it never queues. */
    public static Executor finishers() {
        return FINISHERS;
    }

    /** Of which one has run; null where the JVM cannot make any. */
    private static @Nullable Executor virtualThreads() {
        try {
            Executor threads = (Executor)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
            threads.execute(() -> {});
            return threads;
        } catch (ReflectiveOperationException | LinkageError | OutOfMemoryError e) {
            SafeLog.of("io.valise.ipc").log(Level.DEBUG, "no virtual threads here: platform threads run handlers", e);
            return null;
        }
    }
}
