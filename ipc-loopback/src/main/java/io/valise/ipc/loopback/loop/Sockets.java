package io.valise.ipc.loopback.loop;

import io.valise.ipc.IpcException;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.secret.Handshake;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** What has to be done with a socket in more than one place. */
public final class Sockets {
    private Sockets() {}

    /** Closes; a failure is logged at level DEBUG: the descriptor is gone all the same (close(2)). */
    public static void closeQuietly(Closeable resource) {
        try {
            resource.close();
        } catch (IOException e) {
            SafeLog.of(Sockets.class).log(Level.DEBUG, "close of " + resource, e);
        }
    }

    /**
     * Sends a message of a handshake. A fresh connection's send buffer holds the whole handshake; a peer that shrinks it
     * does not speak this protocol.
     *
     * @throws IpcException {@code PEER_DIED} when the connection is broken, or has no room
     */
    public static void send(SocketChannel channel, ByteBuffer message) {
        try {
            channel.write(message);
            if (message.hasRemaining()) {
                throw new IOException("no room for " + message.remaining() + " bytes of the handshake");
            }
        } catch (IOException e) {
            throw Handshake.broken(e);
        }
    }
}
