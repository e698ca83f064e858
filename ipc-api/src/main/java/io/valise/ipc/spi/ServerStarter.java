package io.valise.ipc.spi;

import io.valise.ipc.Endpoint;
import java.util.Optional;

/**
 * Starts servers that are not running, for clients that ask for it by {@code startIfAbsent}. Found by {@link
 * java.util.ServiceLoader}; {@code ipc-services} has the one that reads service manifests. Thread-safe.
 *
 * @since 0.1.0
 */
public interface ServerStarter {
    /**
     * Connects to an address that has no server, by having a server started. However many clients of however many
     * processes ask at once, one server is started for all of them, unless the service wants one for each connection.
     *
     * @param endpoint what the client asked for, {@code any:} perhaps
     * @param deadlineNanoTime until when, by {@link System#nanoTime()}
     * @param dial connects, by that deadline
     * @return what {@code dial} returned when there was a server
     * @throws io.valise.ipc.IpcException {@code ENDPOINT_NOT_FOUND} when it is not known how to start such a server,
     *     {@code TIMEOUT}, {@code PEER_DIED} when the server ended before it served; the delivery is {@code NOT_SENT}
     */
    <C> C connect(Endpoint endpoint, long deadlineNanoTime, Dial<C> dial);

    /**
     * Connects to an address.
     *
     * @since 0.1.0
     */
    @FunctionalInterface
    interface Dial<C> {
        /** A connection, or empty when no server is at the address, or the server there is just ending. */
        Optional<C> to(Endpoint endpoint);
    }
}
