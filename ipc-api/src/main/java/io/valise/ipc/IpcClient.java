package io.valise.ipc;

import io.valise.ipc.identity.CapabilityGrant;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Connects to servers. Thread-safe.
 *
 * <pre>{@code
 * try (IpcConnection quotes = IpcClient.connect("any:quotes")) {
 *     double bid = quotes.request("price", ValueSet.of("symbol", "KRW/USD")).getDouble("bid");
 * }
 * }</pre>
 *
 * @since 0.1.0
 */
public final class IpcClient {
    private IpcClient() {}

    /**
     * Connects with the defaults.
     *
     * @param endpoint an address such as {@code shm:quotes}; {@code any:quotes} is the fastest transport on which a server
     *     answers
     * @throws IllegalArgumentException when the address is malformed
     * @throws IpcException as {@link Builder#connect()}
     */
    public static IpcConnection connect(String endpoint) {
        return builder(endpoint).connect();
    }

    /**
     * Like {@link #connect(String)}, with an address that is parsed already.
     *
     * @throws IpcException as {@link Builder#connect()}
     */
    public static IpcConnection connect(Endpoint endpoint) {
        return builder(endpoint).connect();
    }

    /**
     * Returns a builder for connections.
     *
     * @param endpoint as for {@link #connect(String)}
     * @throws IllegalArgumentException when the address is malformed
     */
    public static Builder builder(String endpoint) {
        return new ClientBuilder(Endpoint.parse(endpoint));
    }

    /** Like {@link #builder(String)}, with an address that is parsed already. */
    public static Builder builder(Endpoint endpoint) {
        return new ClientBuilder(endpoint);
    }

    /**
     * Describes a connection; may connect several times. What it has in common with a server is {@link EndBuilder}'s: a
     * client serves too. Not thread-safe. Dependents of futures and streams that a thread of the library runs, run, as
     * handlers do, under the context class loader that was current when the builder was made.
     *
     * @since 0.1.0
     */
    public interface Builder extends EndBuilder<Builder> {
        /**
         * Sets how long connecting may take; 5 s unless set.
         *
         * @throws IllegalArgumentException when it is not positive
         */
        Builder connectTimeout(Duration timeout);

        /** Dials again when the link has ended; without a policy the connection ends with its link. */
        Builder reconnect(ReconnectPolicy policy);

        /**
         * Has the server started if there is none at the address; off by default. A service manifest says how to start it,
         * and {@code ipc-services} must be on the class path. Connecting then takes as long as the server's start: allow for
         * it with {@link #connectTimeout}. A connection that dials again starts it again.
         */
        Builder startIfAbsent(boolean start);

        /**
         * Presents a grant when connecting; needs an {@link #identity}. The server decides whether it accepts the grant.
         *
         * @throws IllegalArgumentException when there are 8 already
         */
        Builder grant(CapabilityGrant grant);

        /**
         * Connects.
         *
         * @throws IpcException {@code ENDPOINT_NOT_FOUND} when no server answers, {@code TIMEOUT}, {@code VERSION_MISMATCH},
         *     {@code AUTHENTICATION_FAILED}, {@code ACCESS_DENIED} when rules of either end forbid it,
         *     {@code RESOURCE_EXHAUSTED}, {@code PROTOCOL_ERROR} when what answers is not Valise, {@code UNSUPPORTED},
         *     {@code PEER_DIED} when a server that was to be started ended instead, {@code CANCELLED} when the thread was
         *     interrupted; the delivery is always {@code NOT_SENT}
         * @throws IllegalStateException when there are grants but no identity
         */
        IpcConnection connect();

        /**
         * Connects on another thread. The future fails with the exceptions of {@link #connect()}; a connection that comes
         * about after the future was cancelled is closed.
         */
        CompletableFuture<IpcConnection> connectAsync();
    }
}
