package io.valise.ipc.sharedmem;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.sharedmem.layout.SegmentLayout;
import io.valise.ipc.sharedmem.os.SegmentDirectory;
import io.valise.ipc.sharedmem.region.RegionDirectory;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.spi.runtime.Listening;
import io.valise.ipc.spi.runtime.RuntimeDirectory;
import io.valise.ipc.spi.runtime.UnixSockets;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A served {@code shm:} address. Thread-safe. */
final class ShmListener implements Transport.Listener, ServerHandshake.House {
    private static final int MAX_HANDSHAKES = 1024;
    private static final int HANDSHAKE_SECONDS = 5;
    private static final Executor HANDSHAKES = handshakeThreads();
    private static final Executor TOO_LATE =
            CompletableFuture.delayedExecutor(HANDSHAKE_SECONDS, TimeUnit.SECONDS, Runnable::run);

    private final Endpoint endpoint;
    private final Transport.Acceptor acceptor;
    private final SegmentLayout layout;
    private final SegmentDirectory segments;
    private final Listening listening;
    private final Set<ServerHandshake> pending = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** Listens at the endpoint; first removes the segments that crashed servers left. */
    ShmListener(Endpoint endpoint, SegmentLayout layout, Transport.Acceptor acceptor) {
        this.endpoint = endpoint;
        this.acceptor = acceptor;
        this.layout = layout;
        Path sockets = ShmTransport.sockets();
        this.segments = SegmentDirectory.current(sockets);
        this.listening = RuntimeDirectory.current().locked(sockets, () -> sweepAndListen(sockets));
    }

    @Override
    public Endpoint endpoint() {
        return endpoint;
    }

    @Override
    public void close() {
        closed = true;
        pending.forEach(handshake -> handshake.abandon("the server stops listening"));
        listening.close();
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
    public void completed(ServerHandshake handshake, ShmLink link) {
        pending.remove(handshake);
        acceptor.accept(link);
    }

    @Override
    public void failed(ServerHandshake handshake) {
        pending.remove(handshake);
    }

    private Listening sweepAndListen(Path sockets) {
        RegionDirectory.sweepIfPresent(segments.path());
        if (!segments.isEmpty()) {
            segments.sweep(Set.copyOf(UnixSockets.names(sockets)));
        }
        return UnixSockets.listen(sockets, endpoint.name(), this::accepted);
    }

    /** On the loop's thread; an exception closes the connection. */
    private void accepted(SocketChannel socket) {
        if (pending.size() >= MAX_HANDSHAKES) {
            throw new IpcException(
                    IpcStatus.RESOURCE_EXHAUSTED,
                    endpoint + " hand-shakes: limit=" + MAX_HANDSHAKES + ", actual=" + (pending.size() + 1));
        }
        ServerHandshake handshake = new ServerHandshake(socket, this, HANDSHAKES);
        pending.add(handshake);
        handshake.start();
        TOO_LATE.execute(() -> handshake.abandon("limit=" + HANDSHAKE_SECONDS + " s for the hand-shake"));
        if (closed) {
            handshake.abandon("the server stops listening");
        }
    }

    /** Two threads that end when they have nothing to do. */
    private static Executor handshakeThreads() {
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                2, 2, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), ShmListener::handshakeThread);
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    private static Thread handshakeThread(Runnable work) {
        Thread thread = new Thread(null, work, "valise-shm-handshake", 0, false);
        thread.setDaemon(true);
        thread.setContextClassLoader(null);
        return thread;
    }
}
