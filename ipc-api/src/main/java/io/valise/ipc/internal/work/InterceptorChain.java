package io.valise.ipc.internal.work;

import io.valise.ipc.Interceptor;
import io.valise.ipc.Reply;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Interceptors around a call, the first outermost. Whatever one throws fails its stage. Immutable and thread-safe.
 *
 * @param <C> what they see of a call
 */
public final class InterceptorChain<C> {
    private final List<Interceptor<C>> interceptors;

    public InterceptorChain(List<Interceptor<C>> interceptors) {
        this.interceptors = List.copyOf(interceptors);
    }

    /** Runs them around {@code inner}; does not throw. */
    public CompletionStage<Reply> run(C call, Interceptor.Next<C> inner) {
        return run(0, call, inner);
    }

    private CompletionStage<Reply> run(int index, C call, Interceptor.Next<C> inner) {
        try {
            if (index == interceptors.size()) {
                return inner.proceed(call);
            }
            CompletionStage<Reply> reply =
                    interceptors.get(index).intercept(call, changed -> run(index + 1, changed, inner));
            if (reply == null) { // it is the user's code
                throw new NullPointerException("an interceptor returned null; return what proceed returned");
            }
            return reply;
        } catch (Throwable e) { // the caller is told
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            return CompletableFuture.failedFuture(e);
        }
    }
}
