package io.valise.ipc.sharedmem;

import io.valise.ipc.Endpoint;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.sharedmem.control.AuthenticatedChannel;
import io.valise.ipc.sharedmem.control.PeerAuthenticator;
import io.valise.ipc.sharedmem.layout.SegmentLayout;
import io.valise.ipc.sharedmem.os.SegmentRemoval;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.spi.runtime.AuditLog;
import io.valise.ipc.spi.runtime.RateLimitedLog;
import io.valise.ipc.spi.runtime.ReadinessLoop;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.Threads;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** A served {@code shm:} address. Thread-safe. */
final class ShmListener implements Transport.Listener, ServerNegotiation.NegotiationContext {
    private static final int MAX_NEGOTIATIONS = 1024;
    private static final int MAX_OF_ANOTHER_USER = 64;
    private static final int NEGOTIATION_SECONDS = 5;
    private static final Executor OFFERING = Threads.pool("valise-shm-offer", 2);

    private final Endpoint endpoint;
    private final Transport.Acceptor acceptor;
    private final SegmentLayout layout;
    private final ShmPlace place;
    private final PeerAuthenticator.Door door;
    private final RateLimitedLog warnings = new RateLimitedLog(SafeLog.of(ServerNegotiation.class));
    /** With what takes back the end of its time. */
    private final Map<ServerNegotiation, Runnable> pending = new ConcurrentHashMap<>();

    private volatile boolean closed;

    /** Listens at the endpoint, which is the place's. */
    ShmListener(Endpoint endpoint, SegmentLayout layout, ShmPlace place, Transport.Acceptor acceptor) {
        this.endpoint = endpoint;
        this.acceptor = acceptor;
        this.layout = layout;
        this.place = place;
        this.door = place.open(this::accepted);
    }

    @Override
    public Endpoint endpoint() {
        return endpoint;
    }

    @Override
    public void close() {
        closed = true;
        pending.keySet().forEach(negotiation -> negotiation.abandon("the server stops listening"));
        door.close();
    }

    @Override
    public RateLimitedLog warnings() {
        return warnings;
    }

    @Override
    public Path freshSegment() {
        return place.segments().fresh(endpoint.name());
    }

    @Override
    public SegmentLayout layout() {
        return layout;
    }

    @Override
    public SegmentRemoval removal() {
        return place.removal();
    }

    @Override
    public void share(Path segment, PeerIdentity client) {
        place.share(segment, client);
    }

    @Override
    public void completed(ServerNegotiation negotiation, ShmLink link) {
        forget(negotiation);
        acceptor.accept(link);
    }

    @Override
    public void failed(ServerNegotiation negotiation) {
        forget(negotiation);
    }

    private void forget(ServerNegotiation negotiation) {
        Runnable takeBack = pending.remove(negotiation);
        if (takeBack != null) {
            takeBack.run();
        }
    }

    /** On the loop's thread. */
    private void accepted(AuthenticatedChannel client) {
        if (pending.size() >= MAX_NEGOTIATIONS) {
            client.control().close();
            warnings.warn("dropped a connection: " + endpoint + " negotiations: limit=" + MAX_NEGOTIATIONS);
            return;
        }
        if (!client.peer().sameUser() && negotiating(client.peer()) >= MAX_OF_ANOTHER_USER) {
            client.control().close();
            String because = "negotiations of one user: limit=" + MAX_OF_ANOTHER_USER;
            AuditLog.refused(endpoint, client.peer(), "connect", because);
            return;
        }
        ServerNegotiation negotiation = new ServerNegotiation(client, this, OFFERING);
        Runnable takeBack = ReadinessLoop.shared()
                .after(
                        TimeUnit.SECONDS.toNanos(NEGOTIATION_SECONDS),
                        () -> negotiation.abandon("limit=" + NEGOTIATION_SECONDS + " s for the negotiation"));
        pending.put(negotiation, takeBack);
        negotiation.start();
        if (closed) {
            negotiation.abandon("the server stops listening");
        }
    }

    /** How many negotiations another user has begun: one must not take the room of all. */
    private long negotiating(PeerIdentity peer) {
        return pending.keySet().stream()
                .filter(negotiation -> negotiation.isBy(peer))
                .count();
    }
}
