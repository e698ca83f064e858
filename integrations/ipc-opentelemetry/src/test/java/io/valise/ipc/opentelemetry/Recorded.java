package io.valise.ipc.opentelemetry;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;

/** The SDK of OpenTelemetry, which keeps in memory what is recorded. Thread-safe. */
final class Recorded implements AutoCloseable {
    private final InMemorySpanExporter spans = InMemorySpanExporter.create();
    private final InMemoryMetricReader metrics = InMemoryMetricReader.create();
    private final Semaphore ended = new Semaphore(0);
    private final OpenTelemetrySdk sdk = OpenTelemetrySdk.builder()
            .setTracerProvider(SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(spans))
                    .addSpanProcessor(new Counting(ended))
                    .build())
            .setMeterProvider(
                    SdkMeterProvider.builder().registerMetricReader(metrics).build())
            .setPropagators(ContextPropagators.create(TextMapPropagator.composite(
                    W3CTraceContextPropagator.getInstance(), W3CBaggagePropagator.getInstance())))
            .build();

    /** Tells of each span that has been exported. */
    private record Counting(Semaphore ended) implements SpanProcessor {
        @Override
        public void onStart(Context parent, ReadWriteSpan span) {
            // only the end counts
        }

        @Override
        public boolean isStartRequired() {
            return false;
        }

        @Override
        public void onEnd(ReadableSpan span) {
            ended.release();
        }

        @Override
        public boolean isEndRequired() {
            return true;
        }
    }

    OpenTelemetry openTelemetry() {
        return sdk;
    }

    IpcTelemetry telemetry() {
        return IpcTelemetry.of(sdk);
    }

    /** With another propagator. */
    IpcTelemetry telemetry(TextMapPropagator propagator) {
        return IpcTelemetry.of(new OpenTelemetry() {
            @Override
            public TracerProvider getTracerProvider() {
                return sdk.getTracerProvider();
            }

            @Override
            public ContextPropagators getPropagators() {
                return ContextPropagators.create(propagator);
            }
        });
    }

    /** Does something in a span of the program. */
    <T> T during(String span, Callable<T> action) throws Exception {
        Span begun = sdk.getTracer("program").spanBuilder(span).startSpan();
        try (Scope current = begun.makeCurrent()) {
            return action.call();
        } finally {
            begun.end();
        }
    }

    /** Waits until so many spans have ended in all; there must be no more. */
    List<SpanData> spans(int count) throws InterruptedException {
        ended.acquire(count);
        ended.release(count);
        List<SpanData> all = spans.getFinishedSpanItems();
        if (all.size() != count) {
            throw new AssertionError("spans: expected=" + count + ", actual=" + all);
        }
        return all;
    }

    /** The one span of a kind. */
    static SpanData only(SpanKind kind, List<SpanData> spans) {
        List<SpanData> found =
                spans.stream().filter(span -> span.getKind() == kind).toList();
        if (found.size() != 1) {
            throw new AssertionError(kind + ": expected=1, actual=" + found);
        }
        return found.get(0);
    }

    Collection<MetricData> metrics() {
        return metrics.collectAllMetrics();
    }

    @Override
    public void close() {
        sdk.close();
    }
}
