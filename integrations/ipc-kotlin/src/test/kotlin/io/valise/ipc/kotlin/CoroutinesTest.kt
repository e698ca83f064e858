package io.valise.ipc.kotlin

import io.valise.ipc.CallContext
import io.valise.ipc.GenericType
import io.valise.ipc.IpcClient
import io.valise.ipc.IpcConnection
import io.valise.ipc.IpcException
import io.valise.ipc.IpcServer
import io.valise.ipc.IpcStatus
import io.valise.ipc.TypedValues
import io.valise.ipc.ValueSet
import io.valise.ipc.testkit.HangWatchdog
import io.valise.ipc.testkit.flow.AllItems
import io.valise.ipc.testkit.process.CommandLoop
import io.valise.ipc.testkit.process.ForkedJvm
import io.valise.ipc.testlog.MayLog
import java.time.Duration
import java.util.concurrent.CancellationException
import java.util.concurrent.CompletableFuture
import java.util.concurrent.Executors
import java.util.concurrent.Flow
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.async
import kotlinx.coroutines.cancel
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.flow.buffer
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.flowOf
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.test.StandardTestDispatcher
import kotlinx.coroutines.test.TestCoroutineScheduler
import kotlinx.coroutines.withTimeout
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.extension.ExtendWith
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.ValueSource

/** Coroutines at both ends: in two processes over `shm:`, in one over `local:`. */
@ExtendWith(HangWatchdog::class)
internal class CoroutinesTest {
    /** A [QuotesPeer], and a connection to it. */
    private class Ends(address: String, val process: ForkedJvm?, private val own: Boolean = true) : AutoCloseable {
        private val here: CommandLoop.Commands? = if (process == null) QuotesPeer(address) else null
        val client: IpcConnection

        init {
            ask("begin") // it serves now
            client = IpcClient.connect(address)
        }

        fun ask(command: String): String = process?.ask(command) ?: here!!.run(command, listOf()).orEmpty()

        fun assertHappens(vararg expected: String) {
            for (each in expected) assertThat(ask("happened")).isEqualTo(each)
        }

        override fun close() {
            client.close()
            here?.run("close", listOf())
            if (own) process?.close()
        }
    }

    private fun test(scheme: String, own: Boolean = false, test: suspend CoroutineScope.(Ends) -> Unit) {
        val ends = when {
            scheme == "local" -> Ends("local:coroutines", null)
            own -> Ends("shm:own", ForkedJvm.start(QuotesPeer::class.java, "shm:own"))
            else -> Ends("shm:coroutines", shared, own = false)
        }
        ends.use { runBlocking(Dispatchers.Default) { test(it) } }
    }

    private companion object {
        private val shared by lazy { ForkedJvm.start(QuotesPeer::class.java, "shm:coroutines") }

        @AfterAll
        @JvmStatic
        fun killAll() = ForkedJvm.killAll()
    }

    @ParameterizedTest
    @ValueSource(strings = ["shm", "local"])
    fun requestsAreAnswered(scheme: String) = test(scheme) { ends ->
        val message = ValueSet.of("n", 42)
        assertThat(ends.client.call("echo", message)).isEqualTo(message)
        assertThat(ends.client.call("echo", message) { timeout(Duration.ofSeconds(50)) }).isEqualTo(message)
        assertThat(ends.client.call<Quote>("quote", Ask("KRW"))).isEqualTo(Quote("KRW", 0.5))
        assertThat(ends.client.flow<Quote>("quotes", Ask("KRW")).map { it.bid }.toList()).containsExactly(1.0, 2.0)
    }

    @ParameterizedTest
    @ValueSource(strings = ["shm", "local"])
    fun aReplyWithoutWhatItsTypeNeedsIsATypeMismatch(scheme: String) = test(scheme) { ends ->
        assertThat(ends.client.call<Quote>("echo", Ask("KRW"))).isEqualTo(Quote("KRW", 0.0))
        val mismatch = assertThrows<IpcException> { ends.client.call<Quote>("echo", Bid(1.0)) }
        assertThat(mismatch.status()).isEqualTo(IpcStatus.TYPE_MISMATCH)
    }

    @ParameterizedTest
    @ValueSource(strings = ["shm", "local"])
    @MayLog("service fail failed")
    fun failuresHaveTheStatusThatJavaGivesThem(scheme: String) = test(scheme) { ends ->
        val refused = assertThrows<IpcException> { ends.client.call("refuse", ValueSet.empty()) }
        assertThat(refused.status()).isEqualTo(IpcStatus.ACCESS_DENIED)
        val failed = assertThrows<IpcException> { ends.client.call("fail", ValueSet.empty()) }
        assertThat(failed.status()).isEqualTo(IpcStatus.HANDLER_FAILED)
        assertThat(failed).hasMessageContaining("IllegalStateException: broken")
        // the scope has no supervisor, and goes on
        assertThat(ends.client.call("echo", ValueSet.empty())).isEqualTo(ValueSet.empty())
    }

