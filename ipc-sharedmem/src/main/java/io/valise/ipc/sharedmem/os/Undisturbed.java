package io.valise.ipc.sharedmem.os;

import java.io.IOException;

/**
 * Uses a channel while the thread's interrupt is put aside: one that is interrupted when it maps or locks a file closes
 * the channel, for all others who have it, and drops its locks. Stateless.
 */
public final class Undisturbed {
    private Undisturbed() {}

    /** What is done with a file. */
    @FunctionalInterface
    public interface Step<T> {
        /** Does it. */
        T take() throws IOException;
    }

    /** Takes a step; the thread is interrupted afterwards if it was before. */
    public static <T> T take(Step<T> step) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            return step.take();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
