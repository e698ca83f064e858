package io.valise.ipc;

import java.util.concurrent.Flow;

/** Answers a request with a stream of messages. Called as {@link RequestHandler} is. */
@FunctionalInterface
public interface StreamHandler {
    /**
     * Opens one stream.
     *
     * @return subscribed to once; it is asked for no more than the subscriber at the other end asked for, and cancelled
     *     when that one cancels or its connection ends
     */
    Flow.Publisher<ValueSet> open(Request request) throws Exception;
}
