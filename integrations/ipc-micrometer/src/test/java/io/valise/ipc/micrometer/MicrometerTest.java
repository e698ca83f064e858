package io.valise.ipc.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.valise.ipc.CallContext;
import io.valise.ipc.Interceptor;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.Reply;
import io.valise.ipc.ValueSet;
import io.valise.ipc.services.objects.RemoteObjects;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.flow.AllItems;
import io.valise.ipc.testlog.MayLog;
import java.lang.ref.WeakReference;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Meters of servers, connections and calls in registries of Micrometer, with the examples of docs/micrometer.md. */
@ExtendWith(HangWatchdog.class)
class MicrometerTest {
    private static final ValueSet MESSAGE = ValueSet.of("symbol", "KRW/USD");

    private static ValueSet price() {
        return ValueSet.of("bid", 0.7);
    }

    private static IpcServer.Builder server(String address) {
        return IpcServer.builder(address)
                .service("price", request -> price())
                .service("fails", request -> {
                    throw new IpcException(IpcStatus.UNSUPPORTED, "not today");
                })
                .stream("prices", request -> subscriber -> {
            SubmissionPublisher<ValueSet> prices = new SubmissionPublisher<>(Runnable::run, 4);
            prices.subscribe(subscriber);
            prices.submit(price());
            prices.close();
        });
    }

    private final BlockingQueue<String> handled = new LinkedBlockingQueue<>();

    /** Outside of the timers: tells of what these have timed. */
    private Interceptor<CallContext> telling() {
        return (call, next) -> next.proceed(call).whenComplete((@Nullable Reply reply, @Nullable Throwable failure) -> {
            handled.add(call.name());
        });
    }

    private void awaitHandled(String... names) throws InterruptedException {
        Set<String> awaited = new HashSet<>(Set.of(names));
        while (!awaited.isEmpty()) {
            awaited.remove(handled.take());
        }
    }

    private static long timed(MeterRegistry registry, String name, String... tags) {
        return registry.get(name).tags(tags).timer().count();
    }

    @Test
    void eachEndTimesCallsByServiceKindAndStatus() throws InterruptedException {
        MeterRegistry registry = new SimpleMeterRegistry();
        CallTimers timers = CallTimers.of(registry, Tag.of("desk", "fx"));
        try (IpcServer server = server("local:timed")
                        .onEvent("told", event -> {})
                        .interceptHandlers(telling())
                        .interceptHandlers(timers.handlers())
                        .start();
                IpcConnection connection = IpcClient.builder("local:timed")
                        .interceptCalls(timers.calls())
                        .connect()) {
            assertThat(server.endpoints()).hasSize(1);
            connection.request("price", MESSAGE);
            connection.requestAsync("price", MESSAGE).join();
            assertThatThrownBy(() -> connection.request("fails", MESSAGE)).isInstanceOf(IpcException.class);
            assertThatThrownBy(() -> connection.requestAsync("a-1", MESSAGE).join())
                    .isInstanceOf(CompletionException.class);
            assertThatThrownBy(() -> connection.request("a-2", MESSAGE)).isInstanceOf(IpcException.class);
            AllItems.of(connection.stream("prices", MESSAGE)).join();
            connection.send("told", MESSAGE);
            awaitHandled("prices", "told");
        }
        for (String side : new String[] {"valise.server.calls", "valise.client.calls"}) {
            assertThat(timed(registry, side, "service", "price", "kind", "request", "status", "OK", "method", "none"))
                    .isEqualTo(2);
            assertThat(timed(registry, side, "service", "fails", "kind", "request", "status", "UNSUPPORTED"))
                    .isEqualTo(1);
            assertThat(timed(registry, side, "service", "prices", "kind", "stream", "status", "OK", "desk", "fx"))
                    .isEqualTo(1);
            assertThat(timed(registry, side, "service", "told", "kind", "event", "status", "OK"))
                    .isEqualTo(1);
        }
        assertThat(timed(registry, "valise.client.calls", "service", "_OTHER", "status", "SERVICE_NOT_FOUND"))
                .isEqualTo(2);
    }

    /** A remote object. */
    interface Desk {
        String name();
    }

    private static void assertFails(IpcConnection connection, String service, ValueSet message) {
        assertThatThrownBy(() -> connection.request(service, message)).isInstanceOf(IpcException.class);
    }

