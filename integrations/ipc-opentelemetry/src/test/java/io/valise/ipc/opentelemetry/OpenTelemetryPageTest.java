package io.valise.ipc.opentelemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.SdkMeterProviderBuilder;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.HangWatchdog;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The examples of docs/opentelemetry.md. */
@ExtendWith(HangWatchdog.class)
class OpenTelemetryPageTest {
    private static ValueSet price() {
        return ValueSet.of("bid", 0.7, "traced", Span.current().getSpanContext().isValid());
    }

    @Test
    void oneInterceptorForEachEnd() throws Exception {
        try (Recorded recorded = new Recorded()) {
            OpenTelemetry openTelemetry = recorded.openTelemetry();
            Executor executor = ForkJoinPool.commonPool();
            IpcTelemetry telemetry = IpcTelemetry.of(openTelemetry);
            IpcServer server = IpcServer.builder("local:traced-quotes")
                    .interceptHandlers(telemetry.handlers())
                    .service("price", request -> price())
                    .asyncService("later", request -> {
                        Executor traced = Context.current().wrap(executor);
                        return CompletableFuture.supplyAsync(() -> price(), traced);
                    })
                    .start();
            IpcConnection quotes = IpcClient.builder("local:traced-quotes")
                    .interceptCalls(telemetry.calls())
                    .connect();
            try (server;
                    quotes) {
                assertThat(quotes.request("price", ValueSet.empty()).getBoolean("traced"))
                        .isTrue();
                assertThat(quotes.request("later", ValueSet.empty()).getBoolean("traced"))
                        .isTrue();
                assertThat(recorded.spans(4)).isNotEmpty();
            }
        }
    }

    @Test
    void durationsOfMicrosecondsAreToldApart() {
        InMemoryMetricReader reader = InMemoryMetricReader.create();
        SdkMeterProviderBuilder meters = SdkMeterProvider.builder().registerMetricReader(reader);
        meters.registerView(
                InstrumentSelector.builder().setName("rpc.*.call.duration").build(),
                View.builder()
                        .setAggregation(Aggregation.base2ExponentialBucketHistogram())
                        .build());
        try (OpenTelemetrySdk sdk = OpenTelemetrySdk.builder()
                        .setMeterProvider(meters.build())
                        .build();
                IpcServer server = IpcServer.builder("local:timed-quotes")
                        .service("price", request -> price())
                        .start();
                IpcConnection quotes = IpcClient.builder(server.endpoints().get(0))
                        .interceptCalls(IpcTelemetry.of(sdk).calls())
                        .connect()) {
            quotes.request("price", ValueSet.empty());
            assertThat(reader.collectAllMetrics())
                    .singleElement()
                    .satisfies(metric -> assertThat(metric.getType()).isEqualTo(MetricDataType.EXPONENTIAL_HISTOGRAM));
        }
    }
}
