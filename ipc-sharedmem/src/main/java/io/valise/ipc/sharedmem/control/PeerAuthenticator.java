package io.valise.ipc.sharedmem.control;

import io.valise.ipc.Endpoint;
import io.valise.ipc.spi.runtime.UnixSockets;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * How each end of a control channel knows that the other end is of the same user. Both ends must use the same way: it
 * is the system's, and no peer can choose it. Thread-safe.
 */
public interface PeerAuthenticator {
    /** The kernel, where it can (Linux, macOS); else the possession of the server's secret (Windows). */
    static PeerAuthenticator ofThisSystem() {
        return UnixSockets.kernelAuthenticates() ? new KernelAuthenticator() : new SecretAuthenticator();
    }

    /** A served name. */
    interface Door extends AutoCloseable {
        /** Frees the name before it returns; authenticated connections stay. Idempotent. */
        @Override
        void close();
    }

    /**
     * Serves an address. Called under the lock of the folder.
     *
     * @param sockets the folder with the servers' sockets
     * @param admitted takes over each connection of this user, on the loop's thread: it returns quickly; when it
     *     throws, the connection is closed
     */
    Door open(Endpoint endpoint, Path sockets, Consumer<AuthenticatedChannel> admitted);

    /**
     * Connects to the server of an address, and returns when it is known to be of this user.
     *
     * @param deadline on {@link System#nanoTime}
     */
    AuthenticatedChannel connect(Endpoint endpoint, Path sockets, long deadline);

    /** For people: what authenticates the peer. */
    String evidence();
}
