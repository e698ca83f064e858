package io.valise.ipc;

import java.util.concurrent.CompletionStage;

/**
 * Answers requests by values of two types later; otherwise like {@link TypedHandler}. The handler itself should not block.
 *
 * @param <A> the type of the request
 * @param <R> the type of the reply
 * @since 0.1.0
 */
@FunctionalInterface
public interface TypedAsyncHandler<A, R> {
    /**
     * Begins to answer one request. A message that is no {@code A} is answered with {@code TYPE_MISMATCH} without a call of
     * this method; a reply that cannot be sent, or null, with {@code HANDLER_FAILED}.
     *
     * @return completes, on any thread, with the reply, never null, or with the exception to answer with; cancelled, if it is a
     *     future, when the request is
     * @throws Exception as {@link RequestHandler#handle}
     */
    CompletionStage<? extends R> handle(A ask) throws Exception;
}
