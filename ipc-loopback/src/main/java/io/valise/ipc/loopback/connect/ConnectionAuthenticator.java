package io.valise.ipc.loopback.connect;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.loopback.link.TcpStream;
import io.valise.ipc.loopback.loop.LoopChannel;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.runtime.AuditLog;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.secret.Handshake;
import io.valise.ipc.spi.secret.PendingHandshakes;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;

/**
 * Authenticates the clients of a server, and limits what {@link PendingHandshakes} can take: so many at once, so many bytes,
 * so much time. On the loop's thread.
 */
final class ConnectionAuthenticator {
    private static final Logger LOG = SafeLog.of(ConnectionAuthenticator.class);

    private final Endpoint address;
    private final byte[] secret;
    private final Consumer<Link> admitted;
    private final PendingHandshakes<LoopChannel> pendingHandshakes = new PendingHandshakes<>();
    private boolean closed;

    ConnectionAuthenticator(Endpoint address, byte[] secret, Consumer<Link> admitted) {
        this.address = address;
        this.secret = secret.clone();
        this.admitted = admitted;
    }

    /** Takes a new connection. */
    void accept(LoopChannel socket, SocketChannel channel) {
        if (closed) {
            socket.close();
            return;
        }
        try {
            String context =
                    Greeting.context(address.name(), remote(channel), (InetSocketAddress) channel.getLocalAddress());
            pendingHandshakes.enter(socket).ifPresent(this::sendAway);
            new PendingHandshake(socket, channel, new Greeting(channel, Handshake.server(secret, context))).begin();
        } catch (IOException | RuntimeException | Error e) { // an OutOfMemoryError too: nothing else would close it
            LOG.log(
                    e instanceof IOException ? Level.DEBUG : Level.WARNING,
                    "a connection ended before its handshake",
                    e);
            pendingHandshakes.leave(socket);
            socket.close();
        }
    }

    /** Closes all pending handshakes, and connections that still come. */
    void close() {
        closed = true;
        pendingHandshakes.leaveAll().forEach(LoopChannel::close);
    }

    private static InetSocketAddress remote(SocketChannel channel) throws IOException {
        return (InetSocketAddress) channel.getRemoteAddress();
    }

    private void sendAway(LoopChannel longest) {
        longest.close();
        AuditLog.strangerRefused(
                address, "unauthenticated connections: limit=" + PendingHandshakes.MOST + ", the oldest was closed");
    }

    /** A connection that has not authenticated yet. */
    private final class PendingHandshake implements LoopChannel.Stage {
        private final LoopChannel socket;
        private final SocketChannel channel;
        private final Greeting greeting;

        PendingHandshake(LoopChannel socket, SocketChannel channel, Greeting greeting) {
            this.socket = socket;
            this.channel = channel;
            this.greeting = greeting;
        }

        void begin() {
            socket.onLeave(socket.loop().schedule(this::timeOut, PendingHandshakes.PATIENCE_NANOS));
            try {
                socket.enter(this, SelectionKey.OP_READ);
                greeting.begin();
            } catch (IOException e) {
                failed(socket, e);
            }
        }

        @Override
        public void ready() throws IOException {
            if (greeting.advance()) {
                Link link = TcpStream.link(channel, greeting.surplus());
                pendingHandshakes.leave(socket);
                socket.release();
                admitted.accept(link);
            }
        }

        @Override
        public void failed(LoopChannel broken, Throwable why) {
            pendingHandshakes.leave(broken);
            broken.close();
            IpcException refusal = Greeting.refusal(why);
            if (refusal.status()
                    == IpcStatus.PEER_DIED) { // such as a client that only checked whether there is a server
                LOG.log(Level.DEBUG, "a connection to " + address + " broke in its handshake", refusal);
            } else {
                AuditLog.strangerRefused(address, refusal.reason());
            }
        }

        private void timeOut() {
            failed(socket, new IpcException(IpcStatus.TIMEOUT, "handshake: the peer took too long", Delivery.NOT_SENT));
        }
    }
}
