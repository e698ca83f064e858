package io.valise.ipc;

import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.identity.CapabilityGrant;
import io.valise.ipc.identity.LoopbackAccessRules;
import io.valise.ipc.spi.Transport;
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

    /** Begins to describe a connection. */
    public static Builder builder(String endpoint) {
        return new ClientBuilder(endpoint);
    }

    /**
     * Describes a connection. Not thread-safe. Handlers, and what depends on futures and streams where a thread of the
     * library runs it, run under the context class loader that was current when the builder was made.
     */
    public interface Builder {
        /** How long connecting may take; positive; 5 s unless said otherwise. */
        Builder connectTimeout(Duration timeout);

        /** How long a call waits that does not say; positive; 30 s unless said otherwise. */
        Builder requestTimeout(Duration timeout);

        /** The longest message taken, in bytes of its frame, 4 KiB to 1 GiB; 16 MiB unless said otherwise. */
        Builder maxMessageBytes(int bytes);

        /** How readers wait; {@link WaitStrategy#adaptive()} unless said otherwise. */
        Builder waitStrategy(WaitStrategy strategy);

        /** Dials again when the connection has ended; unless given, it stays ended. */
        Builder reconnect(ReconnectPolicy policy);

        /**
         * Has the server started if there is none at the address; off unless said otherwise. How to start it says a service
         * manifest, and {@code ipc-services} must be on the class path. Connecting takes as long as the server's start
         * then: allow for it with {@link #connectTimeout}. A connection that dials again starts it again.
         */
        Builder startIfAbsent(boolean start);

        /** Adds a transport beside those {@link io.valise.ipc.spi.Providers} finds. */
        Builder transport(Transport transport);

        /** Offers a service to the server. */
        Builder service(String name, RequestHandler handler);

        /** Sets the handler of an event. */
        Builder onEvent(String name, EventHandler handler);

        /**
         * Proves to the server, when connecting, that this is that application; the server, if it has an identity, proves
         * its own ({@link PeerIdentity#applicationId()} at either end).
         */
        Builder identity(AppIdentity identity);

        /** Presents a grant when connecting, 8 at most; needs an {@link #identity}. Whether it is good the server decides. */
        Builder grant(CapabilityGrant grant);

        /** Over {@code loopback:} connects to those only for whom there is an {@code out} rule; implies their {@link #identity}. */
        Builder loopbackRules(LoopbackAccessRules rules);

        /**
         * Connects.
         *
         * @throws IpcException {@code ENDPOINT_NOT_FOUND} when no server answers, {@code TIMEOUT}, {@code VERSION_MISMATCH},
         *     {@code AUTHENTICATION_FAILED}, {@code ACCESS_DENIED} when rules of either end forbid it,
         *     {@code RESOURCE_EXHAUSTED}, {@code PROTOCOL_ERROR} when what answers is not Valise, {@code UNSUPPORTED},
         *     {@code PEER_DIED} when a server that was to be started ended instead; the delivery is always {@code NOT_SENT}
         * @throws IllegalStateException when there are grants but no identity
         */
        IpcConnection connect();

        /** Connects on another thread; fails with the exceptions of {@link #connect()}. */
        CompletableFuture<IpcConnection> connectAsync();
    }
}
