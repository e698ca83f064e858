package io.valise.ipc.loopback.connect;

import io.netty.channel.nio.NioIoOps;
import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.loopback.loop.LoopChannel;
import io.valise.ipc.spi.secret.Handshake;
import java.io.EOFException;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * The first stage of a connected socket: the handshake, limited in bytes (by the handshake) and time. On the loop's
 * thread.
 */
final class Greeting implements LoopChannel.Stage {
    private final LoopChannel socket;
    private final SocketChannel channel;
    private final Handshake handshake;
    private final Outcome outcome;
    // What a foreign program sends is read no further than this.
    private final ByteBuffer in = ByteBuffer.allocate(Handshake.LONGEST_MESSAGE);
    private final ByteBuffer out = ByteBuffer.allocate(Handshake.LONGEST_OUTPUT);
    private Runnable patience = () -> {};

    Greeting(LoopChannel socket, SocketChannel channel, Handshake handshake, Outcome outcome) {
        this.socket = socket;
        this.channel = channel;
        this.handshake = handshake;
        this.outcome = outcome;
    }

    /** What comes of a greeting; exactly one of the two, once. */
    interface Outcome {
        /** Both ends have proved themselves; the socket is the callee's. */
        void authenticated(LoopChannel socket, SocketChannel channel, ByteBuffer surplus);

        /** They have not; the socket is closed. */
        void refused(IpcException why);
    }

    /** Like {@link #begin()}, for no longer than this. */
    void begin(long patienceNanos) {
        patience = socket.loop().schedule(this::timeOut, patienceNanos);
        socket.onClose(patience);
        begin();
    }

    /** Begins; the socket is connected and registered. */
    void begin() {
        socket.enter(this, NioIoOps.READ);
        try {
            handshake.begin(out);
            send();
        } catch (IOException e) {
            failed(socket, e);
        }
    }

    /**
     * What both ends call this connection: its addresses, so that a relay, which has others, carries proofs that fit
     * nowhere, and the endpoint's name.
     */
    static String context(String name, InetSocketAddress client, InetSocketAddress server) {
        return "loopback:" + name + ' ' + text(client) + '>' + text(server);
    }

    /** An address in one spelling on both ends, whatever names and scopes they know. */
    private static String text(InetSocketAddress address) {
        return (address.getAddress() instanceof Inet4Address ? "127.0.0.1" : "::1") + '/' + address.getPort();
    }

    @Override
    public void ready(NioIoOps ops) throws IOException {
        if (channel.read(in.clear()) < 0) {
            throw new EOFException("the peer hung up");
        }
        in.flip();
        boolean complete;
        try {
            complete = handshake.advance(in, out);
        } finally {
            send();
        }
        if (complete) {
            patience.run();
            socket.interest(NioIoOps.NONE);
            outcome.authenticated(socket, channel, in);
        }
    }

    @Override
    public void failed(LoopChannel broken, Throwable why) {
        broken.close();
        outcome.refused(why instanceof IpcException known ? known : dropped(why));
    }

    private void timeOut() {
        failed(socket, new IpcException(IpcStatus.TIMEOUT, "handshake: the peer took too long", Delivery.NOT_SENT));
    }

    private static IpcException dropped(Throwable why) {
        return new IpcException(
                IpcStatus.PEER_DIED, "handshake: broken off: " + why.getMessage(), Delivery.NOT_SENT, why);
    }

    /** A fresh connection's send buffer holds the whole handshake; a peer that shrinks it is none of ours. */
    private void send() throws IOException {
        out.flip();
        channel.write(out);
        if (out.hasRemaining()) {
            throw new IOException("no room for " + out.remaining() + " bytes of the handshake");
        }
        out.clear();
    }
}
