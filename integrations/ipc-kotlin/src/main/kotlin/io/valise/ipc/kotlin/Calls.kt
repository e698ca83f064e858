package io.valise.ipc.kotlin

import io.valise.ipc.IpcConnection
import io.valise.ipc.ValueSet
import java.util.concurrent.Callable
import java.util.concurrent.CompletableFuture
import kotlin.reflect.KType
import kotlin.reflect.typeOf
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.future.await
import kotlinx.coroutines.jdk9.asFlow

/**
 * Sends a request and suspends until the reply. Cancelling the coroutine cancels the request at the peer, and so does
 * `withTimeout`; the connection's request timeout applies beside it. Blocks the thread only while the peer's buffer is full.
 *
 * @param options metadata, and a timeout other than the connection's
 * @return the reply; empty when the handler returned none
 * @throws io.valise.ipc.IpcException as [IpcConnection.request]
 * @throws IllegalArgumentException when the service's name is empty or too long
 * @since 0.1.0
 */
public suspend fun IpcConnection.call(
    service: String,
    message: ValueSet,
    options: IpcConnection.Call.() -> Unit = {},
): ValueSet = reply { call(service).apply(options).requestAsync(message) }

/**
 * Sends a record and suspends until a reply of a type; otherwise like the call with a [ValueSet].
 *
 * @throws io.valise.ipc.IpcException as the typed [IpcConnection.request]
 * @throws IllegalArgumentException when the service's name is empty or too long, the type cannot be mapped or has type
 *     arguments, or the record cannot be sent
 * @since 0.1.0
 */
public suspend inline fun <reified R : Any> IpcConnection.call(service: String, ask: Record): R =
    call(service, ask, classOf(typeOf<R>(), R::class.javaObjectType))

/**
 * Sends a record and suspends until a reply of a type that is known at run time; otherwise like the call with a type argument.
 *
 * @since 0.1.0
 */
public suspend fun <R : Any> IpcConnection.call(service: String, ask: Record, reply: Class<R>): R =
    reply { requestAsync(service, ask, reply) }

/**
 * A stream of the peer, opened anew by each collector. The peer sends no more than was asked for: up to 64 messages before
 * the collector has taken them, or as many as [kotlinx.coroutines.flow.buffer] says. A collector that is cancelled, throws
 * or has enough cancels the stream at the peer. Failures are thrown to the collector as [io.valise.ipc.IpcException].
 *
 * @param options metadata
 * @throws io.valise.ipc.IpcException `UNSUPPORTED` when the options have a timeout
 * @throws IllegalArgumentException when the service's name is empty or too long
 * @since 0.1.0
 */
public fun IpcConnection.flow(
    service: String,
    message: ValueSet,
    options: IpcConnection.Call.() -> Unit = {},
): Flow<ValueSet> = call(service).apply(options).stream(message).asFlow()

/**
 * A stream of values of a type, opened by a record; otherwise like the flow of a [ValueSet]. An item of another type cancels
 * the stream, which ends with `TYPE_MISMATCH`.
 *
 * @throws IllegalArgumentException when the service's name is empty or too long, the type cannot be mapped or has type
 *     arguments, or the record cannot be sent
 * @since 0.1.0
 */
public inline fun <reified T : Any> IpcConnection.flow(service: String, ask: Record): Flow<T> =
    flow(service, ask, classOf(typeOf<T>(), T::class.javaObjectType))

/**
 * A stream of values of a type that is known at run time; otherwise like the flow with a type argument.
 *
 * @since 0.1.0
 */
public fun <T : Any> IpcConnection.flow(service: String, ask: Record, item: Class<T>): Flow<T> =
    stream(service, ask, item).asFlow()

/** The class of a type without arguments: a value that is mapped without them is of another type. */
@PublishedApi
internal fun <T : Any> classOf(type: KType, raw: Class<T>): Class<T> {
    require(type.arguments.all { it.type == null }) {
        "${raw.name}: expected=a type without type arguments, actual=${type.arguments.joinToString { "$it" }}; map a" +
            " ValueSet, as in call(service, TypedValues.from(ask)).to(object : GenericType<Page<Quote>>() {})"
    }
    return raw
}

/** Sends for this coroutine: nothing once it is cancelled, and for the call that it handles, as a blocking handler does. */
private suspend fun <R> reply(send: () -> CompletableFuture<R>): R {
    val context = currentCoroutineContext()
    context.ensureActive()
    val handled = context[HandledCall]?.call
    return (handled?.call(Callable(send)) ?: send()).await()
}
