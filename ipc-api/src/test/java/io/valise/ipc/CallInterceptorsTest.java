package io.valise.ipc;

import static io.valise.ipc.Failures.assertFails;
import static io.valise.ipc.Failures.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.testlog.Logs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Interceptors around the calls that an end makes. */
class CallInterceptorsTest {
    private static final ValueSet MESSAGE = ValueSet.of("n", 1);

    private final BlockingQueue<String> noted = new LinkedBlockingQueue<>();
    private final BlockingQueue<Request> begun = new LinkedBlockingQueue<>();
    private final SubmissionPublisher<ValueSet> items = new SubmissionPublisher<>(Runnable::run, 16);
    private final IpcServer server = IpcServer.builder("local:called")
            .service("meta", request -> request.metadata())
            .service("echo", request -> request.message())
            .asyncService("never", request -> {
                begun.add(request);
                return new CompletableFuture<>();
            })
            .stream("items", request -> {
                return subscriber -> {
                    items.subscribe(subscriber);
                    noted.add("items " + request.metadata());
                };
            })
            .onEvent("told", event -> noted.add("told " + event.message().getInt("n")))
            .interceptCalls(noting("server"))
            .start();
    private final List<IpcConnection> clients = new ArrayList<>();

    @AfterEach
    void close() {
        clients.forEach(IpcConnection::close);
        server.close();
    }

    @SafeVarargs
    private IpcConnection connect(Interceptor<OutgoingCall>... interceptors) {
        return connect(IpcClient.builder("local:called"), interceptors);
    }

    @SafeVarargs
    private IpcConnection connect(IpcClient.Builder builder, Interceptor<OutgoingCall>... interceptors) {
        for (Interceptor<OutgoingCall> interceptor : interceptors) {
            builder.interceptCalls(interceptor);
        }
        IpcConnection client = builder.connect();
        clients.add(client);
        return client;
    }

    private Interceptor<OutgoingCall> noting(String name) {
        return InterceptorNotes.noting(noted, name, OutgoingCall::toString);
    }

    private List<String> taken(int count) throws InterruptedException {
        return InterceptorNotes.taken(noted, count);
    }

    private static Interceptor<OutgoingCall> adding(String key) {
        return (call, next) ->
                next.proceed(call.withMetadata(ValueSet.of(key, call.metadata().size())));
    }

    @Test
    void theFirstIsTheOutermostAndEachMayAddMetadata() throws Exception {
        IpcConnection client = connect(adding("a"), adding("b"));
        ValueSet added = ValueSet.of("a", 0, "b", 1);
        assertThat(client.request("meta", MESSAGE)).isEqualTo(added);
        assertThat(client.requestAsync("meta", MESSAGE).get()).isEqualTo(added);
        assertThat(client.call("meta").metadata(ValueSet.of("c", 7)).request(MESSAGE))
                .isEqualTo(ValueSet.of("c", 7, "a", 1, "b", 2));
    }

    @Test
    void requestsFuturesStreamsAndEventsPass() throws Exception {
        IpcConnection client = connect(noting("i"));
        client.request("echo", MESSAGE);
        client.requestAsync("echo", MESSAGE).get();
        assertThat(taken(4)).containsExactly("i request echo", "i ended null", "i request echo", "i ended null");

        client.send("told", MESSAGE);
        assertThat(taken(3)).containsExactlyInAnyOrder("i event told", "i ended null", "told 1");

        CompletableFuture<ValueSet> first = new CompletableFuture<>();
        client.call("items").metadata(MESSAGE).stream(MESSAGE).subscribe(new FirstItem<>(first));
        assertThat(taken(2)).containsExactly("i stream items", "items " + MESSAGE);
        items.submit(MESSAGE);
        assertThat(first.get()).isEqualTo(MESSAGE);
        items.close();
        assertThat(taken(1)).containsExactly("i ended null");
    }

    @Test
    void whatAServerCallsAndBroadcastsPassesItsOwn() throws Exception {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        IpcConnection client = connect();
        client.service("back", request -> MESSAGE);
        client.onEvent("news", event -> heard.add(event.name()));
        client.request("echo", MESSAGE);
        IpcConnection seen = server.connections().get(0);
        assertThat(seen.request("back", MESSAGE)).isEqualTo(MESSAGE);
        server.broadcast("news", MESSAGE);
        assertThat(heard.take()).isEqualTo("news");
        assertThat(taken(4))
                .containsExactly("server request back", "server ended null", "server event news", "server ended null");
    }

