package io.valise.ipc.loopback.connect;

import io.valise.ipc.loopback.loop.LoopChannel;
import io.valise.ipc.loopback.loop.SharedLoop;
import io.valise.ipc.loopback.loop.Sockets;
import io.valise.ipc.spi.runtime.RateLimitedLog;
import io.valise.ipc.spi.runtime.SafeLog;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * One listening socket, on 127.0.0.1 or ::1. On the loop's thread, but for {@link #bind}, {@link #address} and
 * {@link #awaitRelease}.
 */
final class ListeningPort implements LoopChannel.Stage {
    private static final Logger LOG = SafeLog.of(ListeningPort.class);
    private static final int BACKLOG = 1024;
    private static final int ACCEPTS_AT_ONCE = 64;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final ServerSocketChannel server;
    private final InetSocketAddress address;
    private final LoopChannel socket;
    private final BiConsumer<LoopChannel, SocketChannel> accepted;

    /** Whether the last attempt to accept failed; of several in a row one is logged. */
    private final RateLimitedLog refusals = new RateLimitedLog(LOG);

    private boolean failing;

    private ListeningPort(
            ServerSocketChannel server, InetSocketAddress address, BiConsumer<LoopChannel, SocketChannel> accepted) {
        this.server = server;
        this.address = address;
        this.accepted = accepted;
        this.socket = new LoopChannel(SharedLoop.join(), server);
    }

    /**
     * Binds; connections wait in the kernel until {@link #open}.
     *
     * @param port 0 for one that is free
     * @param accepted receives every connection that comes over the loopback interface, not yet registered
     */
    static ListeningPort bind(Loopback at, int port, BiConsumer<LoopChannel, SocketChannel> accepted)
            throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(at.family());
        boolean done = false;
        try {
            server.configureBlocking(false);
            server.bind(new InetSocketAddress(at.address(), port), BACKLOG);
            ListeningPort bound = new ListeningPort(server, (InetSocketAddress) server.getLocalAddress(), accepted);
            done = true;
            return bound;
        } finally {
            if (!done) { // an Error too, such as of a library that is missing
                Sockets.closeQuietly(server);
            }
        }
    }

    InetSocketAddress address() {
        return address;
    }

    /** Begins to accept, and again after a pause. */
    void open() {
        try {
            socket.enter(this, SelectionKey.OP_ACCEPT);
        } catch (IOException e) {
            failed(socket, e);
        }
    }

    void close() {
        socket.close();
    }

    /** Returns when another process can have the port that was closed. */
    void awaitRelease() {
        socket.loop().awaitRelease(server);
    }

    @Override
    public void ready() throws IOException {
        for (int i = 0; i < ACCEPTS_AT_ONCE; i++) {
            SocketChannel connection = server.accept();
            if (connection == null) {
                return;
            }
            failing = false;
            take(connection);
        }
    }

    /** Descriptors ran out, most likely. Connections wait in the kernel; to try again at once would only spin. */
    @Override
    public void failed(LoopChannel self, Throwable why) {
        self.pause();
        self.loop().schedule(this::open, PAUSE_NANOS);
        LOG.log(
                failing ? Level.DEBUG : Level.WARNING,
                "cannot accept at " + address + "; trying again every 0.2 s",
                why);
        failing = true;
    }

    private void take(SocketChannel connection) {
        boolean taken = false;
        try {
            InetAddress from = ((InetSocketAddress) connection.getRemoteAddress()).getAddress();
            if (!Loopback.isFromHere(from)) {
                refusals.warn("refused a connection from " + from + ": it is not this machine");
                return;
            }
            connection.configureBlocking(false);
            connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
            LoopChannel socket = new LoopChannel(SharedLoop.join(), connection);
            taken = true;
            accepted.accept(socket, connection);
        } catch (IOException e) {
            // It broke before it began; the client sees that by itself.
            LOG.log(Level.DEBUG, "a connection broke while it was accepted", e);
        } finally {
            if (!taken) {
                Sockets.closeQuietly(connection);
            }
        }
    }
}
