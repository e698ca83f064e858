package io.valise.ipc.kotlin

import io.valise.ipc.IpcException
import io.valise.ipc.IpcServer
import io.valise.ipc.IpcStatus
import io.valise.ipc.ValueSet
import io.valise.ipc.testkit.process.CommandLoop
import java.util.concurrent.CompletableFuture
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.atomic.AtomicInteger
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.flowOf
import kotlinx.coroutines.future.await
import kotlinx.coroutines.withContext

@JvmRecord
internal data class Ask(val symbol: String)

@JvmRecord
internal data class Quote(val symbol: String, val bid: Double)

@JvmRecord
internal data class Bid(val bid: Double)

@JvmRecord
internal data class Page<T>(val items: List<T>)

/** A server whose handlers are coroutines, in a process of its own or in that of the test; tells on command what they did. */
internal class QuotesPeer(address: String) : CommandLoop.Commands {
    private val scope = CoroutineScope(Dispatchers.Default)
    private val happened = LinkedBlockingQueue<String>()
    private val released = CompletableFuture<Unit>()
    private val produced = AtomicInteger()

    private val server: IpcServer = IpcServer.builder(address)
        .asyncService("echo", scope.requestHandler { it.message() })
        .asyncService("quote", Ask::class.java, Quote::class.java, scope.typedHandler { ask -> Quote(ask.symbol, 0.5) })
        .asyncService("wait", scope.requestHandler { observed { awaitCancellation() } })
        .asyncService("typed wait", Ask::class.java, Quote::class.java, scope.typedHandler { observed { awaitCancellation() } })
        .asyncService("deaf", scope.requestHandler { observed { deaf() } })
        .asyncService("refuse", scope.requestHandler { throw IpcException(IpcStatus.ACCESS_DENIED, "not today") })
        .asyncService("fail", scope.requestHandler { error("broken") })
        .stream("numbers", scope.streamHandler { numbers(it.message().getInt("count")) })
        .stream("quotes", Ask::class.java, Quote::class.java, scope.typedStreamHandler { flowOf(Quote(it.symbol, 1.0), Quote(it.symbol, 2.0)) })
        .start()

    private suspend fun <R> observed(action: suspend () -> R): R {
        happened.add("begun")
        try {
            return action()
        } finally {
            happened.add("ended")
        }
    }

    /** Ignores that it is cancelled. */
    private suspend fun deaf(): ValueSet {
        withContext(NonCancellable) { released.await() }
        return ValueSet.empty()
    }

    private fun numbers(count: Int): Flow<ValueSet> = flow {
        observed {
            for (n in 0 until count) {
                produced.incrementAndGet()
                emit(ValueSet.of("n", n))
            }
            if (count == 0) awaitCancellation()
        }
    }

    override fun run(command: String, arguments: List<String>): String = when (command) {
        "begin" -> happened.clear().toString()
        "happened" -> happened.take()
        "produced" -> produced.get().toString()
        "release" -> released.complete(Unit).toString()
        "cancel" -> scope.cancel().toString()
        "close" -> server.close().toString()
        else -> throw IllegalArgumentException(command)
    }

    internal companion object {
        @JvmStatic
        fun main(arguments: Array<String>): Unit = CommandLoop.run(QuotesPeer(arguments[0]))
    }
}
