package io.valise.ipc;

import io.valise.ipc.internal.work.StatsAccess;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Counters since the connection, or for a server all its connections, began. A snapshot: the counters are read one after
 * the other without stopping traffic. Made by the library alone, so that counters can be added. Two are equal when all
 * counters are. Immutable.
 *
 * @since 0.1.0
 */
public final class Stats {
    /** No traffic and no connection. */
    public static final Stats ZERO = new Stats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Map.of());

    static {
        StatsAccess.set(Stats::new, Latency::new);
    }

    private final long requestsSent;
    private final long requestsServed;
    private final long builtInRequestsServed;
    private final long requestsRefused;
    private final long eventsSent;
    private final long eventsReceived;
    private final long bytesSent;
    private final long bytesReceived;
    private final int pending;
    private final int connections;
    private final Map<String, Latency> latencies;

    Stats(
            long requestsSent,
            long requestsServed,
            long builtInRequestsServed,
            long requestsRefused,
            long eventsSent,
            long eventsReceived,
            long bytesSent,
            long bytesReceived,
            int pending,
            int connections,
            Map<String, Latency> latencies) {
        this.requestsSent = requestsSent;
        this.requestsServed = requestsServed;
        this.builtInRequestsServed = builtInRequestsServed;
        this.requestsRefused = requestsRefused;
        this.eventsSent = eventsSent;
        this.eventsReceived = eventsReceived;
        this.bytesSent = bytesSent;
        this.bytesReceived = bytesReceived;
        this.pending = pending;
        this.connections = connections;
        this.latencies = latencies;
    }

    /** Requests and streams that this end opened. */
    public long requestsSent() {
        return requestsSent;
    }

    /** Requests and streams of the peer that a handler took. */
    public long requestsServed() {
        return requestsServed;
    }

    /**
     * Those of {@link #requestsServed} for the services that every server answers, {@code valise.ping}, {@code valise.info} and
     * {@code valise.schema}. A client that calls nothing else only monitors the server.
     */
    public long builtInRequestsServed() {
        return builtInRequestsServed;
    }

    /** Requests of the peer that no handler took: unknown service, access denied, overload. */
    public long requestsRefused() {
        return requestsRefused;
    }

    /** One-way events sent. */
    public long eventsSent() {
        return eventsSent;
    }

    /** One-way events received. */
    public long eventsReceived() {
        return eventsReceived;
    }

    /** Bytes of the frames sent. */
    public long bytesSent() {
        return bytesSent;
    }

    /** Bytes of the frames received. */
    public long bytesReceived() {
        return bytesReceived;
    }

    /** Calls of this end that wait for their answer now. */
    public int pending() {
        return pending;
    }

    /** Connections that are open now. */
    public int connections() {
        return connections;
    }

    /**
     * How long requests took, by the names of their services; empty where that is not measured ({@link
     * IpcServer.Builder#measureLatency()}). Unmodifiable.
     */
    public Map<String, Latency> latencies() {
        return latencies;
    }

    /** The same for all services together. */
    public Latency latency() {
        return latencies.values().stream().reduce(Latency.NONE, Latency::plus);
    }

    /** The sum, counter by counter. */
    public Stats plus(Stats other) {
        return new Stats(
                requestsSent + other.requestsSent,
                requestsServed + other.requestsServed,
                builtInRequestsServed + other.builtInRequestsServed,
                requestsRefused + other.requestsRefused,
                eventsSent + other.eventsSent,
                eventsReceived + other.eventsReceived,
                bytesSent + other.bytesSent,
                bytesReceived + other.bytesReceived,
                pending + other.pending,
                connections + other.connections,
                sum(latencies, other.latencies));
    }

    private static Map<String, Latency> sum(Map<String, Latency> one, Map<String, Latency> other) {
        if (one.isEmpty() || other.isEmpty()) {
            return one.isEmpty() ? other : one;
        }
        Map<String, Latency> sum = new TreeMap<>(one);
        other.forEach((service, latency) -> sum.merge(service, latency, Latency::plus));
        return Collections.unmodifiableMap(sum);
    }

    private long[] all() {
        return new long[] {
            requestsSent,
            requestsServed,
            builtInRequestsServed,
            requestsRefused,
            eventsSent,
            eventsReceived,
            bytesSent,
            bytesReceived,
            pending,
            connections
        };
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Stats stats && Arrays.equals(all(), stats.all()) && latencies.equals(stats.latencies);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(all());
    }

    /** Every counter with its name; for logs. */
    @Override
    public String toString() {
        return "Stats[requestsSent=" + requestsSent
                + ", requestsServed=" + requestsServed
                + ", builtInRequestsServed=" + builtInRequestsServed
                + ", requestsRefused=" + requestsRefused
                + ", eventsSent=" + eventsSent
                + ", eventsReceived=" + eventsReceived
                + ", bytesSent=" + bytesSent
                + ", bytesReceived=" + bytesReceived
                + ", pending=" + pending
                + ", connections=" + connections
                + (latencies.isEmpty() ? "" : ", latencies=" + latencies) + ']';
    }
}
