package io.valise.ipc.spi.runtime;

/**
 * What is to be done when the JVM exits. The hook takes nothing over from the thread that adds it, as {@link
 * Threads#daemon}; while it is there, the JVM keeps the action and all that the action refers to. Thread-safe.
 *
 * @since 0.1.0
 */
public final class ShutdownHook {
    private final Thread thread;

    private ShutdownHook(Thread thread) {
        this.thread = thread;
    }

    /**
     * Has an action run when the JVM exits.
     *
     * @param name of the thread that runs it
     * @throws IllegalStateException when the JVM is exiting already
     */
    public static ShutdownHook add(String name, Runnable action) {
        Thread thread = Threads.daemon(name, action);
        Runtime.getRuntime().addShutdownHook(thread);
        return new ShutdownHook(thread);
    }

    /** Removes it; returns false when the JVM is exiting, and so the action runs or has run. Idempotent. */
    public boolean remove() {
        try {
            Runtime.getRuntime().removeShutdownHook(thread);
            return true;
        } catch (IllegalStateException exiting) {
            return false;
        }
    }
}
