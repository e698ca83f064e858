package io.valise.ipc;

import java.util.concurrent.Flow;

/**
 * Answers requests of one type with streams of another, each a record, a sealed interface of records or another type of
 * {@link ValueSet#to(Class)}. Called as {@link StreamHandler} is; a handler that needs the caller, the metadata or the
 * cancellation is a {@link StreamHandler}.
 *
 * @param <A> the type of the request
 * @param <T> the type of the items
 * @since 0.1.0
 */
@FunctionalInterface
public interface TypedStreamHandler<A, T> {
    /**
     * Opens one stream. A message that is no {@code A} is answered with {@code TYPE_MISMATCH} without a call of this method.
     * At an item that cannot be sent the publisher is cancelled, and the stream ends with {@code HANDLER_FAILED}.
     *
     * @return treated as that of {@link StreamHandler#open}
     * @throws Exception as {@link StreamHandler#open}
     */
    Flow.Publisher<? extends T> open(A ask) throws Exception;
}
