package io.valise.ipc.loopback.connect;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.loopback.endpoint.EndpointFile;
import io.valise.ipc.loopback.link.TcpStream;
import io.valise.ipc.loopback.link.Watch;
import io.valise.ipc.loopback.loop.Sockets;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.secret.Handshake;
import io.valise.ipc.spi.secret.Secret;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to reach a server at one of its addresses, by the caller's own thread: it connects and shakes hands, and
 * is parked while it waits, so that an interrupt closes nothing and a virtual thread leaves its carrier to others. What
 * it ends with is, beside the statuses of {@link Handshake}, {@code ENDPOINT_NOT_FOUND} when no process listens there,
 * {@code PEER_DIED} when the peer closed the socket during the handshake, {@code TIMEOUT}, {@code CANCELLED} when the
 * caller was interrupted (its interrupt status stays set), {@code RESOURCE_EXHAUSTED}.
 */
final class TcpDialer implements AutoCloseable {
    private final EndpointFile server;
    private final InetSocketAddress to;
    private final long deadline;
    private final SocketChannel channel;
    private final Semaphore ready = new Semaphore(0);
    private final Watch watch;
    private boolean handedOver;

    private TcpDialer(EndpointFile server, InetSocketAddress to, long nanos) throws IOException {
        this.server = server;
        this.to = to;
        deadline = System.nanoTime() + nanos;
        channel = SocketChannel.open(
                (to.getAddress().equals(Loopback.V4.address()) ? Loopback.V4 : Loopback.V6).family());
        boolean watched = false;
        try {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            watch = new Watch(channel, ready::release);
            watched = true;
        } finally {
            if (!watched) {
                Sockets.closeQuietly(channel);
            }
        }
    }

    /** A link to the server. */
    static Link dial(EndpointFile server, InetSocketAddress to, long nanos) {
        try (TcpDialer dialer = open(server, to, nanos)) {
            return dialer.link(dialer.reach(Handshake::client));
        }
    }

    /** Returns when the server has proved itself. It sees a connection that is hung up before it is authenticated. */
    static void probe(EndpointFile server, InetSocketAddress to, long nanos) {
        try (TcpDialer dialer = open(server, to, nanos)) {
            dialer.reach(Handshake::probe);
        }
    }

    /** Hangs up, unless a link has the socket. */
    @Override
    public void close() {
        if (!handedOver) {
            Sockets.closeQuietly(channel);
            watch.cancel();
        }
    }

    private static TcpDialer open(EndpointFile server, InetSocketAddress to, long nanos) {
        try {
            return new TcpDialer(server, to, nanos);
        } catch (IOException e) {
            throw failure(IpcStatus.RESOURCE_EXHAUSTED, "cannot open a socket: check ulimit -n", e);
        }
    }

    /** Connects and shakes hands; returns what arrived behind the handshake. */
    private ByteBuffer reach(BiFunction<Secret, String, Handshake> role) {
        connect();
        try {
            String context = Loopback.context(server.name(), channel.getLocalAddress(), to);
            return shakeHands(role.apply(server.secret(), context));
        } catch (IOException e) {
            throw Handshake.broken(e);
        }
    }

    private void connect() {
        boolean underWay = false;
        try {
            boolean connected = channel.connect(to);
            underWay = true;
            while (!connected && !channel.finishConnect()) {
                watch.armWrite();
                awaitReady();
            }
        } catch (ConnectException e) {
            throw failure(IpcStatus.ENDPOINT_NOT_FOUND, "no process listens at " + to, e);
        } catch (IOException e) {
            // A listener that closes resets what it has not accepted yet.
            throw underWay
                    ? failure(IpcStatus.PEER_DIED, "hung up before the handshake: " + e.getMessage(), e)
                    : failure(IpcStatus.RESOURCE_EXHAUSTED, "cannot connect: " + e, e);
        }
    }

    private ByteBuffer shakeHands(Handshake handshake) throws IOException {
        ByteBuffer in = ByteBuffer.allocate(Handshake.LONGEST_MESSAGE);
        Handshake.Output out = message -> Sockets.send(channel, message);
        handshake.begin(out);
        do {
            watch.arm();
            awaitReady();
            if (channel.read(in.clear()) < 0) {
                throw Handshake.hungUp();
            }
        } while (!handshake.advance(in.flip(), out));
        return in;
    }

    private Link link(ByteBuffer surplus) {
        Link link = TcpStream.link(channel, watch, surplus);
        handedOver = true;
        return link;
    }

    /** Waits until the socket can go on. */
    private void awaitReady() {
        try {
            if (!ready.tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                throw failure(IpcStatus.TIMEOUT, "no answer from " + server + " in time", null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure(IpcStatus.CANCELLED, "interrupted while connecting to " + server, e);
        }
    }

    private static IpcException failure(IpcStatus status, String why, @Nullable Exception cause) {
        return new IpcException(status, why, Delivery.NOT_SENT, cause);
    }
}
