package io.valise.ipc.internal.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.CloseReason;
import io.valise.ipc.ConnectionState;
import io.valise.ipc.Delivery;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.frame.Frames;
import io.valise.ipc.testlog.Logs;
import io.valise.ipc.testlog.MayLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the user's code may do to a session, and what it may not. */
@MayLog({
    "never cancelled before",
    "service interrupted failed",
    "service s failed",
    "service later failed",
    "service null failed"
})
class HandlersTest extends LocalConnections {
    // ---- executors

    @Test
    @MayLog("no thread for a task of local:handlers")
    void executorThatRejects() throws InterruptedException {
        BlockingQueue<String> events = new LinkedBlockingQueue<>();
        IpcConnection connection = connect(server().executor(task -> {
                    throw new RejectedExecutionException("full");
                })
                .onEvent("e", event -> events.add(event.message().getString("say"))));
        for (int i = 0; i < 3; i++) {
            IpcException refused = failure(() -> connection.request("echo", HI));
            assertThat(refused.status()).isEqualTo(IpcStatus.RESOURCE_EXHAUSTED);
            assertThat(refused.delivery()).isEqualTo(Delivery.REJECTED);
        }
        connection.send("e", HI);
        assertThat(events.take()).isEqualTo("hi");
    }

    @Test
    @MayLog("no thread for a task of local:handlers")
    void executorThatFails() {
        IpcConnection connection = connect(server().executor(task -> {
            throw new IllegalStateException("broken");
        }));
        IpcException refused = failure(() -> connection.request("echo", HI));
        assertThat(refused.status()).isEqualTo(IpcStatus.RESOURCE_EXHAUSTED);
        assertThat(refused.delivery()).isEqualTo(Delivery.REJECTED);
        assertThat(connection.isOpen()).isTrue();
    }

    /** Such an executor makes the reading thread run the handler: it must be able to call back all the same. */
    @Test
    void executorOfTheCallingThread() {
        Executor direct = Runnable::run;
        IpcConnection connection = connect(
                server().executor(direct)
                        .service("back", request -> request.connection().request("twice", request.message())),
                IpcClient.builder("local:handlers")
                        .service(
                                "twice",
                                request ->
                                        ValueSet.of("n", 2 * request.message().getInt("n"))));
        assertThat(connection.request("back", ValueSet.of("n", 21)).getInt("n")).isEqualTo(42);
    }

