package io.valise.ipc.loopback.connect;

import io.netty.channel.nio.NioIoOps;
import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.loopback.endpoint.EndpointFile;
import io.valise.ipc.loopback.link.TcpStream;
import io.valise.ipc.loopback.loop.LoopChannel;
import io.valise.ipc.loopback.loop.SharedLoop;
import io.valise.ipc.loopback.loop.Sockets;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.secret.Handshake;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to reach a server at one of its addresses: the event loop connects and shakes hands, the caller waits.
 * What it ends with is, beside the statuses of {@link Handshake}, {@code ENDPOINT_NOT_FOUND} when nobody listens there,
 * {@code PEER_DIED} when whoever does hung up in mid-handshake, {@code TIMEOUT}, {@code CANCELLED} when the caller was
 * interrupted (its interrupt status stays set), {@code RESOURCE_EXHAUSTED}.
 */
final class Dialler implements LoopChannel.Stage {
    private final EndpointFile server;
    private final InetSocketAddress to;
    private final boolean probe;
    private final SocketChannel channel;
    private final LoopChannel socket;
    private final CompletableFuture<@Nullable Link> result = new CompletableFuture<>();
    /** Whether the system has begun to connect; belongs to the loop. */
    private boolean underWay;

    private Dialler(EndpointFile server, InetSocketAddress to, boolean probe) throws IOException {
        this.server = server;
        this.to = to;
        this.probe = probe;
        this.channel = SocketChannel.open(
                (to.getAddress().equals(Loopback.V4.address()) ? Loopback.V4 : Loopback.V6).family());
        try {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            this.socket = new LoopChannel(SharedLoop.join(), channel);
        } catch (IOException | RuntimeException e) {
            Sockets.closeQuietly(channel);
            throw e;
        }
    }

    /** A link to the server. */
    static Link dial(EndpointFile server, InetSocketAddress to, long nanos) {
        Link link = attempt(server, to, false, nanos);
        if (link == null) {
            throw new IllegalStateException("a handshake that was no probe ended without a link");
        }
        return link;
    }

    /** Returns when the server has proved itself. It sees a connection that is hung up before it is authenticated. */
    static void probe(EndpointFile server, InetSocketAddress to, long nanos) {
        attempt(server, to, true, nanos);
    }

    private static @Nullable Link attempt(EndpointFile server, InetSocketAddress to, boolean probe, long nanos) {
        try {
            Dialler dialler = new Dialler(server, to, probe);
            dialler.socket.loop().execute(() -> dialler.begin());
            return dialler.await(nanos);
        } catch (IOException e) {
            throw new IpcException(
                    IpcStatus.RESOURCE_EXHAUSTED, "cannot open a socket: check ulimit -n", Delivery.NOT_SENT, e);
        }
    }

    private @Nullable Link await(long nanos) {
        try {
            return result.get(nanos, TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw asIpcException(e);
        } catch (TimeoutException e) {
            return abandon(IpcStatus.TIMEOUT, "no answer from " + server + " in time");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return abandon(IpcStatus.CANCELLED, "interrupted while connecting to " + server);
        }
    }

    private @Nullable Link abandon(IpcStatus status, String why) {
        IpcException failure = new IpcException(status, why, Delivery.NOT_SENT);
        if (!result.completeExceptionally(failure)) {
            // It came just now.
            return result.join();
        }
        socket.loop().execute(socket::close);
        throw failure;
    }

    /** With the caller's stack trace; the cause has the loop's. */
    private static IpcException asIpcException(ExecutionException wrapped) {
        Throwable why = wrapped.getCause();
        return why instanceof IpcException known
                ? new IpcException(known.status(), String.valueOf(known.getMessage()), known.delivery(), known)
                : new IpcException(IpcStatus.RESOURCE_EXHAUSTED, "cannot connect: " + why, Delivery.NOT_SENT, why);
    }

    private void begin() {
        if (result.isDone()) {
            return;
        }
        try {
            socket.register();
            if (channel.connect(to)) {
                greet();
            } else {
                socket.enter(this, NioIoOps.CONNECT);
                underWay = true;
            }
        } catch (IOException | RuntimeException e) {
            failed(socket, e);
        }
    }

    @Override
    public void ready(NioIoOps ops) throws IOException {
        channel.finishConnect();
        greet();
    }

    @Override
    public void failed(LoopChannel broken, Throwable why) {
        broken.close();
        if (why instanceof ConnectException) {
            result.completeExceptionally(
                    new IpcException(IpcStatus.ENDPOINT_NOT_FOUND, "nobody listens at " + to, Delivery.NOT_SENT, why));
        } else if (underWay && why instanceof IOException) {
            // A listener that closes resets what it has not accepted yet.
            result.completeExceptionally(new IpcException(
                    IpcStatus.PEER_DIED, "hung up before the handshake: " + why.getMessage(), Delivery.NOT_SENT, why));
        } else {
            result.completeExceptionally(why);
        }
    }

    private void greet() throws IOException {
        String context = Greeting.context(server.name(), (InetSocketAddress) channel.getLocalAddress(), to);
        Handshake handshake = probe ? Handshake.probe(server.key(), context) : Handshake.client(server.key(), context);
        new Greeting(socket, channel, handshake, new Answer()).begin();
    }

    private final class Answer implements Greeting.Outcome {
        @Override
        public void authenticated(LoopChannel authenticated, SocketChannel itsChannel, ByteBuffer surplus) {
            if (probe) {
                authenticated.close();
                result.complete(null);
                return;
            }
            Link link = TcpStream.link(authenticated, itsChannel, surplus);
            if (!result.complete(link)) {
                link.close();
            }
        }

        @Override
        public void refused(IpcException why) {
            result.completeExceptionally(why);
        }
    }
}
