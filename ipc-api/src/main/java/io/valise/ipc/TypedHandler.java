package io.valise.ipc;

/**
 * Answers requests by values of two types, each a record, a sealed interface of records or another type of {@link
 * ValueSet#to(Class)}. Called like a {@link RequestHandler}: concurrently for different requests, and it may block. A handler
 * that needs the caller, the metadata or the cancellation is a {@link RequestHandler}.
 *
 * @param <A> the type of the request
 * @param <R> the type of the reply
 * @since 0.1.0
 */
@FunctionalInterface
public interface TypedHandler<A, R> {
    /**
     * Answers one request. A message that is no {@code A} is answered with {@code TYPE_MISMATCH} without a call of this
     * method; a reply that cannot be sent, or null, with {@code HANDLER_FAILED}.
     *
     * @return the reply, never null
     * @throws Exception as {@link RequestHandler#handle}
     */
    R handle(A ask) throws Exception;
}
