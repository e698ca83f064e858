package io.valise.ipc.pipes.unix;

import java.util.LinkedHashSet;
import org.jspecify.annotations.Nullable;

/**
 * The waiters of idle links that still have a selector, oldest first. A selector costs two descriptors and three system
 * calls: worth keeping between the requests of a few links, too expensive for a thousand idle links. Thread-safe.
 */
final class IdleWaiters {
    private static final int KEPT = 64;
    /** Its own lock. A test takes it, to hold up a thread here. */
    static final LinkedHashSet<ReadWaiter> WAITERS = new LinkedHashSet<>();

    private IdleWaiters() {}

    static void add(ReadWaiter waiter) {
        ReadWaiter oldest = addOrReplace(waiter);
        if (oldest != null) {
            oldest.retire(); // Outside the lock, since it takes the waiter's own.
        }
    }

    static void remove(ReadWaiter waiter) {
        synchronized (WAITERS) {
            WAITERS.remove(waiter);
        }
    }

    private static @Nullable ReadWaiter addOrReplace(ReadWaiter waiter) {
        synchronized (WAITERS) {
            WAITERS.add(waiter);
            if (WAITERS.size() <= KEPT) {
                return null;
            }
            ReadWaiter oldest = WAITERS.iterator().next();
            WAITERS.remove(oldest);
            return oldest;
        }
    }
}