    @ParameterizedTest
    @ValueSource(strings = ["shm", "local"])
    fun cancellingTheCallerCancelsTheHandler(scheme: String) = test(scheme) { ends ->
        for (call in listOf<suspend () -> Any>(
            { ends.client.call("wait", ValueSet.empty()) },
            { ends.client.call<Quote>("typed wait", Ask("KRW")) },
        )) {
            val calling = async { call() }
            ends.assertHappens("begun")
            calling.cancelAndJoin()
            ends.assertHappens("ended")
        }
    }

    @OptIn(ExperimentalCoroutinesApi::class)
    @ParameterizedTest
    @ValueSource(strings = ["shm", "local"])
    fun aTimeoutOfTheCallerCancelsTheHandler(scheme: String) = test(scheme) { ends ->
        val time = TestCoroutineScheduler()
        val calling = async(StandardTestDispatcher(time) + SupervisorJob()) {
            withTimeout(1_000) { ends.client.call("wait", ValueSet.empty()) }
        }
        time.runCurrent()
        ends.assertHappens("begun")
        time.advanceTimeBy(1_001)
        ends.assertHappens("ended")
        time.runCurrent()
        assertThrows<TimeoutCancellationException> { calling.await() }
    }

    @ParameterizedTest
    @ValueSource(strings = ["shm", "local"])
    fun nothingIsSentForACoroutineThatIsCancelled(scheme: String) = test(scheme) { ends ->
        launch(start = CoroutineStart.UNDISPATCHED) {
            cancel()
            assertThrows<CancellationException> { ends.client.call("echo", ValueSet.empty()) }
        }.join()
        assertThat(ends.client.stats().requestsSent()).isZero()
    }

    @ParameterizedTest
    @ValueSource(strings = ["shm", "local"])
    fun aHandlerThatIgnoresCancellationHoldsUpNoOtherCall(scheme: String) = test(scheme) { ends ->
        val calling = launch { ends.client.call("deaf", ValueSet.empty()) }
        ends.assertHappens("begun")
        calling.cancelAndJoin()
        assertThat(ends.client.call("echo", ValueSet.empty())).isEqualTo(ValueSet.empty())
        ends.ask("release")
        ends.assertHappens("ended")
    }

    @ParameterizedTest
    @ValueSource(strings = ["shm", "local"])
    fun aFlowIsProducedNoFasterThanItIsCollected(scheme: String) = test(scheme) { ends ->
        val before = ends.ask("produced").toInt()
        var collected = 0
        ends.client.flow("numbers", ValueSet.of("count", 100)).buffer(Channel.RENDEZVOUS).collect {
            collected++ // one more was asked for, and one more waits to be sent
            assertThat(ends.ask("produced").toInt()).isLessThanOrEqualTo(before + collected + 2)
        }
        assertThat(collected).isEqualTo(100)
    }

    @ParameterizedTest
    @ValueSource(strings = ["shm", "local"])
    fun aCollectorThatHasEnoughOrThrowsEndsTheFlowAtThePeer(scheme: String) = test(scheme) { ends ->
        val numbers = ends.client.flow("numbers", ValueSet.of("count", 1_000_000))
        assertThat(numbers.first()).isEqualTo(ValueSet.of("n", 0))
        ends.assertHappens("begun", "ended")
        assertThrows<IllegalStateException> { numbers.collect { error("enough") } }
        ends.assertHappens("begun", "ended")
    }

    @ParameterizedTest
    @ValueSource(strings = ["shm", "local"])
    fun javaReadsAFlow(scheme: String) = test(scheme) { ends ->
        val items = AllItems.of(ends.client.stream("numbers", ValueSet.of("count", 3))).get()
        assertThat(items).containsExactly(ValueSet.of("n", 0), ValueSet.of("n", 1), ValueSet.of("n", 2))
    }

    @ParameterizedTest
    @ValueSource(strings = ["shm", "local"])
    fun aFlowEndsWithItsConnectionAtBothEnds(scheme: String) = test(scheme) { ends ->
        val reading = async {
            runCatching { ends.client.flow("numbers", ValueSet.of("count", 0)).collect {} }.exceptionOrNull()
        }
        ends.assertHappens("begun")
        ends.client.close()
        ends.assertHappens("ended")
        assertThat((reading.await() as IpcException).status()).isEqualTo(IpcStatus.CONNECTION_CLOSED)
    }

    @Test
    fun aFlowOfAProcessThatIsKilledFails() = test("shm", own = true) { ends ->
        val reading = async {
            runCatching { ends.client.flow("numbers", ValueSet.of("count", 0)).collect {} }.exceptionOrNull()
        }
        ends.assertHappens("begun")
        ends.process!!.kill()
        assertThat((reading.await() as IpcException).status()).isEqualTo(IpcStatus.PEER_DIED)
    }

