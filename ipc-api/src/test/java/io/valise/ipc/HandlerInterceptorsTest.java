package io.valise.ipc;

import static io.valise.ipc.Failures.assertFails;
import static io.valise.ipc.Failures.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.testlog.MayLog;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SubmissionPublisher;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Interceptors around handlers. */
class HandlerInterceptorsTest {
    private static final ValueSet MESSAGE = ValueSet.of("n", 1);

    private final BlockingQueue<String> noted = new LinkedBlockingQueue<>();
    private final CompletableFuture<ValueSet> later = new CompletableFuture<>();
    private final SubmissionPublisher<ValueSet> items = new SubmissionPublisher<>(Runnable::run, 16);
    private IpcServer server = IpcServer.builder("local:none").start();
    private IpcConnection client = IpcClient.connect("local:none");

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    /** Serves behind interceptors. */
    @SafeVarargs
    private void serve(Interceptor<CallContext>... interceptors) {
        close();
        IpcServer.Builder builder = IpcServer.builder("local:intercepted")
                .service("ask", request -> {
                    noted.add("ask " + CallContext.current().orElseThrow().name());
                    return request.message();
                })
                .service("fail", request -> {
                    throw new IpcException(IpcStatus.UNSUPPORTED, "as planned");
                })
                .asyncService("later", request -> {
                    noted.add("later");
                    return later;
                })
                .stream("items", request -> {
                    return subscriber -> {
                        items.subscribe(subscriber);
                        noted.add("items");
                    };
                })
                .onEvent("told", event -> noted.add("told " + event.message().getInt("n")));
        for (Interceptor<CallContext> interceptor : interceptors) {
            builder.interceptHandlers(interceptor);
        }
        server = builder.start();
        client = IpcClient.connect("local:intercepted");
    }

    private Interceptor<CallContext> noting(String name) {
        return InterceptorNotes.noting(noted, name, call -> call.kind() + " " + call.name());
    }

    private List<String> taken(int count) throws InterruptedException {
        return InterceptorNotes.taken(noted, count);
    }

    @Test
    void theFirstIsTheOutermost() throws Exception {
        serve(noting("first"), noting("second"));
        assertThat(client.request("ask", MESSAGE)).isEqualTo(MESSAGE);
        assertThat(taken(5))
                .containsExactly(
                        "first REQUEST ask", "second REQUEST ask", "ask ask", "second ended null", "first ended null");
        assertThat(server.stats().requestsServed()).isOne();
    }

    @Test
    void requestsFuturesStreamsAndEventsPass() throws Exception {
        serve(noting("i"));
        CompletableFuture<ValueSet> reply = client.requestAsync("later", MESSAGE);
        assertThat(taken(2)).containsExactly("i REQUEST later", "later");
        later.complete(ValueSet.of("n", 2));
        assertThat(reply.get()).isEqualTo(ValueSet.of("n", 2));
        assertThat(taken(1)).containsExactly("i ended null");

        CompletableFuture<ValueSet> first = new CompletableFuture<>();
        client.stream("items", MESSAGE).subscribe(new FirstItem<>(first));
        assertThat(taken(2)).containsExactly("i STREAM items", "items");
        items.submit(MESSAGE);
        assertThat(first.get()).isEqualTo(MESSAGE);
        items.close();
        assertThat(taken(1)).containsExactly("i ended null");

        client.send("told", MESSAGE);
        assertThat(taken(3)).containsExactly("i EVENT told", "told 1", "i ended null");
    }

    @Test
    void theEndOfAStreamIsToldHoweverItComesAbout() throws Exception {
        serve(noting("i"));
        Subscriber subscriber = new Subscriber();
        client.stream("items", MESSAGE).subscribe(subscriber);
        assertThat(taken(2)).containsExactly("i STREAM items", "items");
        subscriber.subscription.get().cancel();
        assertThat(taken(1)).containsExactly("i ended CANCELLED");

        Subscriber failing = new Subscriber();
        client.stream("items", MESSAGE).subscribe(failing);
        assertThat(taken(2)).containsExactly("i STREAM items", "items");
        items.closeExceptionally(new IpcException(IpcStatus.UNSUPPORTED, "no more"));
        assertThat(taken(1)).containsExactly("i ended UNSUPPORTED");
        assertThat(statusOf(failing.end)).isEqualTo(IpcStatus.UNSUPPORTED);
    }