    /** The peer writes the names: each would be a timer. */
    @Test
    @MayLog("service objects.call failed")
    void whatARemoteObjectDoesNotHaveIsOther() {
        MeterRegistry registry = new SimpleMeterRegistry();
        CallTimers timers = CallTimers.of(registry);
        Desk desk = () -> "fx";
        String service = "object:" + Desk.class.getName();
        try (IpcServer server = RemoteObjects.export(Desk.class, desk)
                        .addTo(server("local:objects").interceptHandlers(timers.handlers()))
                        .start();
                IpcConnection connection = IpcClient.builder("local:objects")
                        .interceptCalls(timers.calls())
                        .connect()) {
            assertThat(server.endpoints()).hasSize(1);
            assertThat(RemoteObjects.of(connection).remote(Desk.class).name()).isEqualTo("fx");
            assertFails(connection, service, ValueSet.of("m", "a/1"));
            assertFails(connection, service, ValueSet.of("m", "b/1", "as", "c"));
            assertFails(connection, "objects.call", ValueSet.of("m", "d/1", "o", 99L));
            assertFails(connection, "objects.call", ValueSet.of("m", "e/1", "o", "f"));
            assertFails(connection, "objects.call", ValueSet.of("m", "g/1"));
        }
        for (String side : new String[] {"valise.server.calls", "valise.client.calls"}) {
            assertThat(registry.get(side).timers())
                    .extracting(timer -> timer.getId().getTag("service") + " "
                            + timer.getId().getTag("method") + " "
                            + timer.getId().getTag("status"))
                    .containsExactlyInAnyOrder(
                            service + " name OK",
                            "_OTHER _OTHER UNSUPPORTED",
                            service + " none UNSUPPORTED",
                            "_OTHER _OTHER SERVICE_NOT_FOUND",
                            "objects.call none TYPE_MISMATCH",
                            "objects.call none HANDLER_FAILED");
        }
    }

