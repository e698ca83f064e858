package io.valise.ipc.spi.secret;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.runtime.AuditLog;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.Threads;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Authenticates the clients of a server by its secret, and limits what those can use that have not proved that they
 * know it: {@value #MOST_PENDING} connections at once, 5 seconds for each, and no more bytes than the {@link Handshake}
 * has. When one more connects, the oldest is closed: an honest client needs less than a millisecond, so it gets in
 * although another process holds all the places. What is refused goes to the {@link AuditLog}. Thread-safe.
 */
public final class ConnectionAuthenticator {
    /** How many connections can be in their handshake at once. */
    public static final int MOST_PENDING = 64;

    private static final int SECONDS = 5;

    private final Endpoint address;
    private final Secret secret;
    private final Set<Pending> pending = new LinkedHashSet<>(); // guarded by itself, as closed is
    private boolean closed;

    /** For the server of an address. */
    public ConnectionAuthenticator(Endpoint address, Secret secret) {
        this.address = address;
        this.secret = secret;
    }

    /** A connection of the transport, as far as a handshake needs it. */
    public interface Channel extends Handshake.Output {
        /**
         * Runs a task after so many nanoseconds, on the thread that calls {@link Pending}.
         *
         * @return takes the task back, unless it has run; it does not throw
         */
        Runnable after(Runnable task, long nanos);

        /** Closes the connection. Idempotent; does not throw. */
        void close();
    }

    /**
     * Begins the handshake of a new connection. The transport hands it what arrives, on one thread at a time, until it
     * is complete; whatever else ends it closes the channel. When this method throws, nothing is pending, and the
     * channel is the caller's to close.
     *
     * @param context what both ends know of this connection; see {@link Handshake}
     */
    public Pending accept(Channel channel, String context) {
        Pending entering = new Pending(channel, Handshake.server(secret, context));
        boolean done = false;
        try {
            Pending oldest = enter(entering);
            if (oldest != null) {
                oldest.end();
                if (oldest != entering) {
                    AuditLog.unauthenticatedRefused(
                            address, "unauthenticated connections: limit=" + MOST_PENDING + ", the oldest was closed");
                }
            }
            done = true;
            return entering;
        } finally {
            if (!done) {
                entering.leave();
            }
        }
    }

    /** Closes the connections that are in their handshake, and from now on each new one. Idempotent. */
    public void close() {
        List<Pending> all;
        synchronized (pending) {
            closed = true;
            all = List.copyOf(pending);
            pending.clear();
        }
        all.forEach(Pending::end);
    }

    /** Adds a connection; returns the one to close, if any. */
    private @Nullable Pending enter(Pending entering) {
        synchronized (pending) {
            if (closed) {
                return entering;
            }
            Pending oldest = null;
            if (pending.size() == MOST_PENDING) {
                Iterator<Pending> eldestFirst = pending.iterator();
                oldest = eldestFirst.next();
                eldestFirst.remove();
            }
            pending.add(entering);
            return oldest;
        }
    }

    /** A connection in its handshake. The thread that takes it out of the pending ones decides what becomes of it. */
    public final class Pending {
        private final Channel channel;
        private final Handshake handshake;
        private final Runnable takeBack;

        private Pending(Channel channel, Handshake handshake) {
            this.channel = channel;
            this.handshake = handshake;
            this.takeBack = channel.after(
                    () -> fail(Handshake.refusal(
                            IpcStatus.TIMEOUT, "handshake: the client took too long: limit=" + SECONDS + " s")),
                    TimeUnit.SECONDS.toNanos(SECONDS));
        }

        /**
         * Takes bytes that have arrived. Whatever goes wrong fails the handshake; nothing is thrown.
         *
         * @param bytes those behind the handshake are left in it; all are taken when the handshake fails
         * @return whether the client has proved that it knows the secret: the channel is the caller's from now on
         */
        public boolean advance(ByteBuffer bytes) {
            try {
                return handshake.advance(bytes, channel) && leave();
            } catch (RuntimeException | Error e) { // an OutOfMemoryError too: it must not keep its place half-way
                bytes.position(bytes.limit());
                fail(e);
                return false;
            }
        }

        /**
         * Ends the handshake and closes the channel. A refusal goes to the {@link AuditLog}; that the connection broke,
         * such as one whose client only checked whether there is a server, is logged at level DEBUG, any other failure
         * at WARNING.
         *
         * @return whether the handshake had not ended before; if it had, nothing is done
         */
        public boolean fail(Throwable why) {
            if (!leave()) {
                return false;
            }
            closeChannel();
            boolean broke = why instanceof IOException
                    || (why instanceof IpcException known && known.status() == IpcStatus.PEER_DIED);
            if (why instanceof IpcException refusal && !broke) {
                AuditLog.unauthenticatedRefused(address, refusal.reason());
            } else {
                SafeLog.of(ConnectionAuthenticator.class)
                        .log(
                                broke ? Level.DEBUG : Level.WARNING,
                                "a connection to " + address + " broke in its handshake",
                                why);
            }
            return true;
        }

        /** The handshake, to seal what the server sends next. */
        public Handshake handshake() {
            return handshake;
        }

        private boolean leave() {
            boolean left;
            synchronized (pending) {
                left = pending.remove(this);
            }
            takeBackTimeout();
            return left;
        }

        private void end() {
            takeBackTimeout();
            closeChannel();
        }

        /** A failure is logged: the other connections do not suffer. The same holds for {@link #closeChannel}. */
        private void takeBackTimeout() {
            Threads.run("taking back the time limit of a handshake", takeBack);
        }

        private void closeChannel() {
            Threads.run("closing a connection to " + address, channel::close);
        }
    }
}
