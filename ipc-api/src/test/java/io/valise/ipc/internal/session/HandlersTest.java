package io.valise.ipc.internal.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.valise.ipc.CloseReason;
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
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
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
    "service null failed",
    "handlers failed: limit="
})
class HandlersTest {
    private static final ValueSet HI = ValueSet.of("say", "hi");

    private final List<AutoCloseable> open = new ArrayList<>();

    private IpcConnection connect(IpcServer.Builder server) {
        return connect(server, IpcClient.builder("local:handlers"));
    }

    private IpcConnection connect(IpcServer.Builder server, IpcClient.Builder client) {
        open.add(server.service("echo", request -> request.message()).start());
        IpcConnection connection = client.connect();
        open.add(connection);
        return connection;
    }

    private static IpcServer.Builder server() {
        return IpcServer.builder("local:handlers");
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private static IpcException failure(Runnable call) {
        return catchThrowableOfType(IpcException.class, call::run);
    }

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
    void errorsOfHandlersAreTheirCallersToKnow() {
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
            throw new IllegalStateException("no message for you");
        }
    }

    @Test
    @MayLog({"service nasty failed", "could not be logged"})
    void exceptionThatCannotEvenSayItsMessage() {
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
    void interruptLeftByAHandlerHarmsNobody() {
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
    void nullMessagesHarmNobody() {
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

    // ---- publishers and subscribers that break the rules

    private record Heard(ValueSet item, Throwable error) {}

    private static BlockingQueue<Heard> listen(Flow.Publisher<ValueSet> publisher, long demand) {
        BlockingQueue<Heard> heard = new LinkedBlockingQueue<>();
        publisher.subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(demand);
            }

            @Override
            public void onNext(ValueSet item) {
                heard.add(new Heard(item, null));
            }

            @Override
            public void onError(Throwable failure) {
                heard.add(new Heard(null, failure));
            }

            @Override
            public void onComplete() {
                heard.add(new Heard(null, null));
            }
        });
        return heard;
    }

    /** A publisher that does what it is told when it is asked for messages. */
    private static Flow.Publisher<ValueSet> publisher(Consumer<Flow.Subscriber<? super ValueSet>> onAsk) {
        return subscriber -> subscriber.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long more) {
                onAsk.accept(subscriber);
            }

            @Override
            public void cancel() {
                throw new IllegalStateException("never cancelled before");
            }
        });
    }

    @Test
    void publisherThatSendsNull() throws InterruptedException {
        IpcConnection connection = connect(server().stream("s", request -> publisher(s -> s.onNext(null))));
        assertThat(listen(connection.stream("s", HI), 5).take().error()).hasMessageContaining("sent a null item");
        assertThat(connection.request("echo", HI)).isEqualTo(HI);
    }

    @Test
    void publisherThatSendsTooMuchAndGoesOn() throws InterruptedException {
        IpcConnection connection = connect(server().stream(
                "s",
                request -> publisher(s -> {
                    for (int i = 0; i < 10; i++) {
                        s.onNext(ValueSet.of("i", i));
                    }
                    s.onComplete();
                })));
        BlockingQueue<Heard> heard = listen(connection.stream("s", HI), 2);
        assertThat(heard.take().item().getInt("i")).isZero();
        assertThat(heard.take().item().getInt("i")).isEqualTo(1);
        assertThat(heard.take().error()).hasMessageContaining("more than was asked for");
        assertThat(connection.request("echo", HI)).isEqualTo(HI);
        assertThat(heard).isEmpty();
    }

    @Test
    void publisherThatFailsWhenAsked() throws InterruptedException {
        IpcConnection connection = connect(server().stream(
                "s",
                request -> publisher(s -> {
                    throw new IllegalStateException("cannot");
                })));
        assertThat(listen(connection.stream("s", HI), 2).take().error()).hasMessageContaining("cannot");
    }

    @Test
    void itemTooLargeEndsTheStreamOnly() throws InterruptedException {
        IpcConnection connection = connect(
                server().stream("s", request -> publisher(s -> s.onNext(ValueSet.of("b", new byte[9000])))),
                IpcClient.builder("local:handlers").maxMessageBytes(8000));
        Heard heard = listen(connection.stream("s", HI), 2).take();
        assertThat(((IpcException) heard.error()).status()).isEqualTo(IpcStatus.MESSAGE_TOO_LARGE);
        assertThat(connection.request("echo", HI)).isEqualTo(HI);
    }

    @Test
    void subscriberThatFailsIsForgotten() {
        IpcConnection connection = connect(server().stream("s", request -> publisher(s -> s.onNext(HI))));
        assertThatThrownBy(() -> connection.stream("s", HI).subscribe(new Flow.Subscriber<>() {
                    @Override
                    public void onSubscribe(Flow.Subscription subscription) {
                        throw new IllegalStateException("no");
                    }

                    @Override
                    public void onNext(ValueSet item) {
                        throw new AssertionError(item);
                    }

                    @Override
                    public void onError(Throwable failure) {
                        throw new AssertionError(failure);
                    }

                    @Override
                    public void onComplete() {
                        throw new AssertionError();
                    }
                }))
                .hasMessage("no");
        assertThat(connection.stats().pending()).isZero();
    }

    // ---- calls from everywhere

    /** It is let in first: some of its calls may be answered before the listener has thrown. */
    @ParameterizedTest
    @MethodSource("failuresOfListeners")
    @Logs("the onConnect listener failed")
    void clientThatTheOnConnectListenerTurnsAwayIsToldWhy(RuntimeException thrown, IpcStatus status, String told)
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
                        new IllegalStateException("a secret"),
                        IpcStatus.HANDLER_FAILED,
                        "the server's onConnect listener failed: java.lang.IllegalStateException"),
                Arguments.of(
                        new IpcException(IpcStatus.ACCESS_DENIED, "come back tomorrow"),
                        IpcStatus.ACCESS_DENIED,
                        "come back tomorrow"));
    }

    @Test
    void callsFromOnConnectOnEventDependentsAndOnNext() throws Exception {
        BlockingQueue<ValueSet> heard = new LinkedBlockingQueue<>();
        IpcConnection connection = connect(
                server()
                        .onConnect(c -> heard.add(c.request("client", ValueSet.of("from", "onConnect"))))
                        .onEvent("e", event -> heard.add(event.connection().request("client", event.message())))
                        .stream(
                                "s",
                                request -> publisher(s -> {
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
                "ms", request -> publisher(s -> s.onNext(request.metadata()))));
        ValueSet beside = ValueSet.of("trace", "abc", "tenant", 7L);
        IpcConnection.Call call = connection.call("m").metadata(beside).timeout(Duration.ofSeconds(20));
        assertThat(call.request(HI)).isEqualTo(beside);
        assertThat(call.requestAsync(HI).get(20, TimeUnit.SECONDS)).isEqualTo(beside);
        assertThat(listen(connection.call("ms").metadata(beside).stream(HI), 1)
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
