package io.valise.ipc.sharedmem.control;

import io.valise.ipc.Endpoint;
import io.valise.ipc.spi.runtime.UnixSockets;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Who vouches, at either end of a control channel, that the other end is of the same user. Both ends must have the same
 * way: it is the system's, and nothing that a peer could choose. Thread-safe.
 */
public interface PeerAuthenticator {
    /** The kernel, where it can (Linux, macOS); else the possession of the server's secret (Windows). */
    static PeerAuthenticator ofThisSystem() {
        return UnixSockets.kernelVouches() ? new KernelAuthenticator() : new SecretAuthenticator();
    }

    /** A served name. */
    interface Door extends AutoCloseable {
        /** Frees the name before it returns; who was let in stays. Idempotent. */
        @Override
        void close();
    }

    /**
     * Serves an address. Called under the lock of the folder.
     *
     * @param sockets the folder with the servers' sockets
     * @param admitted takes over who is of this user, on the loop's thread: it returns quickly and does not throw
     */
    Door open(Endpoint endpoint, Path sockets, Consumer<AuthenticatedChannel> admitted);

    /**
     * Connects to who serves an address, and returns when it is known to be of this user.
     *
     * @param deadline on {@link System#nanoTime}
     */
    AuthenticatedChannel connect(Endpoint endpoint, Path sockets, long deadline);

    /** For people: who it is that vouches. */
    String who();
}
