package io.valise.ipc.loopback.connect;

import io.valise.ipc.loopback.link.TcpStream;
import io.valise.ipc.loopback.loop.LoopChannel;
import io.valise.ipc.loopback.loop.Sockets;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.secret.ConnectionAuthenticator;
import io.valise.ipc.spi.secret.Handshake;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;

/** A connection that a server has accepted, until its client is authenticated. On the loop's thread. */
final class ArrivingClient implements LoopChannel.Stage, ConnectionAuthenticator.Channel {
    private final LoopChannel socket;
    private final SocketChannel channel;
    private final Consumer<Link> admitted;
    private final ConnectionAuthenticator.Pending pending;
    // What a foreign program sends is read no further than this.
    private final ByteBuffer in = ByteBuffer.allocate(Handshake.LONGEST_MESSAGE);

    private ArrivingClient(
            LoopChannel socket,
            SocketChannel channel,
            String name,
            ConnectionAuthenticator authenticator,
            Consumer<Link> admitted)
            throws IOException {
        this.socket = socket;
        this.channel = channel;
        this.admitted = admitted;
        this.pending = authenticator.accept(
                this, Loopback.context(name, channel.getRemoteAddress(), channel.getLocalAddress()));
    }

    /**
     * Has a new connection authenticated; closes it when it has ended before.
     *
     * @param name the server's
     * @param admitted takes over the link to an authenticated client
     */
    static void authenticate(
            LoopChannel socket,
            SocketChannel channel,
            String name,
            ConnectionAuthenticator authenticator,
            Consumer<Link> admitted) {
        try {
            new ArrivingClient(socket, channel, name, authenticator, admitted).begin();
        } catch (IOException | RuntimeException | Error e) { // an OutOfMemoryError too: nothing else would close it
            SafeLog.of(ArrivingClient.class)
                    .log(
                            e instanceof IOException ? Level.DEBUG : Level.WARNING,
                            "a connection ended before its handshake",
                            e);
            socket.close();
        }
    }

    private void begin() {
        try {
            socket.enter(this, SelectionKey.OP_READ);
        } catch (IOException | RuntimeException | Error e) {
            failed(socket, e);
        }
    }

    @Override
    public void ready() throws IOException {
        if (channel.read(in.clear()) < 0) {
            throw Handshake.hungUp();
        }
        if (pending.advance(in.flip())) {
            Link link = TcpStream.link(channel, in);
            socket.release();
            admitted.accept(link);
        }
    }

    @Override
    public void failed(LoopChannel broken, Throwable why) {
        if (!pending.fail(why)) {
            LoopChannel.Stage.super.failed(broken, why);
        }
    }

    @Override
    public void send(ByteBuffer message) {
        Sockets.send(channel, message);
    }

    @Override
    public Runnable after(Runnable task, long nanos) {
        return socket.loop().schedule(task, nanos);
    }

    @Override
    public void close() {
        socket.close();
    }
}
