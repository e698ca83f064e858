package io.valise.ipc.nats.link;

import org.jspecify.annotations.Nullable;

/** What links need of the connection to a broker. Thread-safe; nothing of it blocks but {@link #settle}. */
public interface Outlet {
    /** Sends a message. */
    void publish(String subject, @Nullable String replyTo, byte[] data);

    /** How many times messages have been written to the broker. One published after a look at this is written by a later write. */
    long writes();

    /**
     * Runs a task once after the next write, on the thread that writes; it is brief, and does not wait for another thread. One that is
     * added by a task that runs is left for another write.
     */
    void afterWrite(Runnable task);

    /** The longest message, in bytes. */
    int maxPayload();

    /** Waits a moment until the broker has all that was sent before, unless it is known not to answer now. */
    void settle();
}
