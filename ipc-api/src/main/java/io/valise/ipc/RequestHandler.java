package io.valise.ipc;

import org.jspecify.annotations.Nullable;

/**
 * Answers requests. Called concurrently for different requests, of one connection too; it may block: another thread
 * then reads on. Requests of one connection begin in the order they were sent unless an earlier one blocks.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface RequestHandler {
    /**
     * Answers one request.
     *
     * @return the reply; null stands for the empty one
     * @throws Exception an {@link IpcException} answers with its status and message, anything else with
     *     {@code HANDLER_FAILED}, the exception's type name and its message
     */
    @Nullable ValueSet handle(Request request) throws Exception;
}
