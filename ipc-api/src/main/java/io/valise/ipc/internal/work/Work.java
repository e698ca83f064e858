package io.valise.ipc.internal.work;

import org.jspecify.annotations.Nullable;

/** What a frame asks for beyond the reading of it, such as running a handler. */
public interface Work {
    /**
     * Does it; does not throw.
     *
     * @param onReader whether the reading thread does it, and will flush what is sent soon after
     */
    void run(boolean onReader);

    /** Whether it goes to another thread at once instead of running on the reader's. */
    boolean handsOff(boolean readerIsCaller);

    /** Whether a call of this end may be waited for until it is done: it must not queue behind the user's own work. */
    default boolean endsCall() {
        return false;
    }

    /** Called, by whoever took the reading over from the thread that runs it, before that one reads; it does not block. */
    default void overtaken() {}

    /** Called after {@link #overtaken} when it ran so long that another thread had to take over. */
    default void stalled() {}

    /** What is to be done when it has run, once; also by who has overtaken it. */
    default @Nullable Work takeRest() {
        return null;
    }

    /** Called before it is handed to another thread. */
    default void queuedIn(Backlog backlog) {}

    /** Called when the executor it was handed to refused it; {@link #run} follows. */
    default void rejected() {}
}