    @ParameterizedTest
    @ValueSource(strings = ["shm", "local"])
    fun cancellingTheScopeEndsWhatRunsAndRefusesWhatComes(scheme: String) = test(scheme, own = true) { ends ->
        val calls = listOf<suspend () -> Unit>(
            { ends.client.call("wait", ValueSet.empty()) },
            { ends.client.flow("numbers", ValueSet.of("count", 0)).collect {} },
        )
        val running = calls.map { async { runCatching { it() }.exceptionOrNull() } }
        ends.assertHappens("begun", "begun")
        ends.ask("cancel")
        for (failure in running.map { it.await() } + calls.map { runCatching { it() }.exceptionOrNull() }) {
            assertThat((failure as IpcException).status()).isEqualTo(IpcStatus.CANCELLED)
            assertThat(failure).hasMessageContaining("scope of its handler was cancelled")
        }
    }

    /** Its thread ends only when the flow waits: to be asked for its first message, or for its second. */
    @ParameterizedTest
    @ValueSource(ints = [0, 1])
    fun aFlowWhoseDispatcherRefusesWorkIsCancelled(taken: Int) {
        val executor = Executors.newSingleThreadExecutor()
        val scope = CoroutineScope(executor.asCoroutineDispatcher())
        val two = flowOf(ValueSet.of("n", 0), ValueSet.of("n", 1))
        IpcServer.builder("local:refusing").stream("two", scope.streamHandler { two }).start().use { server ->
            IpcClient.connect("local:refusing").use { client ->
                val reading = Reading()
                client.stream("two", ValueSet.empty()).subscribe(reading)
                repeat(taken) { n -> assertThat(reading.next()).isEqualTo(ValueSet.of("n", n)) }
                executor.shutdown()
                assertThat(executor.awaitTermination(50, TimeUnit.SECONDS)).isTrue()
                assertThat((reading.next() as IpcException).status()).isEqualTo(IpcStatus.CANCELLED)
                assertThat(server.shutdown(Duration.ofSeconds(50))).isTrue()
            }
        }
    }

    /** Asks for one signal after another. */
    private class Reading : Flow.Subscriber<ValueSet> {
        private val subscribed = CompletableFuture<Flow.Subscription>()
        private val signals = LinkedBlockingQueue<Any>()

        fun next(): Any {
            subscribed.get().request(1)
            return signals.take()
        }

        override fun onSubscribe(subscription: Flow.Subscription) {
            subscribed.complete(subscription)
        }

        override fun onNext(item: ValueSet) {
            signals.add(item)
        }

        override fun onError(cause: Throwable) {
            signals.add(cause)
        }

        override fun onComplete() {
            signals.add("complete")
        }
    }

    @Test
    fun aTypeWithArgumentsIsRefused() = test("local") { ends ->
        val calls = listOf<suspend () -> Any>(
            { ends.client.call<Page<Quote>>("echo", Ask("KRW")) },
            { ends.client.flow<Page<Quote>>("quotes", Ask("KRW")) },
        )
        for (call in calls) {
            val refused = assertThrows<IllegalArgumentException> { call() }
            assertThat(refused).hasMessageContaining("Page: expected=a type without type arguments, actual=")
        }
        val page = Page(listOf(Quote("KRW", 0.5)))
        val echoed = ends.client.call("echo", TypedValues.from(page, object : GenericType<Page<Quote>>() {}))
        assertThat(echoed.to(object : GenericType<Page<Quote>>() {})).isEqualTo(page)
        assertThat(ends.client.call<Page<*>>("echo", Page(listOf("KRW")))).isEqualTo(Page(listOf("KRW")))
    }

    @Test
    fun callsInsideOfAHandlerAreMadeForTheCallThatItHandles() = runBlocking<Unit> {
        val scope = CoroutineScope(Dispatchers.Default)
        val builder = IpcServer.builder("local:nested")
            .interceptHandlers { call, next -> next.proceed(call) }
            .interceptCalls { call, next ->
                val handled = CallContext.current().map { it.name() }.orElse("no call")
                next.proceed(call.withMetadata(ValueSet.of("for", handled)))
            }
            .asyncService("nested", scope.requestHandler { it.connection().call("who", ValueSet.empty()) })
            .asyncService("typed", Ask::class.java, Quote::class.java, scope.typedHandler {
                val call = currentCoroutineContext()[HandledCall]!!.call
                Quote(call.connection().call("who", ValueSet.empty()).getString("for"), 0.0)
            })
        builder.start().use {
            IpcClient.builder("local:nested").service("who") { it.metadata() }.connect().use { client ->
                assertThat(client.call("nested", ValueSet.empty()).getString("for")).isEqualTo("nested")
                assertThat(client.call<Quote>("typed", Ask("KRW")).symbol).isEqualTo("typed")
            }
        }
    }
}
