package io.valise.ipc.internal.serve;

import io.valise.ipc.CloseReason;
import io.valise.ipc.Event;
import io.valise.ipc.EventHandler;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.call.InFlight;
import io.valise.ipc.internal.frame.Frames;
import io.valise.ipc.internal.work.Aside;
import io.valise.ipc.internal.work.Backlog;
import io.valise.ipc.internal.work.SerialLane;
import io.valise.ipc.internal.work.SessionCounters;
import io.valise.ipc.internal.work.Work;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Brings the peer's requests and events to their handlers, as far as {@link Admission} lets them, and knows what of it is
 * under way. Thread-safe.
 */
public final class Dispatcher {
    private static final Logger LOG = SafeLog.of("io.valise.ipc");
    private static final int MOST_REQUESTS = 65_536;
    private static final int MOST_NAMES_CHARS = 500;
    /** How often a shutdown looks whether the events have been handled: nobody tells it. */
    private static final long EVENTS_CHECK_MILLIS = 20;

    private final Asker asker;
    private final Services services;
    private final Admission admission;
    private final SessionCounters counters;
    private final Backlog backlog;
    private final boolean aside;
    private final SerialLane events;
    private final InFlight<InboundRequest> requests = new InFlight<>();
    private volatile boolean draining;

    /**
     * @param aside whether handlers never run on a reading thread
     * @param events where the handlers of events run in order; null for a lane of its own
     */
    public Dispatcher(
            Asker asker,
            Services services,
            Admission admission,
            SessionCounters counters,
            Backlog backlog,
            boolean aside,
            @Nullable SerialLane events) {
        this.asker = asker;
        this.services = services;
        this.admission = admission;
        this.counters = counters;
        this.backlog = backlog;
        this.aside = aside;
        this.events = events == null ? new SerialLane(backlog, aside) : events;
    }

    // ---- what a request asks while it is answered

    Asker asker() {
        return asker;
    }

    SessionCounters counters() {
        return counters;
    }

    boolean isAside() {
        return aside;
    }

    void finished(InboundRequest request) {
        if (requests.remove(request) && draining) {
            wakeWaiting();
        }
    }

    // ---- what comes in

    /** Takes a request in; returns what is to be done with it. */
    public Work requested(InboundRequest request) {
        if (requests.size() >= MOST_REQUESTS) {
            return new Aside(() -> request.refuse(
                    IpcStatus.RESOURCE_EXHAUSTED, "requests under way on one connection: limit=" + MOST_REQUESTS));
        }
        Service service = services.service(request.service());
        if (service == null) {
            return new Aside(() -> request.refuse(IpcStatus.SERVICE_NOT_FOUND, notFound(request.service())));
        }
        backlog.checkNotExcessive();
        request.handler(service);
        if (!requests.put(request)) {
            throw Frames.malformed("request id " + request.id() + ": it is under way already");
        }
        return request;
    }

    private String notFound(String service) {
        String names = String.join(", ", services.names());
        String where = asker.isServer() ? "at " : "by the client of ";
        return "service " + service + ": not offered " + where + asker.endpoint() + "; offered: "
                + (names.length() <= MOST_NAMES_CHARS ? names : names.substring(0, MOST_NAMES_CHARS) + "…");
    }

    /** Whether a request may run now; answers it if not. */
    boolean admits(InboundRequest request) {
        CloseReason refusal = asker.refusal();
        if (refusal != null) {
            request.refuse(refusal.status(), refusal.detail());
            return false;
        }
        if (!admission.allows(request.service())) {
            request.refuse(IpcStatus.ACCESS_DENIED, "access denied");
            return false;
        }
        return true;
    }

    /** Takes an event in; returns what is to be done with it, if it is this thread's turn to do it. */
    public @Nullable Work eventReceived(String name, ValueSet message, int bytes) {
        EventHandler handler = services.event(name);
        if (handler == null) {
            LOG.log(Level.DEBUG, "event {0} from {1}: no handler", name, asker);
            return null;
        }
        backlog.checkNotExcessive();
        return events.add(() -> deliver(handler, name, message), bytes, backlog) ? events : null;
    }

    private void deliver(EventHandler handler, String name, ValueSet message) {
        if (!admission.allows(name)) {
            return;
        }
        try {
            handler.onEvent(new ReceivedEvent(name, message, asker));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Throwable e) { // whatever a handler throws must not end the reader
            LOG.log(Level.WARNING, "the handler of event " + name + " failed", e);
        }
    }

    private record ReceivedEvent(String name, ValueSet message, IpcConnection connection) implements Event {
        @Override
        public PeerIdentity caller() {
            return connection.peer();
        }
    }

    /** The peer asks for more messages of a stream; returns what is to be done with it. */
    public @Nullable Work credited(long id, long more) {
        InboundRequest request = requests.get(id);
        return request == null ? null : request.credited(more);
    }

    /** The peer gave a request up; returns what is to be done with it. */
    public @Nullable Work cancelled(long id) {
        InboundRequest request = requests.get(id);
        return request == null ? null : request.cancelled();
    }

    // ---- the end

    /** From now on no requests are taken. */
    public void drain() {
        draining = true;
    }

    /** Whether no requests are taken any more. */
    public boolean isDraining() {
        return draining;
    }

    /** Waits until no request or event of the peer is under way; false when the deadline came first. */
    public boolean awaitIdle(long deadline) throws InterruptedException {
        synchronized (requests) {
            while ((requests.size() > 0 && !asker.isEnded()) || !events.isIdle()) {
                long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime() + 999_999);
                if (millis <= 0) {
                    return false;
                }
                requests.wait(Math.min(millis, EVENTS_CHECK_MILLIS));
            }
        }
        return true;
    }

    /** The connection has ended; returns what is to be done with what was under way. */
    public List<Work> ended() {
        wakeWaiting();
        return requests.snapshot().stream().map(InboundRequest::cancelled).toList();
    }

    private void wakeWaiting() {
        synchronized (requests) {
            requests.notifyAll();
        }
    }
}
