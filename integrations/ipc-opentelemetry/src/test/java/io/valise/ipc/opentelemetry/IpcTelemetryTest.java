package io.valise.ipc.opentelemetry;

import static io.opentelemetry.api.common.AttributeKey.stringKey;
import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.equalTo;
import static io.valise.ipc.opentelemetry.Recorded.only;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.services.objects.RemoteObject;
import io.valise.ipc.services.objects.RemoteObjects;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testlog.MayLog;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SubmissionPublisher;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Spans of calls, recorded by the SDK. */
@ExtendWith(HangWatchdog.class)
class IpcTelemetryTest {
    private static final ValueSet MESSAGE = ValueSet.of("n", 1);
    private static final String ADDRESS = "local:traced";

    private final Recorded recorded = new Recorded();
    private final BlockingQueue<String> current = new LinkedBlockingQueue<>();
    private final CompletableFuture<ValueSet> later = new CompletableFuture<>();
    private final CompletableFuture<Boolean> left = new CompletableFuture<>();
    private final SubmissionPublisher<ValueSet> items = new SubmissionPublisher<>(Runnable::run, 16);
    private final IpcServer server = RemoteObjects.export(Desk.class, new Desk.OpenDesk(left))
            .addTo(IpcServer.builder(ADDRESS)
                    .interceptHandlers(recorded.telemetry().handlers())
                    .interceptCalls(recorded.telemetry().calls())
                    .service("ask", request -> {
                        noteCurrent();
                        return request.metadata();
                    })
                    .service(
                            "tenant",
                            request -> ValueSet.of(
                                    "tenant", String.valueOf(Baggage.current().getEntryValue("tenant"))))
                    .service("relay", request -> request.connection().request("back", request.message()))
                    .service("refuse", request -> {
                        throw new IpcException(IpcStatus.ACCESS_DENIED, "not today");
                    })
                    .service("fail", request -> {
                        throw new IllegalStateException("a fault");
                    })
                    .asyncService("later", request -> {
                        noteCurrent();
                        return later;
                    })
                    .stream("items", request -> subscriber -> {
                        items.subscribe(subscriber);
                        noteCurrent();
                    })
                    .onEvent("told", event -> noteCurrent()))
            .start();
    private final IpcConnection client = IpcClient.builder(ADDRESS)
            .interceptCalls(recorded.telemetry().calls())
            .interceptHandlers(recorded.telemetry().handlers())
            .service("back", request -> ValueSet.empty())
            .connect();

    @AfterEach
    void close() {
        client.close();
        server.close();
        recorded.close();
    }

    private void noteCurrent() {
        current.add(Span.current().getSpanContext().getSpanId());
    }

    private SpanData assertCall(SpanData span, String method, IpcStatus status) {
        assertThat(span)
                .hasName(method)
                .hasStatus(StatusData.unset())
                .hasTotalRecordedEvents(0)
                .hasAttributesSatisfyingExactly(
                        equalTo(stringKey("rpc.system.name"), "valise"),
                        equalTo(stringKey("rpc.method"), method),
                        equalTo(stringKey("server.address"), ADDRESS),
                        equalTo(stringKey("rpc.status_code"), status.name()));
        assertThat(span.getInstrumentationScopeInfo().getName()).isEqualTo("io.valise.ipc.opentelemetry");
        assertThat(span.getInstrumentationScopeInfo().getVersion()).startsWith("0.2.0");
        return span;
    }

    @Test
    void aRequestIsASpanAtEachEndInTheTraceOfItsCaller() throws Exception {
        recorded.during("order", () -> client.request("ask", MESSAGE));
        List<SpanData> spans = recorded.spans(3);
        SpanData order = only(SpanKind.INTERNAL, spans);
        SpanData made = assertCall(only(SpanKind.CLIENT, spans), "ask", IpcStatus.OK);
        SpanData handled = assertCall(only(SpanKind.SERVER, spans), "ask", IpcStatus.OK);
        assertThat(made).hasParent(order);
        assertThat(handled).hasTraceId(order.getTraceId()).hasParentSpanId(made.getSpanId());
        assertThat(handled.getParentSpanContext().isRemote()).isTrue();
        assertThat(current.take()).isEqualTo(handled.getSpanId());
        assertThat(Span.current().getSpanContext().isValid()).isFalse();
    }

