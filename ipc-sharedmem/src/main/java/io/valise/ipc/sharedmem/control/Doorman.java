package io.valise.ipc.sharedmem.control;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.spi.runtime.AuditLog;
import io.valise.ipc.spi.runtime.ReadinessLoop;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.secret.Handshake;
import io.valise.ipc.spi.secret.Secret;
import io.valise.ipc.spi.secret.Strangers;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The server's part of proving, in both directions, that its secret is known; and the limits of those who have not:
 * {@link Strangers}, in bytes the hand-shake's own. Nothing is made for them: no segment, no thread. Thread-safe.
 */
final class Doorman {
    private final Endpoint address;
    private final Secret secret;
    private final Consumer<Vouched> admitted;
    private final Strangers<Stranger> strangers = new Strangers<>();
    private volatile boolean closed;

    Doorman(Endpoint address, Secret secret, Consumer<Vouched> admitted) {
        this.address = address;
        this.secret = secret;
        this.admitted = admitted;
    }

    /** Takes a new connection, on the loop's thread. */
    void knock(SocketChannel socket) {
        Stranger stranger = new Stranger(new ControlChannel(socket));
        strangers.enter(stranger).ifPresent(this::makeWay);
        ReadinessLoop.shared()
                .after(
                        Strangers.PATIENCE_NANOS,
                        () -> stranger.refuse(new IpcException(
                                IpcStatus.TIMEOUT, "shm hand-shake: the peer took too long", Delivery.NOT_SENT)));
        stranger.control.readBy(stranger);
        if (closed && strangers.leave(stranger)) {
            stranger.control.close();
        }
    }

    /** Sends all strangers away. Idempotent. */
    void close() {
        closed = true;
        strangers.leaveAll().forEach(stranger -> stranger.control.close());
    }

    private void makeWay(Stranger longest) {
        longest.control.close();
        AuditLog.strangerRefused(
                address, "unauthenticated connections: limit=" + Strangers.MOST + ", the oldest was closed");
    }

    /** Who has proved nothing yet. Whoever takes it out of the strangers, decides what becomes of it. */
    private final class Stranger implements ControlChannel.Reader {
        private final ControlChannel control;
        private final Handshake handshake = Handshake.server(secret.bytes(), BySecret.context(address));
        private final ByteBuffer out = ByteBuffer.allocate(Handshake.LONGEST_OUTPUT);

        Stranger(ControlChannel control) {
            this.control = control;
        }

        @Override
        public void onBytes(ByteBuffer bytes) {
            try {
                boolean proved;
                try {
                    proved = handshake.advance(bytes, out);
                } finally {
                    answer();
                }
                if (proved && strangers.leave(this)) {
                    admitted.accept(new Vouched(control, PeerIdentity.ofSecret(), Optional.of(handshake)));
                }
            } catch (IpcException e) {
                bytes.position(bytes.limit());
                refuse(e);
            }
        }

        private void answer() {
            if (out.position() > 0) {
                control.send(out.flip()); // A fresh socket has room for it; who fills it up by himself hears nothing.
                out.clear();
            }
        }

        @Override
        public void onEnd() {
            refuse(new IpcException(IpcStatus.PEER_DIED, "shm hand-shake: the peer hung up", Delivery.NOT_SENT));
        }

        void refuse(IpcException why) {
            if (!strangers.leave(this)) {
                return;
            }
            control.close();
            if (why.status() == IpcStatus.PEER_DIED) { // such as somebody who only looked whether there is a server
                SafeLog.of(Doorman.class)
                        .log(Level.DEBUG, "a connection to " + address + " broke in its hand-shake", why);
            } else {
                AuditLog.strangerRefused(address, why.reason());
            }
        }
    }
}
