package io.valise.ipc.internal.work;

import io.valise.ipc.Stats;
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

    public Stats snapshot(int pending, int connections) {
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
                        connections);
    }
}
