package io.valise.ipc.sharedmem.os;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Uses a channel on a thread that nobody interrupts: one that is interrupted when it maps, reads or writes a file, before
 * or meanwhile, closes the channel for all others who have it, and drops its locks. That costs a thread, some 100 µs, so
 * it is for what is done once. {@code tryLock} needs none of this. Stateless.
 */
public final class Undisturbed {
    private Undisturbed() {}

    /** What is done with a file. */
    @FunctionalInterface
    public interface Step<T> {
        /** Does it. */
        T take() throws IOException;
    }

    /** Takes a step and waits for it, interrupted or not; an interrupt stays set. The step takes no lock of the caller's. */
    public static <T> T take(Step<T> step) throws IOException {
        FutureTask<T> task = new FutureTask<>(step::take);
        Thread thread = new Thread(null, task, "valise-file", 0, false);
        thread.setDaemon(true);
        thread.setContextClassLoader(null);
        thread.start();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw asThrown(e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
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
