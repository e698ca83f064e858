package io.valise.ipc.opentelemetry;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.valise.ipc.Reply;
import io.valise.ipc.runtime.Component;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes a span and a duration of each call of one direction. Immutable and thread-safe. */
final class CallRecorder {
    private static final String SCOPE = "io.valise.ipc.opentelemetry";
    private static final String SYSTEM = "valise";
    private static final String UNKNOWN_METHOD = "_OTHER";

    private static final AttributeKey<String> RPC_SYSTEM_NAME = AttributeKey.stringKey("rpc.system.name");
    private static final AttributeKey<String> RPC_METHOD = AttributeKey.stringKey("rpc.method");
    private static final AttributeKey<String> RPC_METHOD_ORIGINAL = AttributeKey.stringKey("rpc.method_original");
    private static final AttributeKey<String> RPC_STATUS_CODE = AttributeKey.stringKey("rpc.status_code");
    private static final AttributeKey<String> SERVER_ADDRESS = AttributeKey.stringKey("server.address");
    private static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");

    /** Those of the conventions, in seconds. */
    private static final List<Double> BOUNDARIES =
            List.of(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0);

    private final Tracer tracer;
    private final SpanKind kind;
    private final DoubleHistogram durations;

    CallRecorder(OpenTelemetry openTelemetry, SpanKind kind, String metric) {
        String version =
                Component.of(CallRecorder.class).version().map(Object::toString).orElse("");
        this.tracer = openTelemetry
                .tracerBuilder(SCOPE)
                .setInstrumentationVersion(version)
                .build();
        this.kind = kind;
        this.durations = openTelemetry
                .meterBuilder(SCOPE)
                .setInstrumentationVersion(version)
                .build()
                .histogramBuilder(metric)
                .setDescription(
                        kind == SpanKind.CLIENT
                                ? "Measures the duration of an outgoing Remote Procedure Call (RPC)."
                                : "Measures the duration of an incoming Remote Procedure Call (RPC).")
                .setUnit("s")
                .setExplicitBucketBoundariesAdvice(BOUNDARIES)
                .build();
    }

    /**
     * Goes on with a call, whose span is the current one meanwhile, and records its end.
     *
     * @param proceed gets the context with the span; what it throws, such as a propagator's fault, is the end of the call
     */
    CompletionStage<Reply> record(CallName call, Context parent, Function<Context, CompletionStage<Reply>> proceed) {
        long begun = System.nanoTime();
        Span span = tracer.spanBuilder(call.method())
                .setParent(parent)
                .setSpanKind(kind)
                .setAttribute(RPC_SYSTEM_NAME, SYSTEM)
                .setAttribute(RPC_METHOD, call.method())
                .setAttribute(SERVER_ADDRESS, call.address())
                .startSpan();
        Context context = parent.with(span);
        return context.wrapSupplier(() -> proceeding(proceed, context))
                .get()
                .whenComplete((@Nullable Reply reply, @Nullable Throwable failure) -> {
                    Outcome outcome = Outcome.of(failure);
                    end(span, call, outcome);
                    double seconds = (double) (System.nanoTime() - begun) / TimeUnit.SECONDS.toNanos(1);
                    durations.record(seconds, attributes(call, outcome), context);
                });
    }

    private static CompletionStage<Reply> proceeding(
            Function<Context, CompletionStage<Reply>> proceed, Context context) {
        try {
            return proceed.apply(context);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static void end(Span span, CallName call, Outcome outcome) {
        span.setAttribute(RPC_STATUS_CODE, outcome.status().name());
        if (outcome.isUnknown(call)) {
            span.updateName(SYSTEM);
            span.setAttribute(RPC_METHOD, UNKNOWN_METHOD);
            span.setAttribute(RPC_METHOD_ORIGINAL, call.method());
        }
        Throwable failure = outcome.failure();
        if (failure != null && outcome.isError()) {
            span.setAttribute(ERROR_TYPE, outcome.status().name());
            span.setStatus(StatusCode.ERROR, outcome.reason());
            span.recordException(failure);
        }
        span.end();
    }

    private Attributes attributes(CallName call, Outcome outcome) {
        AttributesBuilder attributes = Attributes.builder()
                .put(RPC_SYSTEM_NAME, SYSTEM)
                .put(RPC_METHOD, outcome.isUnknown(call) ? UNKNOWN_METHOD : call.method())
                .put(RPC_STATUS_CODE, outcome.status().name());
        if (kind == SpanKind.CLIENT) {
            attributes.put(SERVER_ADDRESS, call.address());
        }
        if (outcome.isError()) {
            attributes.put(ERROR_TYPE, outcome.status().name());
        }
        return attributes.build();
    }
}