    @Test
    void whatTheHandlerThrowsIsToldToInterceptorsAndCaller() throws Exception {
        serve(noting("i"));
        assertFails(() -> client.request("fail", MESSAGE), IpcStatus.UNSUPPORTED, Delivery.UNKNOWN, "as planned");
        assertThat(taken(2)).containsExactly("i REQUEST fail", "i ended UNSUPPORTED");
    }

    @Test
    void aCallThatIsRefusedBeforeItsHandlerIsRejected() throws Exception {
        serve((call, next) -> {
            throw new IpcException(IpcStatus.ACCESS_DENIED, "not today");
        });
        assertFails(() -> client.request("ask", MESSAGE), IpcStatus.ACCESS_DENIED, Delivery.REJECTED, "not today");
        assertFails(
                await(client.requestAsync("ask", MESSAGE)), IpcStatus.ACCESS_DENIED, Delivery.REJECTED, "not today");
        Subscriber subscriber = new Subscriber();
        client.stream("items", MESSAGE).subscribe(subscriber);
        assertThat(statusOf(subscriber.end)).isEqualTo(IpcStatus.ACCESS_DENIED);
        assertThat(noted).isEmpty();
        assertThat(server.stats().requestsServed()).isZero();
        assertThat(server.stats().requestsRefused()).isEqualTo(3);
        assertThat(client.request("valise.ping", MESSAGE)).isEqualTo(MESSAGE);
    }

    @Test
    void aRefusalThatSaysTheConnectionIsClosedDoesNotCloseIt() {
        serve((call, next) -> {
            throw new IpcException(IpcStatus.CONNECTION_CLOSED, "another one");
        });
        assertFails(() -> client.request("ask", MESSAGE), IpcStatus.CONNECTION_CLOSED, Delivery.UNKNOWN, "another one");
        assertThat(client.isOpen()).isTrue();
        assertThat(client.request("valise.ping", MESSAGE)).isEqualTo(MESSAGE);
    }

    @Test
    @MayLog("an interceptor of service ask failed")
    void anyOtherExceptionIsHandlerFailedAndHarmsNoConnection() {
        serve((call, next) -> {
            throw new IllegalStateException("a fault");
        });
        String reason = "java.lang.IllegalStateException: a fault";
        assertFails(() -> client.request("ask", MESSAGE), IpcStatus.HANDLER_FAILED, Delivery.REJECTED, reason);
        assertThat(client.request("valise.ping", MESSAGE)).isEqualTo(MESSAGE);
    }

    @Test
    @MayLog("service ask failed")
    void anInterceptorThatFailsAfterTheHandlerFailsTheCall() {
        serve((call, next) -> {
            next.proceed(call);
            throw new IllegalStateException("a fault");
        });
        assertFails(() -> client.request("ask", MESSAGE), IpcStatus.HANDLER_FAILED, Delivery.UNKNOWN, "a fault");
    }

    @Test
    @MayLog("an interceptor of service ask failed")
    void nullIsNoStage() {
        serve((call, next) -> null);
        assertFails(
                () -> client.request("ask", MESSAGE),
                IpcStatus.HANDLER_FAILED,
                Delivery.REJECTED,
                "an interceptor returned null");
    }

    @Test
    @MayLog("the handler of event told failed")
    void anEventThatIsRefusedIsDroppedAndTheNextOneHandled() throws Exception {
        serve((call, next) -> {
            if (call.message().getInt("n") == 1) {
                throw new IllegalStateException("not this one");
            }
            return next.proceed(call);
        });
        client.send("told", MESSAGE);
        client.send("told", ValueSet.of("n", 2));
        assertThat(noted.take()).isEqualTo("told 2");
    }