    /** The library sends it by itself. */
    @Test
    void whatReleasesReferencesToRemoteObjectsIsNotTimed() throws InterruptedException {
        MeterRegistry registry = new SimpleMeterRegistry();
        CallTimers timers = CallTimers.of(registry);
        try (IpcServer server = server("local:released")
                        .onEvent("objects.release", event -> {})
                        .interceptHandlers(telling())
                        .interceptHandlers(timers.handlers())
                        .start();
                IpcConnection connection = IpcClient.builder("local:released")
                        .interceptCalls(timers.calls())
                        .connect()) {
            assertThat(server.endpoints()).hasSize(1);
            connection.send("objects.release", ValueSet.empty());
            awaitHandled("objects.release");
        }
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void countersAreThoseOfStatsAndGoWhenTheBinderIsClosed() {
        MeterRegistry registry = new SimpleMeterRegistry();
        try (IpcServer server = server("local:counted").start();
                IpcConnection connection = IpcClient.connect("local:counted");
                StatsMetrics ofServer = StatsMetrics.of(server);
                StatsMetrics ofClient = StatsMetrics.of(connection, Tag.of("side", "client"))) {
            ofServer.bindTo(registry);
            ofClient.bindTo(registry);
            connection.request("price", MESSAGE);
            connection.request("price", MESSAGE);
            assertThatThrownBy(() -> connection.request("missing", MESSAGE)).isInstanceOf(IpcException.class);
            assertThat(registry.get("valise.requests.served")
                            .tag("endpoint", "local:counted")
                            .functionCounters())
                    .anySatisfy(served -> assertThat(served.count()).isEqualTo(2));
            assertThat(registry.get("valise.requests.sent")
                            .tag("side", "client")
                            .functionCounter()
                            .count())
                    .isEqualTo(3);
            assertThat(registry.get("valise.data.sent")
                            .tag("side", "client")
                            .functionCounter()
                            .count())
                    .isEqualTo((double) connection.stats().bytesSent());
            assertThat(registry.get("valise.connections").gauges())
                    .allSatisfy(open -> assertThat(open.value()).isEqualTo(1));
            connection.close();
            assertThat(registry.get("valise.connections")
                            .tag("side", "client")
                            .gauge()
                            .value())
                    .isZero();
            ofClient.close();
            assertThat(registry.find("valise.connections").tag("side", "client").gauge())
                    .isNull();
        }
        assertThat(registry.getMeters()).isEmpty();
    }

    private static double gauge(MeterRegistry registry, String name) {
        return registry.get("valise." + name).gauge().value();
    }

    @Test
    void theBacklogOfHandlersIsWhatWaitsForAThread() throws InterruptedException {
        MeterRegistry registry = new SimpleMeterRegistry();
        BlockingQueue<Runnable> waiting = new LinkedBlockingQueue<>();
        try (IpcServer server = server("local:backlog").executor(waiting::add).start();
                IpcConnection connection = IpcClient.connect("local:backlog");
                StatsMetrics metrics = StatsMetrics.of(server)) {
            metrics.bindTo(registry);
            CompletableFuture<ValueSet> reply = connection.requestAsync("price", MESSAGE);
            Runnable handling = waiting.take();
            assertThat(gauge(registry, "backlog.unhandled")).isGreaterThan(256);
            handling.run();
            assertThat(reply.join()).isEqualTo(price());
            while (gauge(registry, "backlog.unhandled") > 0) { // what tells listeners of the connection is counted, too
                Thread.onSpinWait();
            }
            assertThat(gauge(registry, "backlog.unsent")).isZero();
        }
    }

    /** The events of a client whose handler does not end wait there, and then in the ring, and then at the server. */
    @Test
    void aClientThatReadsNoFurtherShowsInTheRingAndTheBacklog() {
        MeterRegistry registry = new SimpleMeterRegistry();
        ValueSet event = ValueSet.of("bytes", new byte[32 << 10]);
        CountDownLatch gate = new CountDownLatch(1);
        try (IpcServer server = server("local:full").start();
                IpcConnection connection = IpcClient.builder("local:full")
                        .onEvent("told", told -> gate.await())
                        .connect();
                StatsMetrics metrics = StatsMetrics.of(server)) {
            assertThat(connection.isOpen()).isTrue();
            metrics.bindTo(registry);
            assertThat(gauge(registry, "ring.occupancy")).isZero();
            while (gauge(registry, "backlog.unsent") == 0 || gauge(registry, "ring.occupancy") < 1) {
                server.broadcast("told", event);
            }
            gate.countDown();
            while (gauge(registry, "backlog.unsent") > 0 || gauge(registry, "ring.occupancy") > 0) {
                Thread.onSpinWait();
            }
        } finally {
            gate.countDown();
        }
    }

    @Test
    void theOccupancyIsNoNumberWithoutAConnection() {
        MeterRegistry registry = new SimpleMeterRegistry();
        try (IpcServer server = server("local:lonely").start();
                StatsMetrics metrics = StatsMetrics.of(server)) {
            metrics.bindTo(registry);
            assertThat(gauge(registry, "ring.occupancy")).isNaN();
        }
    }

    @Test
    void aRegistryKeepsNoConnectionInMemory() {
        MeterRegistry registry = new SimpleMeterRegistry();
        WeakReference<IpcConnection> connection = boundAndClosed(registry);
        while (connection.get() != null) {
            System.gc();
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(registry.get("valise.requests.sent").functionCounter()).isNotNull();
    }

    private static WeakReference<IpcConnection> boundAndClosed(MeterRegistry registry) {
        try (IpcServer server = server("local:forgotten").start();
                IpcConnection connection = IpcClient.connect("local:forgotten")) {
            assertThat(server.endpoints()).hasSize(1);
            StatsMetrics.of(connection).bindTo(registry);
            assertThat(registry.get("valise.connections").gauge().value()).isEqualTo(1);
            return new WeakReference<>(connection);
        }
    }

    /** The example of the page: what Prometheus reads. */
    @Test
    void prometheusReadsThem() {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        CallTimers timers = CallTimers.of(registry);
        IpcServer server = IpcServer.builder("local:quotes")
                .interceptHandlers(timers.handlers()) // first, or after those of OpenTelemetry
                .service("price", request -> price())
                .start();
        IpcConnection quotes =
                IpcClient.builder("local:quotes").interceptCalls(timers.calls()).connect();
        StatsMetrics.of(server).bindTo(registry);
        try (server;
                quotes) {
            quotes.request("price", MESSAGE);
            assertThat(registry.scrape())
                    .contains("valise_requests_served_total{endpoint=\"local:quotes\"} 1.0")
                    .contains("valise_connections{endpoint=\"local:quotes\"} 1.0")
                    .contains("valise_server_calls_seconds_count{kind=\"request\",method=\"none\",service=\"price\","
                            + "status=\"OK\"} 1")
                    .contains("valise_client_calls_seconds_count{kind=\"request\",method=\"none\",service=\"price\","
                            + "status=\"OK\"} 1");
        }
    }
}
