package io.valise.ipc.sharedmem.control;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.spi.runtime.Listening;
import io.valise.ipc.spi.runtime.PublishedFiles;
import io.valise.ipc.spi.runtime.ReadinessLoop;
import io.valise.ipc.spi.runtime.UnixSockets;
import io.valise.ipc.spi.secret.ConnectionAuthenticator;
import io.valise.ipc.spi.secret.Handshake;
import io.valise.ipc.spi.secret.Secret;
import io.valise.ipc.spi.secret.SecretFiles;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Each end proves to the other that it knows the server's secret, for systems whose kernel does not know the user at
 * the other end of a domain socket. The file {@code .key-<name>} beside the server's socket has the secret; it is there
 * before the socket is. A domain socket has no addresses that a relay could not have too, so the server seals its
 * offer.
 */
public final class SecretAuthenticator implements PeerAuthenticator {
    private static final String PREFIX = ".key-";
    private static final String FORMAT = "valise-shm 1";

    /** Costs nothing. */
    public SecretAuthenticator() {}

    /** The content of a key file. */
    private record ServerKey(String name, Secret secret) implements SecretFiles.Published {}

    private static SecretFiles<ServerKey> keys(Path sockets) {
        return new SecretFiles<>(sockets, PREFIX, FORMAT, (name, lines, secret) -> new ServerKey(name, secret));
    }

    /** What both ends call the connection. */
    private static String context(Endpoint endpoint) {
        return endpoint.toString();
    }

    @Override
    public Door open(Endpoint endpoint, Path sockets, Consumer<AuthenticatedChannel> admitted) {
        SecretFiles<ServerKey> keys = keys(sockets);
        sweep(keys, sockets);
        ServerKey key = new ServerKey(endpoint.name(), Secret.fresh());
        ConnectionAuthenticator authenticator = new ConnectionAuthenticator(endpoint, key.secret());
        Consumer<SocketChannel> accepted = socket -> ControlChannel.taking(
                socket, control -> new ArrivingClient(control, authenticator, context(endpoint), admitted));
        Listening listening = null;
        boolean open = false;
        try {
            listening = UnixSockets.listenToAnyone(sockets, endpoint.name(), () -> keys.publish(key), accepted);
            Door door = new SecretDoor(listening, keys.keep(key), () -> keys.retract(key), authenticator);
            open = true;
            return door;
        } finally {
            if (!open && listening != null) {
                listening.close(() -> keys.retract(key));
                authenticator.close();
            } else if (!open) {
                keys.retract(key); // if it was published
            }
        }
    }

    /** A served name with its key. */
    private record SecretDoor(
            Listening listening, PublishedFiles.Kept key, Runnable retraction, ConnectionAuthenticator authenticator)
            implements Door {
        @Override
        public void close() {
            key.close();
            listening.close(retraction);
            authenticator.close();
        }
    }

    /** Names differ in more than case: where file names do not, a file may keep the spelling of an earlier one. */
    private static void sweep(SecretFiles<ServerKey> keys, Path sockets) {
        List<String> live = UnixSockets.names(sockets);
        keys.sweep(name -> live.stream().noneMatch(name::equalsIgnoreCase));
    }

    @Override
    public AuthenticatedChannel connect(Endpoint endpoint, Path sockets, long deadline) {
        SecretFiles<ServerKey> keys = keys(sockets);
        for (int tries = 1; ; tries++) {
            ServerKey server = key(keys, endpoint, sockets);
            try {
                return connect(endpoint, sockets, server.secret(), deadline);
            } catch (IpcException e) {
                if (!keys.isWorthAnotherTry(e, server, tries)) {
                    throw e.status() == IpcStatus.PEER_DIED ? goneAway(e) : e;
                }
            }
        }
    }

