package io.valise.ipc.internal.work;

import io.valise.ipc.spi.runtime.Threads;
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
    private static final @Nullable Executor VIRTUAL = Runtime.version().feature() >= 24 ? virtualThreads() : null;
    private static final Executor FOLLOWERS =
            VIRTUAL != null ? VIRTUAL : Threads.pool("valise-follower", MAX_FOLLOWERS);

    private Workers() {}

    public static Executor readers() {
        return READERS;
    }

    public static Executor followers() {
        return FOLLOWERS;
    }

    /** Ends calls, which handlers on all the followers there are may wait for: what is given to it never queues. */
    public static Executor finishers() {
        return VIRTUAL != null ? VIRTUAL : READERS;
    }

    private static @Nullable Executor virtualThreads() {
        try {
            return (Executor)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }
}
