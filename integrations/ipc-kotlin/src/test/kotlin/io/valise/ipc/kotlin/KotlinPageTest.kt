package io.valise.ipc.kotlin

import io.valise.ipc.IpcClient
import io.valise.ipc.IpcConnection
import io.valise.ipc.IpcServer
import io.valise.ipc.ValueSet
import io.valise.ipc.testkit.HangWatchdog
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancel
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.extension.ExtendWith

/** The examples of docs/kotlin.md. */
@ExtendWith(HangWatchdog::class)
internal class KotlinPageTest {
    private fun quotes(symbol: String): Flow<Quote> = flow {
        var bid = 0.5
        while (true) {
            emit(Quote(symbol, bid))
            bid += 0.25
        }
    }

    private fun serve(): AutoCloseable {
        val scope = CoroutineScope(Dispatchers.Default)
        val server = IpcServer.builder("local:kotlin-quotes")
            .asyncService("echo", scope.requestHandler { request -> request.message() })
            .asyncService("price", Ask::class.java, Quote::class.java, scope.typedHandler { ask ->
                delay(1.milliseconds)
                Quote(ask.symbol, 0.7)
            })
            .stream("quotes", Ask::class.java, Quote::class.java, scope.typedStreamHandler { ask -> quotes(ask.symbol) })
            .start()
        return AutoCloseable {
            server.close()
            scope.cancel()
        }
    }

    private suspend fun call(connection: IpcConnection): List<Any> {
        val reply = connection.call("echo", ValueSet.of("n", 1))
        val quote: Quote = withTimeout(2.seconds) { connection.call("price", Ask("KRW/USD")) }
        val three = connection.flow<Quote>("quotes", Ask("KRW/USD")).take(3).toList()
        return listOf(reply, quote, three)
    }

    @Test
    fun bothEnds() = runBlocking<Unit> {
        serve().use {
            IpcClient.connect("local:kotlin-quotes").use { connection ->
                assertThat(call(connection)).containsExactly(
                    ValueSet.of("n", 1),
                    Quote("KRW/USD", 0.7),
                    listOf(0.5, 0.75, 1.0).map { Quote("KRW/USD", it) },
                )
            }
        }
    }
}
