package io.valise.ipc.loopback.connect;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.secret.Handshake;
import java.io.EOFException;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * A {@link Handshake} over a connected socket, at either end of it. It never waits: when to go on, and how long to have
 * time limits, is up to its caller. Not thread-safe.
 */
final class Greeting {
    private final SocketChannel channel;
    private final Handshake handshake;
    // What a foreign program sends is read no further than this.
    private final ByteBuffer in = ByteBuffer.allocate(Handshake.LONGEST_MESSAGE);
    private final ByteBuffer out = ByteBuffer.allocate(Handshake.LONGEST_OUTPUT);

    /** @param channel connected, in non-blocking mode */
    Greeting(SocketChannel channel, Handshake handshake) {
        this.channel = channel;
        this.handshake = handshake;
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

    /** Says what this end says first. Called once, before {@link #advance}. */
    void begin() throws IOException {
        handshake.begin(out);
        send();
    }

    /**
     * Goes on with what has arrived, if anything.
     *
     * @return whether both ends have proved themselves
     * @throws IpcException as {@link Handshake#advance}
     * @throws IOException when the peer hung up
     */
    boolean advance() throws IOException {
        if (channel.read(in.clear()) < 0) {
            throw new EOFException("the peer hung up");
        }
        in.flip();
        try {
            return handshake.advance(in, out);
        } finally {
            send();
        }
    }

    /** What arrived behind a handshake that is complete. */
    ByteBuffer surplus() {
        return in;
    }

    /** What to say of a greeting that came to nothing. */
    static IpcException refusal(Throwable why) {
        return why instanceof IpcException known
                ? known
                : new IpcException(
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
