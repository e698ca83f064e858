package io.valise.ipc.spi.runtime;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.ExecutionException;

/**
 * Uses a file in spite of interrupts: a thread that is interrupted before or while it maps, reads or writes by a channel
 * closes that channel. {@code tryLock} is not affected. Stateless.
 *
 * @since 0.1.0
 */
public final class Uninterruptibly {
    private Uninterruptibly() {}

    /** What is done with a file. */
    @FunctionalInterface
    public interface Step<T> {
        /** Does it. */
        T take() throws IOException;
    }

    /**
     * Takes a step, and once more {@link #callOnOtherThread} when an interrupt came meanwhile; an interrupt stays set.
     *
     * @param step opens what it uses, and closes it when it fails; takes no lock of the caller's
     */
    public static <T> T call(Step<T> step) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            return step.take();
        } catch (ClosedByInterruptException e) {
            return callOnOtherThread(step);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Takes a step on a thread that is never interrupted, and waits for it; an interrupt stays set. That costs some 100
     * µs, and is for a channel that must stay open.
     *
     * @param step takes no lock of the caller's
     */
    public static <T> T callOnOtherThread(Step<T> step) throws IOException {
        try {
            return Threads.callOnNewThread("valise-file", step::take);
        } catch (ExecutionException e) {
            throw asThrown(e);
        }
    }

    private static IOException asThrown(ExecutionException wrapped) {
        Throwable failure = wrapped.getCause();
        if (failure instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        if (failure instanceof Error error) {
            throw error;
        }
        return failure instanceof IOException known ? known : new IOException(wrapped);
    }
}
