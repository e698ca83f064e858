package io.valise.ipc.internal.endpoint;

import io.valise.ipc.CloseReason;
import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ReconnectPolicy;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.frame.Frames;
import io.valise.ipc.internal.local.LocalTransport;
import io.valise.ipc.internal.session.Session;
import io.valise.ipc.internal.session.SessionConfig;
import io.valise.ipc.internal.work.Deadline;
import io.valise.ipc.internal.work.ResourceTransfer;
import io.valise.ipc.internal.work.Task;
import io.valise.ipc.internal.work.Watchdog;
import io.valise.ipc.internal.work.Workers;
import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Providers;
import io.valise.ipc.spi.ServerStarter;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Connects to a server, {@code any:} by the fastest transport on which one answers. Immutable, thread-safe. */
public final class Dialer {
    private static final Logger LOG = SafeLog.of("io.valise.ipc");

    private final Endpoint endpoint;
    private final Transports transports;
    private final SessionConfig config;
    private final @Nullable ServerStarter starter;

    /** Dials one address. */
    public Dialer(Endpoint endpoint, Transports transports, SessionConfig config) {
        this(endpoint, transports, config, null);
    }

    private Dialer(Endpoint endpoint, Transports transports, SessionConfig config, @Nullable ServerStarter starter) {
        this.endpoint = endpoint;
        this.transports = transports;
        this.config = config;
        this.starter = starter;
    }

    /** Like this; where no server answers, the starter has one started. */
    public Dialer starting(ServerStarter byStarter) {
        return new Dialer(endpoint, transports, config, byStarter);
    }

    Endpoint endpoint() {
        return endpoint;
    }

    SessionConfig config() {
        return config;
    }

    /** Connects within so many nanoseconds; with a policy, the connection dials again when it has ended. */
    public IpcConnection connect(long timeoutNanos, @Nullable ReconnectPolicy policy) {
        Session session = dial(timeoutNanos, true);
        return policy == null
                ? session
                : ResourceTransfer.orFreed(
                        session,
                        first -> new ReconnectingConnection(this, policy, first, timeoutNanos).watched(),
                        Session::close);
    }

    /** Connects on another thread. */
    public CompletableFuture<IpcConnection> connectAsync(long timeoutNanos, @Nullable ReconnectPolicy policy) {
        Executor followers = config.services().context().over(Workers.followers());
        return ResourceTransfer.by(followers, () -> connect(timeoutNanos, policy), IpcConnection::close);
    }

    /** Connects; {@code starts} says whether the starter, if there is one, may be asked. */
    Session dial(long timeoutNanos, boolean starts) {
        long deadline = Deadline.in(timeoutNanos);
        if (starter == null || !starts) {
            return dial(endpoint, deadline);
        }
        return dialIfServed(endpoint, deadline)
                .orElseGet(() -> starter.connect(endpoint, deadline, address -> dialIfServed(address, deadline)));
    }

    private Optional<Session> dialIfServed(Endpoint address, long deadline) {
        try {
            return Optional.of(dial(address, deadline));
        } catch (IpcException e) {
            if (!meansThatNoServerRuns(e.status())) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /** A server that ends while a client connects serves no more. */
    private static boolean meansThatNoServerRuns(IpcStatus status) {
        return status == IpcStatus.ENDPOINT_NOT_FOUND
                || status == IpcStatus.CONNECTION_CLOSED
                || status == IpcStatus.PEER_DIED;
    }

    private Session dial(Endpoint address, long deadline) {
        return address.isCollective() ? dialAny(address, deadline) : dial(transports.of(address), address, deadline);
    }

    private Session dialAny(Endpoint any, long deadline) {
        List<String> reasons = new ArrayList<>();
        IpcStatus status = IpcStatus.UNSUPPORTED;
        IpcStatus unavailable = IpcStatus.UNSUPPORTED;
        boolean looked = false;
        for (Transport transport : transports.inOrder(any)) {
            Availability availability = Availability.of(transport);
            if (!availability.available()) {
                Transports.leftOut(any, transport, availability.detail());
                reasons.add(transport.scheme() + ": " + availability.detail());
                unavailable = Transports.moreSpecific(unavailable, availability.refusal());
                continue;
            }
            try {
                return dial(transport, any.withScheme(transport.scheme()), deadline);
            } catch (IpcException e) {
                if (!mayTryNext(e.status())) {
                    throw e;
                }
                status = moreSpecific(status, e.status());
                looked |= !transport.scheme().equals(LocalTransport.SCHEME);
                reasons.add(transport.scheme() + ": " + e.reason());
            } catch (RuntimeException | LinkageError e) { // a transport's own fault
                LOG.log(Level.WARNING, "dialling " + any + ": passing over " + transport.scheme(), e);
                reasons.add(transport.scheme() + ": " + e);
            }
        }
        if (!transports.reachOtherProcesses()) {
            reasons.add("there is no transport between processes: " + Providers.howToAdd());
        }
        // Where no other process could be looked for at all, why that is so tells more than that there is none in this
        // one.
        throw new IpcException(
                looked || unavailable == IpcStatus.UNSUPPORTED ? status : unavailable,
                any + ": no server answers by any transport; " + String.join("; ", reasons) + "; " + transports.asked(),
                Delivery.NOT_SENT);
    }

    /** The more specific of two: no room says that there may be a server, and not found says that a transport works. */
    private static IpcStatus moreSpecific(IpcStatus known, IpcStatus more) {
        return known == IpcStatus.RESOURCE_EXHAUSTED || more == IpcStatus.UNSUPPORTED ? known : more;
    }

    /** Whether another transport may do what this one could not. */
    private static boolean mayTryNext(IpcStatus status) {
        return status == IpcStatus.ENDPOINT_NOT_FOUND
                || status == IpcStatus.UNSUPPORTED
                || status == IpcStatus.RESOURCE_EXHAUSTED;
    }

    private Session dial(Transport transport, Endpoint concrete, long deadline) {
        Session session = session(transport, concrete, deadline);
        return ResourceTransfer.orFreed(session, fresh -> greeted(fresh, concrete, deadline), Session::close);
    }

    private static Session greeted(Session session, Endpoint concrete, long deadline) {
        try {
            session.greet(deadline);
            ConnectionLog.connected(session);
            return session;
        } catch (IpcException e) {
            throw new IpcException(e.status(), "connecting to " + concrete + ": " + e.reason(), Delivery.NOT_SENT, e);
        }
    }

    /** Has the watchdog until it has ended. */
    private Session session(Transport transport, Endpoint concrete, long deadline) {
        Watchdog.begin();
        boolean done = false;
        try {
            Link link = Unsent.before(() -> transport.connect(concrete, Math.max(1, deadline - System.nanoTime())));
            Session session = Session.over(link, concrete, config.reaching(transport.reach()), new ClientGreeter());
            done = true;
            return session;
        } finally {
            if (!done) { // an Error too, such as of a transport whose libraries are missing
                Watchdog.leave();
            }
        }
    }

    /** A client's session. */
    private static final class ClientGreeter implements Session.Greeter {
        @Override
        public boolean isServer() {
            return false;
        }

        @Override
        public Task greeted(Session session, long id, int lowest, int highest, ValueSet about) {
            throw Frames.malformed("HELLO: only a client says it");
        }

        @Override
        public Task proved(Session session, long id, ValueSet proof) {
            throw Frames.malformed("PROOF: only a client says it");
        }

        @Override
        public void ended(Session session, CloseReason reason) {
            ConnectionLog.closed(session, reason);
            Watchdog.leave();
        }
    }
}
