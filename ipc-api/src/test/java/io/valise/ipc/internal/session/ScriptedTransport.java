package io.valise.ipc.internal.session;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A transport on which the test is every peer: it dials servers, and answers clients. */
final class ScriptedTransport implements Transport {
    private final LinkedBlockingQueue<ScriptedPeer> dialled = new LinkedBlockingQueue<>();
    private volatile @Nullable Acceptor acceptor;
    private final AtomicInteger refusals = new AtomicInteger();
    private volatile @Nullable IpcStatus refusal;
    private volatile Consumer<ScriptedLink> prepare = link -> {};

    /** Connects to the server that listens. */
    ScriptedPeer dial() {
        ScriptedLink link = new ScriptedLink();
        Acceptor server = acceptor;
        if (server == null) {
            throw new IllegalStateException("no server listens");
        }
        server.accept(link);
        return new ScriptedPeer(link);
    }

    /** The other end of the next link that a client dials. */
    ScriptedPeer nextClient() throws InterruptedException {
        return dialled.take();
    }

    /** Does something to each link that a client dials, before the client has it. */
    void prepare(Consumer<ScriptedLink> action) {
        prepare = action;
    }

    /** Whether clients find no server. */
    void refuse(boolean yes) {
        refusal = yes ? IpcStatus.ENDPOINT_NOT_FOUND : null;
    }

    /** Clients are refused with this status. */
    void refuse(IpcStatus status) {
        refusal = status;
    }

    /** How many were. */
    int refusals() {
        return refusals.get();
    }

    @Override
    public String scheme() {
        return "scripted";
    }

    @Override
    public int order() {
        return 99;
    }

    @Override
    public Availability availability() {
        return Availability.yes("played by the test");
    }

    @Override
    public Listener listen(Endpoint endpoint, Acceptor server) {
        acceptor = server;
        return new Listener() {
            @Override
            public Endpoint endpoint() {
                return endpoint;
            }

            @Override
            public void close() {
                acceptor = null;
            }
        };
    }

    @Override
    public Link connect(Endpoint endpoint, long timeoutNanos) {
        IpcStatus status = refusal;
        if (status != null) {
            refusals.incrementAndGet();
            throw new IpcException(status, "the test accepts no connection", Delivery.NOT_SENT);
        }
        ScriptedLink link = new ScriptedLink();
        prepare.accept(link);
        dialled.add(new ScriptedPeer(link));
        return link;
    }

    @Override
    public List<Endpoint> endpoints() {
        return List.of();
    }
}
