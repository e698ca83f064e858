package io.valise.ipc;

import java.util.concurrent.CompletionStage;

/**
 * Code around calls: around the handlers of this end ({@code Interceptor<CallContext>}, given to {@code interceptHandlers} of a
 * builder), or around the calls that it makes ({@code Interceptor<OutgoingCall>}, {@code interceptCalls}). It is run for requests,
 * whether a thread waits for the reply or a future, for streams, and for events; for remote objects too, as their calls are
 * requests. The first that was given is the outermost. Called concurrently; it may block where a handler, or the caller, may.
 *
 * <pre>{@code
 * Interceptor<CallContext> timing = (call, next) -> {
 *     long begun = System.nanoTime();
 *     return next.proceed(call).whenComplete((reply, failure) -> times.record(call.name(), System.nanoTime() - begun));
 * };
 * }</pre>
 *
 * <p><b>Threads.</b> What it does before and after {@code proceed} is on the thread that runs the handler, or that calls, so that
 * it may bind what belongs to a thread; a handler that answers later, and a call with a future, end on another thread.
 *
 * <p><b>To refuse</b> a call, throw an {@link IpcException}: where nothing has proceeded, the delivery is {@link Delivery#REJECTED}
 * for the peer that called, and {@link Delivery#NOT_SENT} for the caller in this process. Any other exception is {@code
 * HANDLER_FAILED} with type and message. <b>To replace</b> a reply, complete the stage with another; without {@code proceed} no
 * handler sees the call, and nothing is sent.
 *
 * @param <C> {@link CallContext} or {@link OutgoingCall}
 * @since 0.1.0
 */
@FunctionalInterface
public interface Interceptor<C> {
    /**
     * Does what is to be done around one call.
     *
     * @return completes with the reply, or with the exception that the caller gets; of a stream and an event with any reply,
     *     which goes nowhere. Those of {@code next} end with the reply, the end of the stream, or the handler of the event
     * @throws Exception refuses the call, or ends one that has proceeded with this failure
     */
    CompletionStage<Reply> intercept(C call, Next<C> next) throws Exception;

    /**
     * What is inside of an interceptor: the next one, at last the handler or the sending. Thread-safe.
     *
     * @since 0.1.0
     */
    @FunctionalInterface
    interface Next<C> {
        /**
         * Goes on with the call. A request may be sent several times, for which the interceptor takes the responsibility; handlers,
         * streams and events go on once.
         *
         * @param call the call as it was given, or one made of it
         * @return completes when the call has ended, exceptionally with what it failed with; never throws that
         */
        CompletionStage<Reply> proceed(C call);
    }

    /**
     * Binds each call to the thread of its handler, so that {@link CallContext#current()} finds it. Every interceptor of handlers
     * has that effect; this one has no other.
     */
    static Interceptor<CallContext> bindingContext() {
        return (call, next) -> next.proceed(call);
    }

    /**
     * Gives requests that are made while a request is handled no more time than that one has left. It finds that one by {@link
     * CallContext#current()}: the server that handles it needs an interceptor of handlers, such as {@link #bindingContext()}. When
     * no time is left nothing is sent; either way the failure is {@code TIMEOUT}, which names the request that is handled.
     */
    static Interceptor<OutgoingCall> handingOnDeadlines() {
        return HandedOnDeadline::intercept;
    }
}
