package io.valise.ipc.internal.endpoint;

import io.valise.ipc.Endpoint;
import io.valise.ipc.Latency;
import io.valise.ipc.Stats;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.frame.Frames;
import io.valise.ipc.internal.greeting.Greeting;
import io.valise.ipc.internal.serve.Services;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The services every server answers: {@code valise.ping} echoes, {@code valise.info} tells about the server, and
 * {@code valise.schema} what it offers, with its types.
 */
final class BuiltIns {
    private final ServerCore server;
    private @Nullable UUID serverId;

    private BuiltIns(ServerCore server) {
        this.server = server;
    }

    static void addTo(Services services, ServerCore server) {
        BuiltIns builtIns = new BuiltIns(server);
        services.addBuiltIn("valise.ping", request -> request.message());
        services.addBuiltIn("valise.info", request -> builtIns.info(request.message()));
        services.addBuiltIn("valise.schema", request -> ValueSet.from(services.schema()));
    }

    /** Made when it is first asked for: a source of random numbers takes its time to start. */
    private synchronized String serverId() {
        UUID id = serverId == null ? UUID.randomUUID() : serverId;
        serverId = id;
        return id.toString();
    }

    private ValueSet info(ValueSet asked) {
        if (asked.getBoolean("latency", false)) {
            server.config().services().latency().forAWhile();
        }
        Stats stats = server.stats();
        ValueSet.Builder info = ValueSet.builder()
                .put("application", Greeting.thisApplication())
                .put("pid", ProcessHandle.current().pid())
                .put("protocolVersion", Frames.VERSION)
                .put("javaVersion", Runtime.version().toString())
                .put("uptime", Duration.ofNanos(server.uptimeNanos()))
                .put(
                        "endpoints",
                        server.endpoints().stream().map(Endpoint::toString).toArray(String[]::new))
                .put("services", server.config().services().names().toArray(String[]::new))
                .put("maxMessageBytes", server.config().maxMessageBytes())
                .put("connections", stats.connections())
                .put("requestsServed", stats.requestsServed())
                .put("builtInRequestsServed", stats.builtInRequestsServed())
                .put("requestsRefused", stats.requestsRefused())
                .put("eventsReceived", stats.eventsReceived())
                .put("eventsSent", stats.eventsSent())
                .put("bytesReceived", stats.bytesReceived())
                .put("bytesSent", stats.bytesSent())
                .put("bytesUnhandled", stats.bytesUnhandled())
                .put("bytesUnsent", stats.bytesUnsent());
        if (asked.getBoolean("host", false)) { // not unasked: on some systems the name is looked up
            info.put("host", Greeting.thisHost()).put("serverId", serverId());
        }
        stats.ringOccupancy().ifPresent(taken -> info.put("ringOccupancy", taken));
        return withLatencies(info, stats.latencies()).build();
    }

    /** Arrays beside each other; none where nothing was measured, as with servers that do not measure. */
    private static ValueSet.Builder withLatencies(ValueSet.Builder info, Map<String, Latency> latencies) {
        if (latencies.isEmpty()) {
            return info;
        }
        List<Latency> all = List.copyOf(latencies.values());
        return info.put("measuredServices", latencies.keySet().toArray(String[]::new))
                .put("measuredRequests", all.stream().mapToLong(Latency::count).toArray())
                .put("latencyP50", nanos(all, Latency::p50))
                .put("latencyP99", nanos(all, Latency::p99));
    }

    private static long[] nanos(List<Latency> all, Function<Latency, Duration> percentile) {
        return all.stream().map(percentile).mapToLong(Duration::toNanos).toArray();
    }
}