    @Test
    void anAsynchronousCallLastsUntilItsReply() throws Exception {
        CompletableFuture<ValueSet> reply = recorded.during("order", () -> client.requestAsync("later", MESSAGE));
        String handling = current.take();
        recorded.spans(1);
        later.complete(MESSAGE);
        assertThat(reply.get()).isEqualTo(MESSAGE);
        List<SpanData> spans = recorded.spans(3);
        SpanData made = assertCall(only(SpanKind.CLIENT, spans), "later", IpcStatus.OK);
        SpanData handled = assertCall(only(SpanKind.SERVER, spans), "later", IpcStatus.OK);
        assertThat(made).hasParent(only(SpanKind.INTERNAL, spans));
        assertThat(handled).hasSpanId(handling).hasParentSpanId(made.getSpanId());
    }

    @Test
    void whatIsCancelledIsNoError() throws Exception {
        CompletableFuture<ValueSet> reply = client.requestAsync("later", MESSAGE);
        current.take();
        reply.cancel(true);
        assertCall(only(SpanKind.CLIENT, recorded.spans(1)), "later", IpcStatus.CANCELLED);
        later.complete(MESSAGE);
        assertCall(only(SpanKind.SERVER, recorded.spans(2)), "later", IpcStatus.OK);
    }

    /** Asks for items on demand. */
    private static final class Subscriber implements Flow.Subscriber<ValueSet> {
        final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
        final CompletableFuture<ValueSet> first = new CompletableFuture<>();
        final CompletableFuture<Boolean> end = new CompletableFuture<>();

        @Override
        public void onSubscribe(Flow.Subscription given) {
            given.request(2);
            subscription.complete(given);
        }

        @Override
        public void onNext(ValueSet item) {
            first.complete(item);
        }

        @Override
        public void onError(Throwable failure) {
            end.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            end.complete(true);
        }
    }

    @Test
    void aStreamLastsUntilItsEnd() throws Exception {
        Subscriber subscriber = new Subscriber();
        recorded.during("order", () -> {
            client.stream("items", MESSAGE).subscribe(subscriber);
            return subscriber;
        });
        String handling = current.take();
        items.submit(MESSAGE);
        subscriber.first.get();
        recorded.spans(1);
        items.close();
        subscriber.end.get();
        List<SpanData> spans = recorded.spans(3);
        SpanData made = assertCall(only(SpanKind.CLIENT, spans), "items", IpcStatus.OK);
        SpanData handled = assertCall(only(SpanKind.SERVER, spans), "items", IpcStatus.OK);
        assertThat(made).hasParent(only(SpanKind.INTERNAL, spans));
        assertThat(handled).hasSpanId(handling).hasParentSpanId(made.getSpanId());
    }

    @Test
    void aStreamThatItsSubscriberCancelsIsNoError() throws Exception {
        Subscriber subscriber = new Subscriber();
        client.stream("items", MESSAGE).subscribe(subscriber);
        current.take();
        subscriber.subscription.get().cancel();
        List<SpanData> spans = recorded.spans(2);
        assertCall(only(SpanKind.CLIENT, spans), "items", IpcStatus.CANCELLED);
        assertCall(only(SpanKind.SERVER, spans), "items", IpcStatus.CANCELLED);
    }

    /** There is nothing beside its message that could carry a trace context. */
    @Test
    void theHandlerOfAnEventBeginsATrace() throws Exception {
        recorded.during("order", () -> {
            client.send("told", MESSAGE);
            return MESSAGE;
        });
        List<SpanData> spans = recorded.spans(3);
        SpanData made = assertCall(only(SpanKind.CLIENT, spans), "told", IpcStatus.OK);
        SpanData handled = assertCall(only(SpanKind.SERVER, spans), "told", IpcStatus.OK);
        assertThat(made).hasParent(only(SpanKind.INTERNAL, spans));
        assertThat(handled).hasNoParent().hasSpanId(current.take());
        assertThat(handled.getTraceId()).isNotEqualTo(made.getTraceId());
    }

    @Test
    void methodsOfRemoteObjectsAreNamedAndRunInTheirSpan() throws Exception {
        Desk desk = RemoteObjects.of(client).remote(Desk.class);
        String service = "object:" + Desk.class.getName();
        assertMethod(desk.spanId(), service + "/spanId", 2);
        assertMethod(desk.spanIdLater().toCompletableFuture().get(), service + "/spanIdLater", 4);
        Desk another = desk.another();
        recorded.spans(6);
        assertMethod(another.spanId(), "objects.call/spanId", 8);
        RemoteObject.of(another).close();
        assertThat(left.get()).isTrue();
        recorded.spans(8); // to release it is no call of the program
    }

    private void assertMethod(String spanId, String method, int spansInAll) throws InterruptedException {
        List<SpanData> spans = recorded.spans(spansInAll).subList(spansInAll - 2, spansInAll);
        SpanData handled = assertCall(only(SpanKind.SERVER, spans), method, IpcStatus.OK);
        assertThat(handled).hasSpanId(spanId);
        assertThat(assertCall(only(SpanKind.CLIENT, spans), method, IpcStatus.OK))
                .hasSpanId(handled.getParentSpanId());
    }

