package io.valise.ipc.sharedmem.control;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.runtime.Listening;
import io.valise.ipc.spi.runtime.PublishedFiles;
import io.valise.ipc.spi.runtime.RuntimeDirectory;
import io.valise.ipc.spi.runtime.UnixSockets;
import io.valise.ipc.spi.secret.Handshake;
import io.valise.ipc.spi.secret.Secret;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Each end proves to the other that it knows the server's secret, which only their user can read ({@link KeyFile}): for
 * systems whose kernel tells nothing of the other end of a domain socket. The hand-shake is that of {@code loopback:},
 * {@link Handshake}; a domain socket has no addresses that a relay could not have too, so the server seals its offer.
 */
public final class SecretAuthenticator implements PeerAuthenticator {
    private static final int DROPS_BEARABLE = 5;

    /** Costs nothing. */
    public SecretAuthenticator() {}

    /** What both ends call the connection. */
    static String context(Endpoint endpoint) {
        return endpoint.toString();
    }

    @Override
    public Door open(Endpoint endpoint, Path sockets, Consumer<AuthenticatedChannel> admitted) {
        KeyFile.sweep(sockets);
        Secret secret = Secret.fresh();
        KeyFile key = KeyFile.of(sockets, endpoint.name());
        ConnectionAuthenticator authenticator = new ConnectionAuthenticator(endpoint, secret, admitted);
        boolean open = false;
        try {
            Listening listening = UnixSockets.listenToAnyone(
                    sockets, endpoint.name(), () -> key.publish(secret), authenticator::accept);
            open = true;
            RuntimeDirectory directory = RuntimeDirectory.current();
            PublishedFiles.Kept keyKept = PublishedFiles.keep(
                    key.path(),
                    sockets,
                    kept -> directory.locked(sockets, () -> kept.isOpen() && key.publishIfAbsent(secret)));
            return () -> {
                keyKept.close();
                listening.close(() -> key.retract(secret));
                authenticator.close();
            };
        } finally {
            if (!open) {
                key.retract(secret); // if it came that far
            }
        }
    }

    @Override
    public AuthenticatedChannel connect(Endpoint endpoint, Path sockets, long deadline) {
        KeyFile key = KeyFile.of(sockets, endpoint.name());
        for (int tries = 1; ; tries++) {
            // Connected first: the key of who listens was there before its socket was.
            ControlChannel control = dial(endpoint, sockets, deadline);
            boolean done = false;
            Optional<Secret> secret = Optional.empty();
            try {
                secret = key.read();
                Handshake handshake = Handshake.client(
                        secret.orElseThrow(() -> goneAway(null)).bytes(), context(endpoint));
                AuthenticatedChannel server = new Introduction(control, handshake).await(deadline);
                done = true;
                return server;
            } catch (IpcException e) {
                if (!isWorthAnotherTry(e.status(), tries, key, secret)) {
                    throw e.status() == IpcStatus.PEER_DIED ? goneAway(e) : e;
                }
            } finally {
                if (!done) {
                    control.close();
                }
            }
        }
    }

    private static ControlChannel dial(Endpoint endpoint, Path sockets, long deadline) {
        SocketChannel socket = UnixSockets.connectToAnyone(sockets, endpoint.name(), deadline - System.nanoTime());
        try {
            return new ControlChannel(socket);
        } catch (IpcException e) {
            UnixSockets.close(socket);
            throw e;
        }
    }

    /** A server in need of room may have hung up, or have made way for another since its socket was found. */
    private static boolean isWorthAnotherTry(IpcStatus status, int tries, KeyFile key, Optional<Secret> tried) {
        return switch (status) {
            case PEER_DIED -> tries < DROPS_BEARABLE;
            case AUTHENTICATION_FAILED ->
                tries < DROPS_BEARABLE && !key.read().map(Secret::digits).equals(tried.map(Secret::digits));
            default -> false;
        };
    }

    private static IpcException goneAway(@Nullable Throwable cause) {
        return new IpcException(
                IpcStatus.ENDPOINT_NOT_FOUND,
                "shm hand-shake: the server went away; is it closing?",
                Delivery.NOT_SENT,
                cause);
    }

    @Override
    public String who() {
        return "a secret of this user";
    }
}
