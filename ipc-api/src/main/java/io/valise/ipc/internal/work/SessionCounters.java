package io.valise.ipc.internal.work;

import io.valise.ipc.Latency;
import io.valise.ipc.Stats;
import java.util.Collections;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The counters behind {@link Stats}. Each is written by one thread at a time, under the send lock or the read right,
 * except those of requests and events, which any thread counts; any thread reads them.
 */
public final class SessionCounters {
    private final AtomicLong bytesSent = new AtomicLong();
    private final AtomicLong bytesReceived = new AtomicLong();
    private final AtomicLong eventsReceived = new AtomicLong();
    private final AtomicLong requestsServed = new AtomicLong();
    private final AtomicLong builtInRequestsServed = new AtomicLong();
    private final AtomicLong requestsRefused = new AtomicLong();
    private final AtomicLong requestsSent = new AtomicLong();
    private final AtomicLong eventsSent = new AtomicLong();

    /** By service; only requests that are measured are in it. */
    private final Map<String, LatencyHistogram> latencies = new ConcurrentHashMap<>();

    public void sent(int bytes) {
        bytesSent.lazySet(bytesSent.getPlain() + bytes);
    }

    public void received(int bytes) {
        bytesReceived.lazySet(bytesReceived.getPlain() + bytes);
    }

    public void eventReceived() {
        eventsReceived.lazySet(eventsReceived.getPlain() + 1);
    }

    public void requestSent() {
        requestsSent.getAndIncrement();
    }

    public void eventSent() {
        eventsSent.getAndIncrement();
    }

    public void served(boolean builtIn) {
        requestsServed.getAndIncrement();
        if (builtIn) {
            builtInRequestsServed.getAndIncrement();
        }
    }

    public void refused() {
        requestsRefused.getAndIncrement();
    }

    /** A request of a service took so long. */
    public void took(String service, long nanos) {
        latencies.computeIfAbsent(service, first -> new LatencyHistogram()).add(nanos);
    }

    private Map<String, Latency> latencies() {
        if (latencies.isEmpty()) {
            return Map.of();
        }
        Map<String, Latency> now = new TreeMap<>();
        latencies.forEach((service, histogram) -> now.put(service, StatsAccess.latency(histogram.counts())));
        return Collections.unmodifiableMap(now);
    }

    /** The counters of a connection that has ended. */
    public Stats snapshotOfEnded(int pending) {
        return snapshot(pending, 0, 0, 0, OptionalDouble.empty());
    }

    /** The counters, and what there is at this moment. */
    public Stats snapshot(
            int pending, int connections, long bytesUnhandled, long bytesUnsent, OptionalDouble ringOccupancy) {
        return StatsAccess.get()
                .make(
                        requestsSent.get(),
                        requestsServed.get(),
                        builtInRequestsServed.get(),
                        requestsRefused.get(),
                        eventsSent.get(),
                        eventsReceived.get(),
                        bytesSent.get(),
                        bytesReceived.get(),
                        pending,
                        connections,
                        bytesUnhandled,
                        bytesUnsent,
                        ringOccupancy,
                        latencies());
    }
}
