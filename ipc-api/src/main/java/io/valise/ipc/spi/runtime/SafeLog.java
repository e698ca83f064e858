package io.valise.ipc.spi.runtime;

import java.util.ResourceBundle;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The logger that this library's code uses: it never throws, whatever the application's logging does, so that a thread
 * that must live may log in its error handling. A log that cannot open its file because the process has no descriptors
 * left, or a handler that fails, costs messages: the next message that is taken is preceded by one that says how many were
 * lost, and why.
 *
 * <p>The logger behind it is asked for with the first message: the first one of a JVM takes 20 ms to start. It is a
 * {@link System.Logger} so that java.util.logging, which names the class that logs, passes over this one. Thread-safe.
 *
 * @since 0.1.0
 */
public final class SafeLog implements System.Logger {
    private static final AtomicReference<@Nullable Lost> LOST = new AtomicReference<>();

    private final String name;
    private volatile System.@Nullable Logger target;

    private SafeLog(String name) {
        this.name = name;
    }

    /** What could not be logged since the last message that was. */
    private record Lost(long messages, Throwable first) {}

    /** The log of that name. */
    public static SafeLog of(String name) {
        return new SafeLog(name);
    }

    /** The log that is named after a class. */
    public static SafeLog of(Class<?> named) {
        return new SafeLog(named.getName());
    }

    @Override
    public String getName() {
        return name;
    }

    /** Whether messages of that level are wanted; false where the logger behind this one fails to say. */
    @Override
    public boolean isLoggable(Level level) {
        try {
            return target().isLoggable(level);
        } catch (Throwable failure) { // the callers' threads must live
            lost(failure);
            return false;
        }
    }

    @Override
    public void log(Level level, @Nullable ResourceBundle bundle, String message, @Nullable Throwable thrown) {
        try {
            System.Logger to = target();
            if (to.isLoggable(level)) {
                tellOfLost(to);
                to.log(level, bundle, message, thrown);
            }
        } catch (Throwable failure) { // the callers' threads must live
            lost(failure);
        }
    }

    @Override
    public void log(Level level, @Nullable ResourceBundle bundle, String format, @Nullable Object... parameters) {
        try {
            System.Logger to = target();
            if (to.isLoggable(level)) {
                tellOfLost(to);
                to.log(level, bundle, format, parameters);
            }
        } catch (Throwable failure) { // the callers' threads must live
            lost(failure);
        }
    }

    private System.Logger target() {
        System.Logger known = target;
        if (known == null) {
            known = System.getLogger(name);
            target = known;
        }
        return known;
    }

    private static void tellOfLost(System.Logger to) {
        Lost lost = LOST.getAndSet(null);
        if (lost != null) {
            try {
                to.log(Level.WARNING, lost.messages + " messages before this one could not be logged", lost.first);
            } catch (Throwable failure) { // such as the one that lost them
                LOST.compareAndSet(null, lost);
                throw failure;
            }
        }
    }

    private static void lost(Throwable failure) {
        try {
            LOST.updateAndGet(
                    before -> before == null ? new Lost(1, failure) : new Lost(before.messages + 1, before.first));
        } catch (OutOfMemoryError | StackOverflowError again) { // there is nothing left to count with
            failure.addSuppressed(again);
        }
    }
}