    /** The key of a server. What is wrong with the key matters only while there is a server. */
    private static ServerKey key(SecretFiles<ServerKey> keys, Endpoint endpoint, Path sockets) {
        Path path = keys.pathOf(endpoint.name());
        Optional<ServerKey> found;
        try {
            found = keys.read(endpoint.name());
        } catch (IpcException unusable) {
            throw UnixSockets.isServed(sockets, endpoint.name()) ? unusable : absent(endpoint, path, unusable);
        }
        return found.orElseThrow(() -> UnixSockets.isServed(sockets, endpoint.name())
                ? notFound(
                        "the server of " + endpoint + " has no key at " + path
                                + ", which it publishes again within a second: try again",
                        null)
                : absent(endpoint, path, null));
    }

    private static AuthenticatedChannel connect(Endpoint endpoint, Path sockets, Secret secret, long deadline) {
        return ControlChannel.taking(
                UnixSockets.connectToAnyone(sockets, endpoint.name(), deadline - System.nanoTime()),
                control -> new ServerProof(control, Handshake.client(secret, context(endpoint))).await(deadline));
    }

    private static IpcException absent(Endpoint endpoint, Path key, @Nullable IpcException cause) {
        return notFound(
                "no server serves " + endpoint + " for this user (looked for " + key + "): start it first", cause);
    }

    private static IpcException goneAway(IpcException cause) {
        return notFound("shm handshake: the server went away; is it closing?", cause);
    }

    private static IpcException notFound(String why, @Nullable IpcException cause) {
        return new IpcException(IpcStatus.ENDPOINT_NOT_FOUND, why, Delivery.NOT_SENT, cause);
    }

    @Override
    public String evidence() {
        return "a secret of this user";
    }

    private static AuthenticatedChannel authenticated(ControlChannel control, Handshake proof) {
        return new AuthenticatedChannel(control, PeerIdentity.ofSecret(), Optional.of(proof));
    }

    /** A connection that a server has accepted, until its client is authenticated. */
    private static final class ArrivingClient implements ControlChannel.Reader, ConnectionAuthenticator.Channel {
        private final ControlChannel control;
        private final Consumer<AuthenticatedChannel> admitted;
        private final ConnectionAuthenticator.Pending pending;

        ArrivingClient(
                ControlChannel control,
                ConnectionAuthenticator authenticator,
                String context,
                Consumer<AuthenticatedChannel> admitted) {
            this.control = control;
            this.admitted = admitted;
            this.pending = authenticator.accept(this, context);
            control.readBy(this);
        }

        @Override
        public void onBytes(ByteBuffer bytes) {
            if (pending.advance(bytes)) {
                authenticated(control, pending.handshake()).handTo(admitted);
            }
        }

        @Override
        public void onEnd() {
            pending.fail(Handshake.hungUp());
        }

        /** A new socket has room; a message to a peer that has filled it is dropped. */
        @Override
        public void send(ByteBuffer message) {
            control.send(message);
        }

        @Override
        public Runnable after(Runnable task, long nanos) {
            return ReadinessLoop.shared().after(nanos, task);
        }

        @Override
        public void close() {
            control.close();
        }
    }

    /** The client's part. What the server sends is read on the loop's thread. */
    private static final class ServerProof implements ControlChannel.Reader {
        private final ControlChannel control;
        private final Handshake handshake;
        private final Answer<AuthenticatedChannel> answer = new Answer<>();

        ServerProof(ControlChannel control, Handshake handshake) {
            this.control = control;
            this.handshake = handshake;
        }

        AuthenticatedChannel await(long deadline) {
            handshake.begin(control::send);
            control.readBy(this);
            return answer.await(deadline);
        }

        @Override
        public void onBytes(ByteBuffer bytes) {
            try {
                boolean proved = !answer.isThere() && handshake.advance(bytes, control::send);
                if (bytes.hasRemaining()) {
                    throw new IpcException(
                            IpcStatus.PROTOCOL_ERROR, "shm handshake: bytes behind the verdict", Delivery.NOT_SENT);
                }
                if (proved) {
                    answer.give(authenticated(control, handshake));
                }
            } catch (RuntimeException | Error e) { // the connecting thread waits for an outcome
                bytes.position(bytes.limit());
                answer.fail(e);
            }
        }

        @Override
        public void onEnd() {
            answer.fail(Handshake.broken(Handshake.hungUp()));
        }
    }
}