    @Test
    void aFailureIsRecordedAtBothEnds() throws Exception {
        assertThatThrownBy(() -> client.request("refuse", MESSAGE)).isInstanceOf(IpcException.class);
        for (SpanData span : recorded.spans(2)) {
            assertThat(span)
                    .hasName("refuse")
                    .hasStatus(StatusData.create(StatusCode.ERROR, "not today"))
                    .hasException(new IpcException(IpcStatus.ACCESS_DENIED, "not today"))
                    .hasAttribute(stringKey("rpc.status_code"), "ACCESS_DENIED")
                    .hasAttribute(stringKey("error.type"), "ACCESS_DENIED");
        }
    }

    @Test
    @MayLog("service fail failed")
    void anyOtherExceptionOfAHandlerIsHandlerFailed() throws Exception {
        assertThatThrownBy(() -> client.request("fail", MESSAGE)).isInstanceOf(IpcException.class);
        List<SpanData> spans = recorded.spans(2);
        String told = "java.lang.IllegalStateException: a fault";
        for (SpanData span : spans) {
            assertThat(span)
                    .hasAttribute(stringKey("rpc.status_code"), "HANDLER_FAILED")
                    .hasAttribute(stringKey("error.type"), "HANDLER_FAILED");
            assertThat(span.getStatus().getDescription()).contains(told);
        }
        assertThat(only(SpanKind.SERVER, spans)).hasException(new IllegalStateException("a fault"));
    }

    /** As the span of every call: who reads a trace finds out why there is no call. */
    @Test
    void aCallWhosePropagatorFailsHasASpanToo() throws Exception {
        IpcTelemetry broken = recorded.telemetry(new TextMapPropagator() {
            @Override
            public Collection<String> fields() {
                return List.of();
            }

            @Override
            public <C> void inject(Context context, @Nullable C carrier, TextMapSetter<C> setter) {
                throw new IllegalStateException("no room");
            }

            @Override
            public <C> Context extract(Context context, @Nullable C carrier, TextMapGetter<C> getter) {
                return context;
            }
        });
        try (IpcConnection failing =
                IpcClient.builder(ADDRESS).interceptCalls(broken.calls()).connect()) {
            assertThatThrownBy(() -> failing.request("ask", MESSAGE)).hasMessageContaining("no room");
        }
        assertThat(only(SpanKind.CLIENT, recorded.spans(1)))
                .hasName("ask")
                .hasException(new IllegalStateException("no room"));
    }

    /** Its name may be any text, so it is neither the span's nor a metric's. */
    @Test
    void aServiceThatThePeerDoesNotOfferIsAnotherMethod() throws Exception {
        assertThatThrownBy(() -> client.request("prize", MESSAGE)).isInstanceOf(IpcException.class);
        assertThat(only(SpanKind.CLIENT, recorded.spans(1)))
                .hasName("valise")
                .hasAttribute(stringKey("rpc.method"), "_OTHER")
                .hasAttribute(stringKey("rpc.method_original"), "prize")
                .hasAttribute(stringKey("error.type"), "SERVICE_NOT_FOUND");
        assertThat(recorded.metrics())
                .singleElement()
                .satisfies(metric -> assertThat(metric)
                        .hasName("rpc.client.call.duration")
                        .hasHistogramSatisfying(histogram -> histogram.hasPointsSatisfying(
                                point -> point.hasAttribute(stringKey("rpc.method"), "_OTHER"))));
    }

    /** The peer writes the name, at the server too. */
    @ParameterizedTest
    @CsvSource({"object:io.valise.ipc.opentelemetry.Desk, 1, UNSUPPORTED", "objects.call, 99, SERVICE_NOT_FOUND"})
    void aMethodOrObjectThatThePeerDoesNotHaveIsAnotherMethod(String service, long id, String status) throws Exception {
        RemoteObjects.of(client).remote(Desk.class).spanId();
        ValueSet message = ValueSet.of("o", id, "m", "made-up/0");
        assertThatThrownBy(() -> client.request(service, message)).isInstanceOf(IpcException.class);
        assertThat(recorded.spans(4).subList(2, 4))
                .allSatisfy(span -> assertThat(span)
                        .hasName("valise")
                        .hasAttribute(stringKey("rpc.method"), "_OTHER")
                        .hasAttribute(stringKey("rpc.method_original"), service + "/made-up")
                        .hasAttribute(stringKey("error.type"), status));
    }

