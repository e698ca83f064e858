package io.valise.ipc;

import io.valise.ipc.internal.work.StatsAccess;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.OptionalDouble;
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
    public static final Stats ZERO = new Stats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, OptionalDouble.empty(), Map.of());

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
    private final long bytesUnhandled;
    private final long bytesUnsent;
    private final OptionalDouble ringOccupancy;
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
            long bytesUnhandled,
            long bytesUnsent,
            OptionalDouble ringOccupancy,
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
        this.bytesUnhandled = bytesUnhandled;
        this.bytesUnsent = bytesUnsent;
        this.ringOccupancy = ringOccupancy;
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
     * Bytes that were received and wait for a thread now, to be handled: of requests, events and other work, with 256 bytes
     * for each piece. What a handler works on is not among them.
     */
    public long bytesUnhandled() {
        return bytesUnhandled;
    }

    /**
     * Bytes of answers and broadcasts that wait for room at the peer now, with 256 bytes for each. A call or event for
     * which a thread of the caller waits is not among them.
     */
    public long bytesUnsent() {
        return bytesUnsent;
    }

    /**
     * How full the ring to the peer is now, from 0 to 1; of several connections the fullest. Over {@code local:} it is the
     * queue to the peer. Over {@code shm:} the peer tells its position in steps of an eighth of the ring, so that a ring
     * that it has read may still count as an eighth full. Empty over other transports, and without an open connection.
     */
    public OptionalDouble ringOccupancy() {
        return ringOccupancy;
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

    /** The sum, counter by counter; of {@link #ringOccupancy} the greater. */
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
                bytesUnhandled + other.bytesUnhandled,
                bytesUnsent + other.bytesUnsent,
                greater(ringOccupancy, other.ringOccupancy),
                sum(latencies, other.latencies));
    }

    private static OptionalDouble greater(OptionalDouble one, OptionalDouble other) {
        return one.isEmpty() || (other.isPresent() && other.getAsDouble() > one.getAsDouble()) ? other : one;
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
            connections,
            bytesUnhandled,
            bytesUnsent
        };
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Stats stats
                && Arrays.equals(all(), stats.all())
                && ringOccupancy.equals(stats.ringOccupancy)
                && latencies.equals(stats.latencies);
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
                + ", bytesUnhandled=" + bytesUnhandled
                + ", bytesUnsent=" + bytesUnsent
                + (ringOccupancy.isEmpty() ? "" : ", ringOccupancy=" + ringOccupancy.getAsDouble())
                + (latencies.isEmpty() ? "" : ", latencies=" + latencies) + ']';
    }
}