    @Test
    void executorRunsRequestsAndEvents() throws InterruptedException {
        BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
        BlockingQueue<String> threads = new LinkedBlockingQueue<>();
        IpcConnection connection = connect(server().executor(tasks::add)
                .service("s", request -> {
                    threads.add(Thread.currentThread().getName());
                    return null;
                })
                .onEvent("e", event -> threads.add(Thread.currentThread().getName())));
        CompletableFuture<ValueSet> reply = connection.requestAsync("s", HI);
        connection.send("e", HI);
        connection.send("e", HI);
        Thread mine = new Thread(
                () -> {
                    try {
                        for (; ; ) {
                            tasks.take().run();
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "mine");
        mine.start();
        assertThat(List.of(threads.take(), threads.take(), threads.take())).containsOnly("mine");
        assertThat(reply.join().isEmpty()).isTrue();
        mine.interrupt();
    }

    /** The library's own sending must not depend on the user's executor. */
    @Test
    void broadcastsWithAnExecutorThatRejects() throws InterruptedException {
        ScriptedTransport transport = new ScriptedTransport();
        IpcServer server = IpcServer.builder("scripted:handlers")
                .transport(transport)
                .executor(task -> {
                    throw new RejectedExecutionException("full");
                })
                .start();
        open.add(server);
        ScriptedPeer peer = transport.dial().greet();
        peer.link().capacity(1);
        for (int i = 0; i < 20; i++) {
            server.broadcast("e", ValueSet.of("i", i));
        }
        for (int i = 0; i < 20; i++) {
            assertThat(peer.next(Frames.EVENT).body())
                    .endsWith(ValueSet.of("i", i).toCbor());
        }
    }

    // ---- what handlers throw

    @Test
    @MayLog({"service death failed", "service memory failed", "service stack failed", "the handler of event e failed"})
    void errorsOfHandlersAreReportedToTheirCallers() {
        IpcConnection connection = connect(server().service("memory", request -> {
                    throw new OutOfMemoryError("none left");
                })
                .service("stack", request -> overflow(1))
                .service("death", request -> {
                    throw new NoClassDefFoundError("gone");
                })
                .onEvent("e", event -> {
                    throw new StackOverflowError();
                }));
        for (int i = 0; i < 3; i++) {
            connection.send("e", HI);
            assertThat(failure(() -> connection.request("memory", HI)))
                    .hasMessage("HANDLER_FAILED: java.lang.OutOfMemoryError: none left")
                    .extracting(IpcException::status)
                    .isEqualTo(IpcStatus.HANDLER_FAILED);
            assertThat(failure(() -> connection.request("stack", HI)))
                    .hasMessage("HANDLER_FAILED: java.lang.StackOverflowError");
            assertThat(failure(() -> connection.request("death", HI))).hasMessageContaining("gone");
            assertThat(connection.request("echo", HI)).isEqualTo(HI);
        }
    }

    private static ValueSet overflow(int depth) {
        return depth == 0 ? ValueSet.empty() : overflow(depth + 1);
    }

    private static final class Nasty extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException("this message cannot be read");
        }
    }

    @Test
    @MayLog({"service nasty failed", "could not be logged"})
    void exceptionWhoseMessageCannotBeRead() {
        IpcConnection connection = connect(server().service("nasty", request -> {
                    throw new Nasty();
                })
                .asyncService("later", request -> CompletableFuture.failedFuture(new Nasty())));
        assertThat(failure(() -> connection.request("nasty", HI))).hasMessageContaining("Nasty");
        assertThat(failure(() -> connection.request("later", HI))).hasMessageContaining("Nasty");
        assertThat(connection.request("echo", HI)).isEqualTo(HI);
    }

    /** A handler does not see the interrupt status that another handler left on its thread. */
    @Test
    void interruptLeftByAHandlerDisturbsNoOtherCall() {
        IpcConnection connection = connect(server().service("interrupt", request -> {
                    Thread.currentThread().interrupt();
                    return request.message();
                })
                .service("interrupted", request -> {
                    throw new InterruptedException("mine");
                })
                .service(
                        "status",
                        request -> ValueSet.of(
                                "interrupted", Thread.currentThread().isInterrupted())));
        for (int i = 0; i < 100; i++) {
            assertThat(connection.request("interrupt", HI)).isEqualTo(HI);
            assertThat(connection.request("status", HI).getBoolean("interrupted"))
                    .isFalse();
            assertThat(failure(() -> connection.request("interrupted", HI)).status())
                    .isEqualTo(IpcStatus.HANDLER_FAILED);
            assertThat(connection.request("status", HI).getBoolean("interrupted"))
                    .isFalse();
        }
    }

    @Test
    void asyncServiceWithoutAnAnswer() {
        IpcConnection connection = connect(server().asyncService("null", request -> null));
        assertThat(failure(() -> connection.request("null", HI)).status()).isEqualTo(IpcStatus.HANDLER_FAILED);
    }

    // ---- nulls are refused where they are made, not by the peer

    @Test
    @SuppressWarnings("NullAway")
    void nullMessagesDisturbNoOtherCall() {
        IpcConnection connection = connect(server());
        ValueSet none = null;
        assertThatThrownBy(() -> connection.request("echo", none)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> connection.requestAsync("echo", none)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> connection.send("echo", none)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> connection.stream("echo", none)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> connection.stream("echo", HI).subscribe(null))
                .isInstanceOf(NullPointerException.class);
        assertThat(connection.stats().pending()).isZero();
        assertThat(connection.request("echo", HI)).isEqualTo(HI);
    }

    // ---- calls from the code of the application

    /** The client is connected first: some of its calls may be answered before the listener has thrown. */
    @ParameterizedTest
    @MethodSource("failuresOfListeners")
    @Logs("the onConnect listener failed")
    void clientThatTheOnConnectListenerRefusesGetsTheReason(RuntimeException thrown, IpcStatus status, String told)
            throws Exception {
        IpcConnection connection = connect(server().onConnect(c -> {
            throw thrown;
        }));
        assertThat(failure(() -> {
                    for (; ; ) {
                        connection.request("valise.ping", HI);
                    }
                }))
                .satisfies(e -> assertThat(e.status()).isEqualTo(status))
                .hasMessageContaining(told);
        assertThat(connection.closed().toCompletableFuture().get()).isEqualTo(new CloseReason(status, true, told));
    }

    static Stream<Arguments> failuresOfListeners() {
        return Stream.of(
                Arguments.of(
                        new IllegalStateException("not for clients"),
                        IpcStatus.HANDLER_FAILED,
                        "the server's onConnect listener failed: java.lang.IllegalStateException"),
                Arguments.of(
                        new IpcException(IpcStatus.ACCESS_DENIED, "come back tomorrow"),
                        IpcStatus.ACCESS_DENIED,
                        "come back tomorrow"));
    }

    @Test
    void callsFromListenersDependentsAndSubscribers() throws Exception {
        BlockingQueue<ValueSet> heard = new LinkedBlockingQueue<>();
        IpcConnection connection = connect(
                server()
                        .onConnect(c -> heard.add(c.request("client", ValueSet.of("from", "onConnect"))))
                        .onEvent("e", event -> heard.add(event.connection().request("client", event.message())))
                        .stream(
                                "s",
                                request -> Flows.publisher(s -> {
                                    s.onNext(request.connection().request("client", ValueSet.of("from", "publisher")));
                                    s.onComplete();
                                })),
                IpcClient.builder("local:handlers").service("client", request -> request.message()));
        assertThat(heard.take().getString("from")).isEqualTo("onConnect");
        connection.send("e", ValueSet.of("from", "onEvent"));
        assertThat(heard.take().getString("from")).isEqualTo("onEvent");
        assertThat(connection
                        .requestAsync("echo", HI)
                        .thenApply(reply -> connection.request("echo", reply))
                        .get(20, TimeUnit.SECONDS))
                .isEqualTo(HI);
        connection.stream("s", HI).subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(1);
            }

            @Override
            public void onNext(ValueSet item) {
                heard.add(connection.request("echo", item));
            }

            @Override
            public void onError(Throwable failure) {
                heard.add(ValueSet.of("from", failure.toString()));
            }

            @Override
            public void onComplete() {
                heard.add(connection.request("echo", ValueSet.of("from", "onComplete")));
            }
        });
        assertThat(heard.take().getString("from")).isEqualTo("publisher");
        assertThat(heard.take().getString("from")).isEqualTo("onComplete");
    }

    @Test
    @Logs("a task failed")
    void listenerOfStatesThatThrowsIsToldTheNextStateToo() throws InterruptedException {
        BlockingQueue<ConnectionState> states = new LinkedBlockingQueue<>();
        IpcConnection connection = connect(server());
        connection.onState(state -> {
            states.add(state);
            throw new IllegalStateException("on purpose");
        });
        assertThat(states.take()).isEqualTo(ConnectionState.CONNECTED);
        connection.close();
        assertThat(states.take()).isEqualTo(ConnectionState.CLOSED);
    }

    /** Several threads request items one by one: none is lost, and none comes that was not requested. */
    @Test
    void demandOfSeveralThreadsIsServedExactly() throws Exception {
        BlockingQueue<Integer> received = new LinkedBlockingQueue<>();
        CompletableFuture<Flow.Subscription> subscribed = new CompletableFuture<>();
        IpcConnection connection = connect(server().stream("numbers", request -> Flows.numbers()));
        connection.stream("numbers", HI).subscribe(new Flows.Manual(subscribed, received));
        Flow.Subscription subscription = subscribed.join();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            threads.add(new Thread(() -> {
                for (int i = 0; i < 500; i++) {
                    subscription.request(1);
                }
            }));
        }
        threads.forEach(Thread::start);
        for (int n = 0; n < 2_000; n++) {
            assertThat(received.take()).isEqualTo(n);
        }
        subscription.request(1);
        assertThat(received.take()).isEqualTo(2_000);
        assertThat(connection.request("echo", HI)).isEqualTo(HI);
        assertThat(received).isEmpty();
    }

    @Test
    void demandBeyondCountingIsWithoutEnd() throws Exception {
        BlockingQueue<Integer> received = new LinkedBlockingQueue<>();
        CompletableFuture<Flow.Subscription> subscribed = new CompletableFuture<>();
        IpcConnection connection = connect(server().stream(
                "one", request -> Flows.publisher(subscriber -> subscriber.onNext(ValueSet.of("n", 1)))));
        connection.stream("one", HI).subscribe(new Flows.Manual(subscribed, received));
        for (int demand = 0; demand < 3; demand++) {
            subscribed.join().request(Long.MAX_VALUE - 1);
            assertThat(received.take()).isEqualTo(1);
        }
    }

    /** It reads what arrives before its reply, and leaves the handlers to other threads. */
    @Test
    void threadThatWaitsForItsReplyRunsNoHandler() throws Exception {
        ScriptedTransport transport = new ScriptedTransport();
        BlockingQueue<Thread> handlers = new LinkedBlockingQueue<>();
        CompletableFuture<IpcConnection> connecting = IpcClient.builder("scripted:handlers")
                .transport(transport)
                .onEvent("e", event -> handlers.add(Thread.currentThread()))
                .service("s", request -> {
                    handlers.add(Thread.currentThread());
                    return null;
                })
                .connectAsync();
        ScriptedPeer peer = transport.nextClient().welcome();
        IpcConnection connection = connecting.join();
        open.add(connection);
        for (int round = 1; round <= 50; round++) {
            int n = round;
            CompletableFuture<Thread> caller = new CompletableFuture<>();
            new Thread(() -> {
                        connection.request("x", HI);
                        caller.complete(Thread.currentThread());
                    })
                    .start();
            long id = peer.next(Frames.REQUEST).id();
            peer.sendTogether(RawFrame.event("e", HI), RawFrame.request(n, "s", HI));
            List<Thread> ran = List.of(handlers.take(), handlers.take());
            peer.send(RawFrame.response(id, HI));
            assertThat(ran).doesNotContain(caller.join());
        }
    }

    /** A thread that waits for its own reply must not be held up by what depends on another's. */
    @Test
    void blockedDependentHoldsUpNoOtherCall() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answerFirst = new CountDownLatch(1);
        CountDownLatch dependentRuns = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        IpcConnection connection = connect(server().service("first", request -> {
                    answerFirst.await();
                    return null;
                })
                .service("second", request -> {
                    asked.countDown();
                    dependentRuns.await();
                    return null;
                }));
        CompletableFuture<Void> blocked = connection.requestAsync("first", HI).thenAccept(reply -> {
            dependentRuns.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Thread opener = new Thread(() -> {
            try {
                asked.await();
                answerFirst.countDown();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        opener.start();
        assertThat(connection.request("second", HI, Duration.ofSeconds(20)).isEmpty())
                .isTrue();
        assertThat(blocked).isNotDone();
        release.countDown();
        blocked.get(20, TimeUnit.SECONDS);
    }

    @Test
    void metadataTravelsWithEveryKindOfCall() throws Exception {
        IpcConnection connection = connect(server().service("m", request -> request.metadata()).stream(
                "ms", request -> Flows.publisher(s -> s.onNext(request.metadata()))));
        ValueSet beside = ValueSet.of("trace", "abc", "tenant", 7L);
        IpcConnection.Call call = connection.call("m").metadata(beside).timeout(Duration.ofSeconds(20));
        assertThat(call.request(HI)).isEqualTo(beside);
        assertThat(call.requestAsync(HI).get(20, TimeUnit.SECONDS)).isEqualTo(beside);
        assertThat(Flows.listen(connection.call("ms").metadata(beside).stream(HI), 1)
                        .take()
                        .item())
                .isEqualTo(beside);
        assertThat(connection.call("m").metadata(ValueSet.empty()).request(HI).isEmpty())
                .isTrue();
        assertThat(connection.request("m", HI).isEmpty()).isTrue();
        assertThatThrownBy(() -> connection.call("")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> connection.call("m").timeout(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