    @Test
    void aWaitingCallIsMadeOnItsOwnThread() {
        AtomicReference<Thread> ended = new AtomicReference<>();
        IpcConnection client = connect(
                (call, next) -> next.proceed(call).whenComplete((reply, failure) -> ended.set(Thread.currentThread())));
        client.request("echo", MESSAGE);
        assertThat(ended).hasValue(Thread.currentThread());
    }

    @Test
    void aCallThatIsRefusedIsNotSent() {
        IpcConnection client = connect((call, next) -> {
            throw new IpcException(IpcStatus.ACCESS_DENIED, "not today");
        });
        assertFails(() -> client.request("echo", MESSAGE), IpcStatus.ACCESS_DENIED, Delivery.NOT_SENT, "not today");
        assertFails(
                await(client.requestAsync("echo", MESSAGE)), IpcStatus.ACCESS_DENIED, Delivery.NOT_SENT, "not today");
        assertFails(() -> client.send("told", MESSAGE), IpcStatus.ACCESS_DENIED, Delivery.NOT_SENT, "not today");
        CompletableFuture<ValueSet> item = new CompletableFuture<>();
        client.stream("items", MESSAGE).subscribe(new FirstItem<>(item));
        assertFails(await(item), IpcStatus.ACCESS_DENIED, Delivery.NOT_SENT, "not today");
        assertThat(client.stats().requestsSent()).isZero();
        assertThat(client.stats().eventsSent()).isZero();
    }

    @Test
    void anyOtherExceptionIsHandlerFailed() {
        IpcConnection client = connect((call, next) -> {
            throw new IllegalStateException("a fault");
        });
        String reason = "an interceptor of request echo failed: java.lang.IllegalStateException: a fault";
        assertFails(() -> client.request("echo", MESSAGE), IpcStatus.HANDLER_FAILED, Delivery.NOT_SENT, reason);
        assertFails(await(client.requestAsync("echo", MESSAGE)), IpcStatus.HANDLER_FAILED, Delivery.NOT_SENT, reason);
        assertThat(client.isOpen()).isTrue();
    }

    @Test
    @Logs("event news does not reach")
    void aBroadcastThatIsRefusedForOneClientReachesTheOthers() throws Exception {
        BlockingQueue<Integer> heard = new LinkedBlockingQueue<>();
        try (IpcServer other = IpcServer.builder("local:news")
                        .interceptCalls((call, next) -> {
                            if (heard.isEmpty()) {
                                heard.add(0);
                                throw new IllegalStateException("not to this one");
                            }
                            return next.proceed(call);
                        })
                        .start();
                IpcConnection one = IpcClient.connect("local:news");
                IpcConnection two = IpcClient.connect("local:news")) {
            one.onEvent("news", event -> heard.add(1));
            two.onEvent("news", event -> heard.add(1));
            other.broadcast("news", MESSAGE);
            assertThat(heard.take()).isZero();
            assertThat(heard.take()).isOne();
        }
    }

    @Test
    void aReplyIsReplacedAndARequestSentAgain() throws Exception {
        IpcConnection client = connect((call, next) -> switch (call.name()) {
            case "cached" -> CompletableFuture.completedFuture(Reply.of(MESSAGE));
            case "twice" ->
                next.proceed(call.withMessage(ValueSet.empty()))
                        .handle((reply, failure) ->
                                OutgoingCall.of(CallKind.REQUEST, "echo", MESSAGE, call.connection()))
                        .thenCompose(next::proceed);
            default -> next.proceed(call);
        });
        assertThat(client.request("cached", ValueSet.empty())).isEqualTo(MESSAGE);
        assertThat(client.request("twice", ValueSet.empty())).isEqualTo(MESSAGE);
        assertThat(client.requestAsync("twice", ValueSet.empty()).get()).isEqualTo(MESSAGE);
        assertThat(client.request("echo", ValueSet.empty())).isEqualTo(ValueSet.empty());
    }

    @Test
    void aCallMayGoOnOnAnotherThread() throws Exception {
        IpcConnection client = connect(
                (call, next) -> CompletableFuture.supplyAsync(() -> call).thenCompose(next::proceed));
        assertThat(client.request("echo", MESSAGE)).isEqualTo(MESSAGE);
        assertThat(client.requestAsync("echo", MESSAGE).get()).isEqualTo(MESSAGE);
        CompletableFuture<ValueSet> first = new CompletableFuture<>();
        client.stream("items", MESSAGE).subscribe(new FirstItem<>(first));
        assertThat(noted.take()).startsWith("items");
        items.submit(MESSAGE);
        assertThat(first.get()).isEqualTo(MESSAGE);
    }

