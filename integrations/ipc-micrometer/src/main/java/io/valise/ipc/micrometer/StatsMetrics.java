package io.valise.ipc.micrometer;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.Stats;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * The counters of a server or connection ({@link Stats}) as meters. They are read when the registry is, and cost nothing
 * else. All have the tag {@code endpoint}: the address, or the addresses with a comma between. A registry does not keep
 * a server or connection in memory; {@link #close} removes the meters. Thread-safe.
 *
 * @since 0.1.0
 */
public final class StatsMetrics implements MeterBinder, AutoCloseable {
    private final Counted<?> counted;
    private final Tags tags;
    private final Map<MeterRegistry, Queue<Meter>> bound = new ConcurrentHashMap<>();

    private StatsMetrics(Counted<?> counted, String endpoint, Tag... tags) {
        this.counted = counted;
        this.tags = Tags.of(tags).and("endpoint", endpoint);
    }

    /**
     * Of a server: the sum of its connections, past and present.
     *
     * @param tags what all its meters have beside {@code endpoint}
     */
    public static StatsMetrics of(IpcServer server, Tag... tags) {
        String endpoints =
                server.endpoints().stream().map(Endpoint::toString).sorted().collect(Collectors.joining(","));
        return new StatsMetrics(new Counted<>(server, IpcServer::stats), endpoints, tags);
    }

    /**
     * Of a connection, at either end.
     *
     * @param tags what all its meters have beside {@code endpoint}. A registry has one meter of a name with the same tags:
     *     of two connections to one server, one needs a tag that the other has not
     */
    public static StatsMetrics of(IpcConnection connection, Tag... tags) {
        return new StatsMetrics(
                new Counted<>(connection, IpcConnection::stats),
                connection.endpoint().toString(),
                tags);
    }

    /** Adds the meters to a registry. */
    @Override
    public void bindTo(MeterRegistry registry) {
        gauge(registry, "connections", "Connections that are open now", Stats::connections);
        gauge(registry, "calls.pending", "Calls of this end that wait for their answer now", Stats::pending);
        backlog(registry, "unhandled", "Bytes that were received and wait for a thread now", Stats::bytesUnhandled);
        backlog(
                registry,
                "unsent",
                "Bytes of answers and broadcasts that wait for room at the peer now",
                Stats::bytesUnsent);
        gauge(
                registry,
                "ring.occupancy",
                "How full the ring to the peer is, 0 to 1; of several the fullest",
                stats -> stats.ringOccupancy().orElse(Double.NaN));
        counter(registry, "requests.sent", "Requests and streams that this end opened", Stats::requestsSent);
        counter(registry, "requests.served", "Requests and streams that a handler took", Stats::requestsServed);
        counter(registry, "requests.refused", "Requests and streams that no handler took", Stats::requestsRefused);
        counter(registry, "events.sent", "Events sent", Stats::eventsSent);
        counter(registry, "events.received", "Events received", Stats::eventsReceived);
        bytes(registry, "sent", "Bytes of the frames sent", Stats::bytesSent);
        bytes(registry, "received", "Bytes of the frames received", Stats::bytesReceived);
    }

    private void gauge(MeterRegistry registry, String name, String what, ToDoubleFunction<Stats> value) {
        add(registry, counted.gauge(name, what, value).tags(tags).register(registry));
    }

    private void backlog(MeterRegistry registry, String name, String what, ToDoubleFunction<Stats> value) {
        add(
                registry,
                counted.gauge("backlog." + name, what, value)
                        .baseUnit(BaseUnits.BYTES)
                        .tags(tags)
                        .register(registry));
    }

    private void counter(MeterRegistry registry, String name, String what, ToDoubleFunction<Stats> value) {
        add(registry, counted.counter(name, what, value).tags(tags).register(registry));
    }

    private void bytes(MeterRegistry registry, String name, String what, ToDoubleFunction<Stats> value) {
        add(
                registry,
                counted.counter("data." + name, what, value)
                        .baseUnit(BaseUnits.BYTES)
                        .tags(tags)
                        .register(registry));
    }

    private void add(MeterRegistry registry, Meter meter) {
        bound.computeIfAbsent(registry, first -> new ConcurrentLinkedQueue<>()).add(meter);
    }

    /** Removes the meters from the registries that they were added to. */
    @Override
    public void close() {
        bound.forEach((registry, meters) -> meters.forEach(registry::remove));
        bound.clear();
    }

    /** What is counted, and how its counters are read. */
    private record Counted<T>(T subject, Function<T, Stats> stats) {
        Gauge.Builder<T> gauge(String name, String what, ToDoubleFunction<Stats> value) {
            return Gauge.builder("valise." + name, subject, reading(stats, value))
                    .description(what);
        }

        FunctionCounter.Builder<T> counter(String name, String what, ToDoubleFunction<Stats> value) {
            return FunctionCounter.builder("valise." + name, subject, reading(stats, value))
                    .description(what);
        }

        /** Without the subject: a registry keeps the function in memory. */
        private static <T> ToDoubleFunction<T> reading(Function<T, Stats> stats, ToDoubleFunction<Stats> value) {
            return it -> value.applyAsDouble(stats.apply(it));
        }
    }
}
