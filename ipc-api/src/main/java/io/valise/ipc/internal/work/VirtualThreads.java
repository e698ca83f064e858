package io.valise.ipc.internal.work;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;

/** Virtual threads, for a library that runs on Java 17 too, which has none. Thread-safe. */
public final class VirtualThreads {
    private VirtualThreads() {}

    /**
     * Has a platform thread do what blocks in the kernel for a short time, where a virtual one would keep its processor to
     * itself, and waits for it. An interrupt stays set.
     */
    public static void block(Runnable blocking) {
        CompletableFuture<Void> done;
        try {
            done = CompletableFuture.runAsync(blocking, Workers.readers());
        } catch (RejectedExecutionException | OutOfMemoryError noThread) {
            blocking.run(); // keeps its processor, and loses nothing
            return;
        }
        try {
            done.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e.getCause() instanceof RuntimeException failure ? failure : e;
        }
    }
}