    @Test
    void cancellingTheFutureCancelsTheCall() throws Exception {
        IpcConnection client = connect(noting("i"));
        CompletableFuture<ValueSet> reply = client.requestAsync("never", MESSAGE);
        CompletableFuture<Void> told = new CompletableFuture<>();
        begun.take().onCancel(() -> told.complete(null));
        reply.cancel(true);
        told.join();
        assertThat(reply).isCancelled();
    }

    @Test
    void anInterruptEndsTheWaitAndTheCall() throws Exception {
        CompletableFuture<Reply> held = new CompletableFuture<>();
        IpcConnection client = connect((call, next) -> held);
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        Thread caller = new Thread(() -> {
            try {
                client.request("echo", MESSAGE);
            } catch (IpcException e) {
                failure.complete(Thread.interrupted() ? e : new IllegalStateException("no interrupt status"));
            }
        });
        caller.start();
        caller.interrupt();
        assertThat(failure.get()).isInstanceOfSatisfying(IpcException.class, e -> {
            assertThat(e.status()).isEqualTo(IpcStatus.CANCELLED);
            assertThat(e.delivery()).isEqualTo(Delivery.NOT_SENT);
        });
    }

    @Test
    void theTimeoutIsSeenAndChanged() {
        AtomicReference<OutgoingCall> seen = new AtomicReference<>();
        IpcConnection client = connect((call, next) -> {
            seen.set(call);
            return next.proceed(call.withTimeout(Duration.ofMillis(1)));
        });
        assertFails(() -> client.request("never", MESSAGE), IpcStatus.TIMEOUT, Delivery.UNKNOWN, "never");
        assertThat(seen.get().timeout()).contains(Duration.ofSeconds(30));
        assertThat(seen.get().method()).isEmpty();
        assertThat(seen.get().connection()).isSameAs(client);
        assertFails(
                () -> client.request("never", MESSAGE, Duration.ofMinutes(1)),
                IpcStatus.TIMEOUT,
                Delivery.UNKNOWN,
                "never");
        assertThat(seen.get().timeout()).contains(Duration.ofMinutes(1));
        assertThatThrownBy(() -> client.request("", MESSAGE)).isInstanceOf(IllegalArgumentException.class);
        OutgoingCall stream = OutgoingCall.of(CallKind.STREAM, "s", MESSAGE, client);
        assertFails(
                () -> stream.withTimeout(Duration.ofSeconds(1)), IpcStatus.UNSUPPORTED, Delivery.NOT_SENT, "stream s");
        OutgoingCall event = OutgoingCall.of(CallKind.EVENT, "e", MESSAGE, client);
        assertFails(() -> event.withMetadata(MESSAGE), IpcStatus.UNSUPPORTED, Delivery.NOT_SENT, "event e");
    }

    @Test
    void aConnectionThatComesBackInterceptsACallOnce() throws Exception {
        IpcConnection client =
                connect(IpcClient.builder("local:called").reconnect(ReconnectPolicy.standard()), noting("i"));
        server.connections().get(0).close();
        assertThat(client.request("echo", MESSAGE)).isEqualTo(MESSAGE);
        assertThat(client.requestAsync("echo", MESSAGE).get()).isEqualTo(MESSAGE);
        client.send("told", MESSAGE);
        assertThat(taken(7))
                .containsExactlyInAnyOrder(
                        "i request echo",
                        "i ended null",
                        "i request echo",
                        "i ended null",
                        "i event told",
                        "i ended null",
                        "told 1");
        CompletableFuture<ValueSet> first = new CompletableFuture<>();
        client.stream("items", MESSAGE).subscribe(new FirstItem<>(first));
        assertThat(taken(2)).containsExactly("i stream items", "items {}");
        items.submit(MESSAGE);
        assertThat(first.get()).isEqualTo(MESSAGE);
    }

    @Test
    void aStreamIsOpenedOnceAndCancelledBeforeItIsOpen() throws Exception {
        CompletableFuture<Void> go = new CompletableFuture<>();
        IpcConnection client = connect((call, next) -> go.thenCompose(done -> next.proceed(call)));
        CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
        client.stream("items", MESSAGE).subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription given) {
                subscription.complete(given);
            }

            @Override
            public void onNext(ValueSet item) {}

            @Override
            public void onError(Throwable failure) {
                noted.add("failed");
            }

            @Override
            public void onComplete() {
                noted.add("completed");
            }
        });
        subscription.get().cancel();
        go.complete(null);
        assertThat(client.stats().requestsSent()).isZero();
        assertThat(noted).isEmpty();
    }
}