    /** Its handler is not run, so that nothing has looked for the method. */
    @Test
    void aMethodThatIsCancelledBeforeItsHandlerIsAnotherMethod() throws Exception {
        CompletableFuture<Boolean> begun = new CompletableFuture<>();
        CompletableFuture<Boolean> cancelled = new CompletableFuture<>();
        try (Recorded server = new Recorded();
                IpcServer slow = RemoteObjects.export(Desk.class, new Desk.OpenDesk(left))
                        .addTo(IpcServer.builder("local:slow")
                                .interceptHandlers(server.telemetry().handlers())
                                .interceptHandlers((call, next) -> {
                                    ((Request) call).onCancel(() -> cancelled.complete(true));
                                    begun.complete(true);
                                    return cancelled.thenCompose(known -> next.proceed(call));
                                }))
                        .start();
                IpcConnection caller = IpcClient.connect("local:slow")) {
            CompletableFuture<ValueSet> reply =
                    caller.requestAsync("object:" + Desk.class.getName(), ValueSet.of("m", "made-up/0"));
            begun.get();
            reply.cancel(true);
            assertThat(only(SpanKind.SERVER, server.spans(1)))
                    .hasName("valise")
                    .hasAttribute(stringKey("rpc.method"), "_OTHER")
                    .hasAttribute(stringKey("rpc.status_code"), "CANCELLED");
            assertThat(slow.endpoints()).hasSize(1);
        }
    }

    @Test
    void callsThatAHandlerMakesAreInItsTrace() throws Exception {
        client.request("relay", MESSAGE);
        List<SpanData> spans = recorded.spans(4);
        assertThat(spans)
                .extracting(SpanData::getTraceId)
                .containsOnly(spans.get(0).getTraceId());
        assertThat(spans)
                .extracting(span -> span.getKind() + " " + span.getName())
                .containsExactly("SERVER back", "CLIENT back", "SERVER relay", "CLIENT relay");
        for (int i = 0; i < 3; i++) {
            assertThat(spans.get(i)).hasParentSpanId(spans.get(i + 1).getSpanId());
        }
        assertThat(spans.get(3)).hasNoParent();
    }

    @Test
    void baggageReachesTheHandler() {
        try (Scope scope = Baggage.builder().put("tenant", "acme").build().makeCurrent()) {
            assertThat(client.request("tenant", MESSAGE)).isEqualTo(ValueSet.of("tenant", "acme"));
        }
        assertThat(client.request("tenant", MESSAGE)).isEqualTo(ValueSet.of("tenant", "null"));
    }

    @Test
    void durationsAreMetricsOfBothEnds() {
        client.request("ask", MESSAGE);
        client.request("ask", MESSAGE);
        assertThatThrownBy(() -> client.request("refuse", MESSAGE)).isInstanceOf(IpcException.class);
        assertThat(recorded.metrics())
                .extracting(metric -> metric.getName() + " " + metric.getUnit())
                .containsExactlyInAnyOrder("rpc.client.call.duration s", "rpc.server.call.duration s");
        recorded.metrics()
                .forEach(metric -> assertThat(metric)
                        .hasHistogramSatisfying(histogram -> histogram.hasPointsSatisfying(
                                point -> point.hasCount(2)
                                        .hasAttribute(stringKey("rpc.system.name"), "valise")
                                        .hasAttribute(stringKey("rpc.method"), "ask")
                                        .hasAttribute(stringKey("rpc.status_code"), "OK")
                                        .hasBucketBoundaries(
                                                0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5,
                                                10),
                                point -> point.hasCount(1)
                                        .hasAttribute(stringKey("rpc.method"), "refuse")
                                        .hasAttribute(stringKey("error.type"), "ACCESS_DENIED"))));
    }

    @Test
    void whatIsNoTraceContextBeginsATrace() throws Exception {
        try (IpcConnection hostile = IpcClient.connect(ADDRESS)) {
            for (Object value : List.of(7, "00-zz", "")) {
                ValueSet metadata = ValueSet.of("traceparent", value, "baggage", value);
                assertThat(hostile.call("ask").metadata(metadata).request(MESSAGE))
                        .isEqualTo(metadata);
            }
        }
        assertThat(recorded.spans(3)).allSatisfy(span -> assertThat(span).hasNoParent());
    }

    @Test
    void withoutAnSdkNothingIsSent() {
        IpcTelemetry none = IpcTelemetry.of(OpenTelemetry.noop());
        try (IpcConnection untraced =
                IpcClient.builder(ADDRESS).interceptCalls(none.calls()).connect()) {
            assertThat(untraced.request("ask", MESSAGE)).isEqualTo(ValueSet.empty());
        }
    }
}
