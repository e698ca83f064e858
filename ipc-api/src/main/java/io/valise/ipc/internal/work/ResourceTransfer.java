package io.valise.ipc.internal.work;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** Passes resources, such as links and connections, to the user that frees them: none is lost if that fails. Stateless. */
public final class ResourceTransfer {
    private ResourceTransfer() {}

    /**
     * Makes a resource on a thread of an executor. It is made not at all, or freed, when the user has completed or
     * cancelled the future before.
     *
     * @param make makes it, or fails
     * @param free frees it
     */
    public static <T> CompletableFuture<T> by(Executor executor, Supplier<T> make, Consumer<T> free) {
        CompletableFuture<T> handed = new CompletableFuture<>();
        executor.execute(() -> {
            if (!handed.isDone()) {
                make(handed, make, free);
            }
        });
        return handed;
    }

    /** Takes a step with a resource, which is freed when the step fails, with an Error too. */
    public static <T, R> R orFreed(T resource, Function<T, R> step, Consumer<T> free) {
        boolean done = false;
        try {
            R result = step.apply(resource);
            done = true;
            return result;
        } finally {
            if (!done) {
                free.accept(resource);
            }
        }
    }

    private static <T> void make(CompletableFuture<T> handed, Supplier<T> make, Consumer<T> free) {
        T made;
        try {
            made = make.get();
        } catch (RuntimeException | Error e) {
            handed.completeExceptionally(e);
            return;
        }
        if (!handed.complete(made)) {
            free.accept(made);
        }
    }
}
