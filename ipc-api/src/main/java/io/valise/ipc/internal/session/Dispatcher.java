package io.valise.ipc.internal.session;

import io.valise.ipc.Event;
import io.valise.ipc.EventHandler;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.ValueSet;
import io.valise.ipc.spi.runtime.AuditLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Brings the peer's requests and events to their handlers, as far as the access policy lets them. Thread-safe. */
final class Dispatcher {
    private static final Logger LOG = System.getLogger("io.valise.ipc");
    private static final int MOST_REQUESTS = 65_536;
    private static final int MOST_NAMES_CHARS = 500;

    private final Session session;
    private final SerialLane events;

    Dispatcher(Session session) {
        this.session = session;
        this.events = new SerialLane(session.backlog(), session.hasExecutor());
    }

    /** Takes a request in; returns what is to be done with it. */
    Work requested(InboundRequest request) {
        if (session.requests().size() >= MOST_REQUESTS) {
            return new Aside(() -> request.refuse(
                    IpcStatus.RESOURCE_EXHAUSTED, "requests under way on one connection: limit=" + MOST_REQUESTS));
        }
        Service service = session.services().service(request.service());
        if (service == null) {
            return new Aside(() -> request.refuse(IpcStatus.SERVICE_NOT_FOUND, notFound(request.service())));
        }
        checkBacklog();
        request.handler(service);
        if (!session.requests().put(request)) {
            throw Inbound.malformed("request id " + request.id() + ": it is under way already");
        }
        return request;
    }

    private String notFound(String service) {
        String names = String.join(", ", session.services().names());
        String where = session.isServer() ? "at " : "by the client of ";
        return "service " + service + ": not offered " + where + session.endpoint() + "; offered: "
                + (names.length() <= MOST_NAMES_CHARS ? names : names.substring(0, MOST_NAMES_CHARS) + "…");
    }

    /** Whether a request may run now; answers it if not. */
    boolean admits(InboundRequest request) {
        if (session.takesNoCalls()) {
            request.refuse(IpcStatus.CONNECTION_CLOSED, "the peer is shutting down and takes no new calls");
            return false;
        }
        if (!allows(request.service())) {
            request.refuse(IpcStatus.ACCESS_DENIED, "access denied");
            return false;
        }
        return true;
    }

    private boolean allows(String name) {
        try {
            Optional<String> refusal = refusal(name);
            if (refusal.isEmpty()) {
                return true;
            }
            AuditLog.refused(session.endpoint(), session.peer(), "use " + name, refusal.get());
        } catch (RuntimeException | Error e) { // an Error must not end the reader either
            AuditLog.refused(session.endpoint(), session.peer(), "use " + name, "the policy failed: " + e);
            LOG.log(Level.WARNING, "the access policy failed for " + session + " and " + name, e);
        }
        return false;
    }

    private Optional<String> refusal(String name) {
        PeerIdentity peer = session.peer();
        Optional<String> byRules = session.isServer()
                ? session.config().credentials().inRefusal(session.endpoint(), peer.applicationId())
                : Optional.empty();
        return byRules.isPresent() ? byRules : session.config().access().refusal(peer, name);
    }

    /** Takes an event in; returns what is to be done with it, if it is this thread's turn to do it. */
    @Nullable Work eventReceived(String name, ValueSet message, int bytes) {
        EventHandler handler = session.services().event(name);
        if (handler == null) {
            LOG.log(Level.DEBUG, "event {0} from {1}: no handler", name, session);
            return null;
        }
        checkBacklog();
        return events.add(() -> deliver(handler, name, message), bytes) ? events : null;
    }

    /** Whether events wait for their handler, or one runs. */
    boolean hasEvents() {
        return !events.isIdle();
    }

    private void deliver(EventHandler handler, String name, ValueSet message) {
        if (!allows(name)) {
            return;
        }
        try {
            handler.onEvent(new ReceivedEvent(name, message, session));
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

    /** Callers read on while the background pauses; what they bring in has a limit too. */
    void checkBacklog() {
        Backlog backlog = session.backlog();
        if (backlog.isExcessive()) {
            throw new IpcException(
                    IpcStatus.RESOURCE_EXHAUSTED,
                    "received work that waits for its handler: actual=" + backlog.bytes() + " bytes");
        }
    }
}
