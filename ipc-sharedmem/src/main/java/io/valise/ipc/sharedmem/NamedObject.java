package io.valise.ipc.sharedmem;

import java.util.List;

/**
 * What {@link NamedObjects#list} finds of a mutex, a semaphore or an event. Immutable.
 *
 * @param scope whose name it is: {@code user}, {@code application ID}, {@code publisher ID}, or {@code handle} for one that has
 *     no name and is reached by its handle
 * @param name its name
 * @param kind what it is
 * @param permits how many permits a semaphore has, 1 for others
 * @param set whether it is an event that is set
 * @param holders the processes that have the mutex, or a permit each; all of them run
 * @param abandoned the processes that died with it, or with a permit each, and of whom the next one that acquires it will be
 *     told
 * @param problem why nothing else is known of it; empty when its file can be read
 * @since 0.1.0
 */
public record NamedObject(
        String scope,
        String name,
        Kind kind,
        int permits,
        boolean set,
        List<Long> holders,
        List<Long> abandoned,
        String problem) {
    /**
     * What a named object is.
     *
     * @since 0.1.0
     */
    public enum Kind {
        /** A {@link NamedMutex}. */
        MUTEX,
        /** A {@link NamedSemaphore}. */
        SEMAPHORE,
        /** A {@link NamedEvent} that stays set until it is reset. */
        MANUAL_EVENT,
        /** A {@link NamedEvent} that one waiter resets. */
        AUTOMATIC_EVENT,
        /** A file that is none of these, or was truncated; the problem says more. */
        UNREADABLE
    }

    /** Lists are copied. */
    public NamedObject {
        holders = List.copyOf(holders);
        abandoned = List.copyOf(abandoned);
    }
}
