package io.valise.ipc.internal.work;

import java.util.concurrent.CompletionException;

/** Failures of futures. Stateless, thread-safe. */
public final class Completions {
    private Completions() {}

    /** What failed, without what the stages of a future wrap around it. */
    public static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException wrapped && wrapped.getCause() != null
                ? wrapped.getCause()
                : failure;
    }
}
