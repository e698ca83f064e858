package io.valise.ipc;

import java.util.concurrent.CompletionStage;

/**
 * Answers requests later; otherwise like {@link RequestHandler}. The handler itself should not block.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface AsyncRequestHandler {
    /**
     * Begins to answer one request.
     *
     * @return completes, on any thread, with the reply (null stands for the empty one) or with the exception to answer with
     */
    CompletionStage<ValueSet> handle(Request request) throws Exception;
}