    @Test
    void aReplyIsReplacedAndAHandlerLeftOut() {
        serve((call, next) -> call.message().isEmpty()
                ? CompletableFuture.completedFuture(Reply.of(ValueSet.of("cached", true)))
                : next.proceed(call)
                        .thenApply(reply -> reply.withMessage(
                                reply.message().toBuilder().put("more", 1).build())));
        assertThat(client.request("ask", MESSAGE)).isEqualTo(ValueSet.of("n", 1, "more", 1));
        assertThat(noted).containsExactly("ask ask");
        assertThat(client.request("ask", ValueSet.empty())).isEqualTo(ValueSet.of("cached", true));
        Subscriber subscriber = new Subscriber();
        client.stream("items", ValueSet.empty()).subscribe(subscriber);
        subscriber.end.join();
        assertThat(noted).containsExactly("ask ask");
    }

    @Test
    void aCallMayGoOnOnAnotherThread() throws Exception {
        BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
        Executor other = tasks::add;
        serve((call, next) -> CompletableFuture.supplyAsync(() -> call, other).thenCompose(next::proceed));
        CompletableFuture<ValueSet> reply = client.requestAsync("ask", MESSAGE);
        tasks.take().run();
        assertThat(reply.get()).isEqualTo(MESSAGE);
        assertThat(noted).containsExactly("ask ask");
        assertThat(CallContext.current()).isEmpty();
        client.send("told", MESSAGE);
        client.send("told", ValueSet.of("n", 2));
        tasks.take().run();
        tasks.take().run();
        assertThat(taken(3)).containsExactly("ask ask", "told 1", "told 2");
    }

    @Test
    @MayLog("service ask failed")
    void aHandlerRunsOnce() {
        serve((call, next) -> {
            CompletionStage<Reply> reply = next.proceed(call);
            return reply.thenCompose(first -> next.proceed(call));
        });
        assertFails(
                () -> client.request("ask", MESSAGE),
                IpcStatus.HANDLER_FAILED,
                Delivery.UNKNOWN,
                "a handler runs once");
        assertThat(noted).containsExactly("ask ask");
    }

    @Test
    void aCallerThatHasGivenUpIsServedNoMore() throws Exception {
        CompletableFuture<Void> go = new CompletableFuture<>();
        serve((call, next) -> go.thenCompose(done -> next.proceed(call))
                .whenComplete((reply, failure) -> noted.add(InterceptorNotes.outcome(failure.getCause()))));
        CompletableFuture<ValueSet> reply = client.requestAsync("ask", MESSAGE);
        reply.cancel(true);
        client.request("valise.ping", MESSAGE);
        go.complete(null);
        assertThat(noted.take()).isEqualTo("CANCELLED");
        assertThat(noted).isEmpty();
    }

    @Test
    void whatIsAddedToAConnectionIsInterceptedToo() {
        serve(noting("i"));
        IpcConnection former = server.connections().get(0);
        client.close();
        former.closed().toCompletableFuture().join();
        IpcConnection seen;
        try (IpcConnection offering = IpcClient.builder("local:intercepted")
                .interceptHandlers(noting("client"))
                .connect()) {
            offering.service("added", request -> MESSAGE);
            seen = server.connections().get(0);
            assertThat(seen.request("added", ValueSet.empty())).isEqualTo(MESSAGE);
        }
        assertThat(noted).containsExactly("client REQUEST added", "client ended null");
    }

    /** Notes how a stream ends. */
    private static final class Subscriber implements Flow.Subscriber<ValueSet> {
        final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
        final CompletableFuture<Void> end = new CompletableFuture<>();

        @Override
        public void onSubscribe(Flow.Subscription given) {
            given.request(10);
            subscription.complete(given);
        }

        @Override
        public void onNext(ValueSet item) {}

        @Override
        public void onError(Throwable failure) {
            end.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            end.complete(null);
        }
    }

    private static IpcStatus statusOf(CompletableFuture<?> end) {
        return ((IpcException) end.handle((value, failure) -> failure).join()).status();
    }
}
