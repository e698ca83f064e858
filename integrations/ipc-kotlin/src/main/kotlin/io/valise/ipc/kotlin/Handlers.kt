package io.valise.ipc.kotlin

import io.valise.ipc.AsyncRequestHandler
import io.valise.ipc.CallContext
import io.valise.ipc.IpcException
import io.valise.ipc.IpcStatus
import io.valise.ipc.Request
import io.valise.ipc.StreamHandler
import io.valise.ipc.TypedAsyncHandler
import io.valise.ipc.TypedStreamHandler
import io.valise.ipc.ValueSet
import java.util.concurrent.CompletableFuture
import java.util.concurrent.Flow.Publisher
import kotlin.coroutines.AbstractCoroutineContextElement
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.FlowCollector
import kotlinx.coroutines.future.await
import kotlinx.coroutines.jdk9.asPublisher
import kotlinx.coroutines.launch

/**
 * The call that a coroutine handles, in its context. It is there in handlers of [requestHandler], and in those of
 * [typedHandler] where there are interceptors of handlers, as [CallContext.current] is on threads.
 *
 * @property call the call
 * @since 0.1.0
 */
public class HandledCall(public val call: CallContext) : AbstractCoroutineContextElement(HandledCall) {
    /** The key of the element. */
    public companion object Key : CoroutineContext.Key<HandledCall>
}

/**
 * A handler for `asyncService` of a builder or connection, which runs in a coroutine of this scope for each request. The
 * coroutine is cancelled when the request is. What it throws is answered as by [io.valise.ipc.RequestHandler], and cancels
 * nothing else of the scope; once the scope is cancelled, requests fail with `CANCELLED`.
 *
 * @since 0.1.0
 */
public fun CoroutineScope.requestHandler(handler: suspend (Request) -> ValueSet): AsyncRequestHandler =
    AsyncRequestHandler { request ->
        answer(HandledCall(request)) { handler(request) }.also { reply -> request.onCancel { reply.cancel(false) } }
    }

/**
 * A handler for `asyncService` with two types; otherwise like [requestHandler].
 *
 * @since 0.1.0
 */
public fun <A : Any, R : Any> CoroutineScope.typedHandler(handler: suspend (A) -> R): TypedAsyncHandler<A, R> =
    TypedAsyncHandler { ask ->
        val call = CallContext.current().map<CoroutineContext>(::HandledCall).orElse(EmptyCoroutineContext)
        answer(call) { handler(ask) } // cancelled with the request
    }

/**
 * A handler for `stream` of a builder or connection. The flow is collected in the context of this scope, no faster than the
 * peer asks for messages, and its collection is cancelled when the stream is. Once the scope is cancelled, streams end with
 * `CANCELLED`.
 *
 * @since 0.1.0
 */
public fun CoroutineScope.streamHandler(handler: (Request) -> Flow<ValueSet>): StreamHandler =
    StreamHandler { request -> publisher(handler(request)) }

/**
 * A handler for `stream` with two types; otherwise like [streamHandler].
 *
 * @since 0.1.0
 */
public fun <A : Any, T : Any> CoroutineScope.typedStreamHandler(handler: (A) -> Flow<T>): TypedStreamHandler<A, T> =
    TypedStreamHandler { ask -> publisher(handler(ask)) }

/** Cancelling the future cancels the coroutine. */
private fun <R : Any> CoroutineScope.answer(call: CoroutineContext, handler: suspend () -> R): CompletableFuture<R> {
    val reply = CompletableFuture<R>()
    val job = launch(call) {
        try {
            reply.complete(handler())
        } catch (failure: Throwable) {
            ensureActive()
            reply.completeExceptionally(failure)
        }
    }
    job.invokeOnCompletion { cause -> if (cause != null) reply.completeExceptionally(ended(cause)) } // even before it began
    reply.whenComplete { _, _ -> if (reply.isCancelled) job.cancel() }
    return reply
}

/**
 * The flow is collected by one coroutine of this scope, in whose context items are handed on: `flowOn` would buffer them. Its
 * end is told by a future, since a dispatcher that refuses work cancels a coroutine before it begins.
 */
private fun <T : Any> CoroutineScope.publisher(items: Flow<T>): Publisher<T> {
    val bound = object : Flow<T> {
        override suspend fun collect(collector: FlowCollector<T>) {
            answer(EmptyCoroutineContext) { items.collect(collector) }.await()
        }
    }
    return bound.asPublisher(Dispatchers.Unconfined)
}

private fun ended(cause: Throwable) =
    IpcException(IpcStatus.CANCELLED, "the coroutine scope of its handler was cancelled", cause)
