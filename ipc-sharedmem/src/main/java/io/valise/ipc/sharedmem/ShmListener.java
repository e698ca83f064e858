package io.valise.ipc.sharedmem;

import io.valise.ipc.Endpoint;
import io.valise.ipc.sharedmem.control.AuthenticatedChannel;
import io.valise.ipc.sharedmem.control.PeerAuthenticator;
import io.valise.ipc.sharedmem.layout.SegmentLayout;
import io.valise.ipc.sharedmem.os.SegmentDirectory;
import io.valise.ipc.sharedmem.os.SegmentRemoval;
import io.valise.ipc.sharedmem.region.RegionDirectory;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.spi.runtime.ReadinessLoop;
import io.valise.ipc.spi.runtime.RuntimeDirectory;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.Threads;
import io.valise.ipc.spi.runtime.UnixSockets;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** A served {@code shm:} address. Thread-safe. */
final class ShmListener implements Transport.Listener, ServerNegotiation.NegotiationContext {
    private static final int MAX_NEGOTIATIONS = 1024;
    private static final int NEGOTIATION_SECONDS = 5;
    private static final Executor OFFERING = Threads.pool("valise-shm-offer", 2);

    private final Endpoint endpoint;
    private final Transport.Acceptor acceptor;
    private final SegmentLayout layout;
    private final SegmentDirectory segments;
    private final SegmentRemoval removal;
    private final PeerAuthenticator.Door door;
    /** With what takes back the end of its time. */
    private final Map<ServerNegotiation, Runnable> pending = new ConcurrentHashMap<>();

    private volatile boolean closed;

    /** Listens at the endpoint; first removes the segments that crashed servers left. */
    ShmListener(Endpoint endpoint, SegmentLayout layout, PlatformPolicy policy, Transport.Acceptor acceptor) {
        this.endpoint = endpoint;
        this.acceptor = acceptor;
        this.layout = layout;
        Path sockets = ShmTransport.sockets();
        this.segments = SegmentDirectory.current(sockets);
        this.removal = policy.removal();
        this.door = RuntimeDirectory.current().locked(sockets, () -> sweepAndOpen(sockets, policy.authenticator()));
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
    public Path freshSegment() {
        return segments.fresh(endpoint.name());
    }

    @Override
    public SegmentLayout layout() {
        return layout;
    }

    @Override
    public SegmentRemoval removal() {
        return removal;
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

    private PeerAuthenticator.Door sweepAndOpen(Path sockets, PeerAuthenticator authenticator) {
        RegionDirectory.sweepIfPresent(segments.path());
        segments.sweep(() -> Set.copyOf(UnixSockets.names(sockets)));
        return authenticator.open(endpoint, sockets, this::accepted);
    }

    /** On the loop's thread. */
    private void accepted(AuthenticatedChannel client) {
        if (pending.size() >= MAX_NEGOTIATIONS) {
            client.control().close();
            SafeLog.of(ShmListener.class)
                    .log(
                            Level.WARNING,
                            "dropped a connection: {0} negotiations: limit={1}",
                            endpoint,
                            MAX_NEGOTIATIONS);
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
}
