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
import io.valise.ipc.spi.secret.PendingHandshakes;
import io.valise.ipc.spi.secret.Secret;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The server's part of proving, in both directions, that its secret is known; and the limits of those who have not:
 * {@link PendingHandshakes}, in bytes the hand-shake's own. Nothing is made for them: no segment, no thread. Thread-safe.
 */
final class ConnectionAuthenticator {
    private final Endpoint address;
    private final Secret secret;
    private final Consumer<AuthenticatedChannel> admitted;
    private final PendingHandshakes<PendingHandshake> pendingHandshakes = new PendingHandshakes<>();
    private volatile boolean closed;

    ConnectionAuthenticator(Endpoint address, Secret secret, Consumer<AuthenticatedChannel> admitted) {
        this.address = address;
        this.secret = secret;
        this.admitted = admitted;
    }

    /** Takes a new connection, on the loop's thread. */
    void accept(SocketChannel socket) {
        PendingHandshake pending = new PendingHandshake(new ControlChannel(socket));
        pendingHandshakes.enter(pending).ifPresent(this::makeWay);
        pending.limitTime();
        pending.control.readBy(pending);
        if (closed && pending.leaves()) {
            pending.control.close();
        }
    }

    /** Closes all pending handshakes. Idempotent. */
    void close() {
        closed = true;
        pendingHandshakes.leaveAll().forEach(PendingHandshake::close);
    }

    private void makeWay(PendingHandshake longest) {
        longest.close();
        AuditLog.strangerRefused(
                address, "unauthenticated connections: limit=" + PendingHandshakes.MOST + ", the oldest was closed");
    }

    /** A connection that has not authenticated. The thread that takes it out of the pending ones decides what becomes of it. */
    private final class PendingHandshake implements ControlChannel.Reader {
        private final ControlChannel control;
        private final Handshake handshake = Handshake.server(secret.bytes(), SecretAuthenticator.context(address));
        private final ByteBuffer out = ByteBuffer.allocate(Handshake.LONGEST_OUTPUT);
        private volatile Runnable takeBack = () -> {};

        PendingHandshake(ControlChannel control) {
            this.control = control;
        }

        void limitTime() {
            takeBack = ReadinessLoop.shared()
                    .after(
                            PendingHandshakes.PATIENCE_NANOS,
                            () -> refuse(new IpcException(
                                    IpcStatus.TIMEOUT, "shm hand-shake: the peer took too long", Delivery.NOT_SENT)));
        }

        /** Takes it out of the pending handshakes; returns whether it was one until now. */
        private boolean leaves() {
            takeBack.run();
            return pendingHandshakes.leave(this);
        }

        /** Of one that was taken out. */
        void close() {
            takeBack.run();
            control.close();
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
                if (proved && leaves()) {
                    admitted.accept(new AuthenticatedChannel(control, PeerIdentity.ofSecret(), Optional.of(handshake)));
                }
            } catch (IpcException e) {
                bytes.position(bytes.limit());
                refuse(e);
            }
        }

        private void answer() {
            if (out.position() > 0) {
                control.send(out.flip()); // a new socket has room; a peer that has filled it is told nothing
                out.clear();
            }
        }

        @Override
        public void onEnd() {
            refuse(new IpcException(IpcStatus.PEER_DIED, "shm hand-shake: the peer hung up", Delivery.NOT_SENT));
        }

        void refuse(IpcException why) {
            if (!leaves()) {
                return;
            }
            control.close();
            if (why.status() == IpcStatus.PEER_DIED) { // such as one that only looked whether there is a server
                SafeLog.of(ConnectionAuthenticator.class)
                        .log(Level.DEBUG, "a connection to " + address + " broke in its hand-shake", why);
            } else {
                AuditLog.strangerRefused(address, why.reason());
            }
        }
    }
}
