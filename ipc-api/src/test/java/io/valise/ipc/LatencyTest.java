package io.valise.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.testlog.Logs;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import org.junit.jupiter.api.Test;

/** How long requests take, as counters tell it. */
class LatencyTest {
    private static final ValueSet MESSAGE = ValueSet.of("n", 1);

    private static IpcServer.Builder server(String name) {
        return IpcServer.builder("local:" + name)
                .access((caller, service) -> !service.equals("denied"))
                .service("echo", request -> request.message())
                .service("denied", request -> request.message())
                .service("fails", request -> {
                    throw new IpcException(IpcStatus.UNSUPPORTED, "not today");
                })
                .asyncService("later", request -> CompletableFuture.completedFuture(request.message()))
                .stream("items", request -> (Flow.Subscriber<? super ValueSet> subscriber) -> {
            SubmissionPublisher<ValueSet> items = new SubmissionPublisher<>(Runnable::run, 4);
            items.subscribe(subscriber);
            items.close();
        });
    }

    private static void callAll(IpcConnection connection) {
        connection.request("echo", MESSAGE);
        connection.request("echo", MESSAGE);
        connection.request("later", MESSAGE);
        connection.request("valise.ping", MESSAGE);
        for (String failing : new String[] {"fails", "denied", "missing"}) {
            assertThatThrownBy(() -> connection.request(failing, MESSAGE)).isInstanceOf(IpcException.class);
        }
        assertThatThrownBy(() -> connection.request("items", MESSAGE)).hasMessageContaining("UNSUPPORTED");
    }

    @Test
    @Logs("what=use denied")
    void requestsThatAHandlerTookAreMeasuredByService() {
        try (IpcServer server = server("measured").measureLatency().start()) {
            IpcConnection former;
            try (IpcConnection connection = IpcClient.connect("local:measured")) {
                callAll(connection);
                assertThat(server.stats().latencies()).containsOnlyKeys("echo", "fails", "later");
                former = server.connections().get(0);
            }
            former.closed().toCompletableFuture().join();
            try (IpcConnection connection = IpcClient.connect("local:measured")) {
                callAll(connection);
                Stats stats = server.stats(); // of the connection that has ended, too
                assertThat(stats.latencies().get("echo").count()).isEqualTo(4);
                assertThat(stats.latency().count()).isEqualTo(8);
                assertThat(stats.latency().p50())
                        .isPositive()
                        .isLessThanOrEqualTo(stats.latency().p99());
                assertThat(stats.toString()).contains("latencies={echo=Latency[count=4, p50=PT");
                assertThat(server.connections().get(0).stats().latency().count())
                        .isEqualTo(4);
            }
        }
    }

    @Test
    @Logs("what=use denied")
    void withoutBeingAskedAServerMeasuresNothing() {
        try (IpcServer server = server("asked").start();
                IpcConnection connection = IpcClient.connect("local:asked")) {
            callAll(connection);
            assertThat(server.stats().latencies()).isEmpty();
            assertThat(server.stats().latency()).isEqualTo(Latency.NONE);
            ValueSet before = connection.request("valise.info", ValueSet.of("latency", true));
            assertThat(before.contains("measuredServices")).isFalse();
            callAll(connection);
            ValueSet info = connection.request("valise.info", ValueSet.empty());
            assertThat(info.getStrings("measuredServices")).containsExactly("echo", "fails", "later");
            assertThat(info.getLongs("measuredRequests")).containsExactly(2, 1, 1);
            assertThat(info.getLongs("latencyP50")).hasSize(3);
            assertThat(info.getLongs("latencyP99")).hasSize(3);
        }
    }

    @Test
    void sumsAndPercentiles() {
        long[] some = new long[224];
        some[10] = 98;
        some[20] = 2;
        Latency latency = new Latency(some);
        assertThat(latency.p50()).isEqualTo(Duration.ofNanos(703));
        assertThat(latency.p99()).isEqualTo(Duration.ofNanos(1663));
        assertThat(latency.percentile(98)).isEqualTo(latency.p50());
        assertThat(latency.plus(Latency.NONE)).isEqualTo(latency).hasSameHashCodeAs(latency);
        assertThat(Latency.NONE.plus(latency).plus(latency).count()).isEqualTo(200);
        assertThat(Latency.NONE.p99()).isEqualTo(Duration.ZERO);
        for (double wrong : new double[] {0, -1, 100.5, Double.NaN}) {
            assertThatThrownBy(() -> latency.percentile(wrong)).hasMessageContaining("actual=" + wrong);
        }
        assertThat(Stats.ZERO.latencies()).isEqualTo(Map.of());
    }
}
