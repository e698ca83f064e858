package io.valise.ipc;

import java.util.concurrent.Flow;

/**
 * Answers a request with a stream of messages. Called as {@link RequestHandler} is.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface StreamHandler {
    /**
     * Opens one stream.
     *
     * @return subscribed to once; it is asked for no more than the subscriber at the other end asked for, and cancelled
     *     when that one cancels or its connection ends. One that breaks the rules of {@link Flow}, by a null, by more than
     *     was asked for, or by an exception from {@code subscribe} or {@code request}, is cancelled, and the stream ends
     *     with {@code HANDLER_FAILED}, which names what it did; what it signals after its end is ignored
     */
    Flow.Publisher<ValueSet> open(Request request) throws Exception;
}
