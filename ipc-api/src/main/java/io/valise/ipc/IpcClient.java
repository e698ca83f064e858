package io.valise.ipc;

import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.identity.CapabilityGrant;
import io.valise.ipc.identity.LoopbackAccessRules;
import io.valise.ipc.spi.Transport;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

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
     * Describes a connection; may connect several times. Not thread-safe. A client serves too: the methods that add services
     * and event handlers have the same names, and the same rules, as those of {@link IpcServer.Builder} and {@link
     * IpcConnection}. Names have 1 to 255 bytes of UTF-8; those that begin with {@code valise.} are reserved. Handlers, and
     * dependents of futures and streams that a thread of the library runs, run under the context class loader that was
     * current when the builder was made.
     *
     * @since 0.1.0
     */
    public interface Builder {
        /**
         * Sets how long connecting may take; 5 s unless set.
         *
         * @throws IllegalArgumentException when it is not positive
         */
        Builder connectTimeout(Duration timeout);

        /**
         * Sets the default timeout of calls, which also bounds {@code send}; 30 s unless set.
         *
         * @throws IllegalArgumentException when it is not positive
         */
        Builder requestTimeout(Duration timeout);

        /**
         * Sets the longest message that is accepted, in bytes of its frame, 4 KiB to 1 GiB; 16 MiB unless set.
         *
         * @throws IllegalArgumentException when it is outside these limits
         */
        Builder maxMessageBytes(int bytes);

        /** Sets how readers wait; default {@link WaitStrategy#adaptive()}. */
        Builder waitStrategy(WaitStrategy strategy);

        /** Dials again when the link has ended; without a policy the connection ends with its link. */
        Builder reconnect(ReconnectPolicy policy);

        /**
         * Has the server started if there is none at the address; off by default. A service manifest says how to start it,
         * and {@code ipc-services} must be on the class path. Connecting then takes as long as the server's start: allow for
         * it with {@link #connectTimeout}. A connection that dials again starts it again.
         */
        Builder startIfAbsent(boolean start);

        /** Adds a transport beside those {@link io.valise.ipc.spi.Providers} finds. */
        Builder transport(Transport transport);

        /**
         * Adds a service for the server to call, which answers when its handler returns.
         *
         * @throws IllegalArgumentException when a service of that name was added already, or the name is reserved, empty or
         *     too long
         */
        Builder service(String name, RequestHandler handler);

        /**
         * Adds a service that takes and answers values of two types, such as records. For a peer it is a service like any
         * other.
         *
         * @throws IllegalArgumentException as {@link #service(String, RequestHandler)}, or when one of the types cannot be
         *     mapped (see {@link ValueSet#to(Class)})
         */
        default <A, R> Builder service(String name, Class<A> ask, Class<R> reply, TypedHandler<A, R> handler) {
            return service(name, TypedCalls.handler(ask, reply, handler));
        }

        /**
         * Adds a service that answers when a future completes.
         *
         * @throws IllegalArgumentException as {@link #service(String, RequestHandler)}
         */
        Builder asyncService(String name, AsyncRequestHandler handler);

        /**
         * Adds a service that takes a value of one type and answers with one of another when a future completes.
         *
         * @throws IllegalArgumentException as {@link #service(String, Class, Class, TypedHandler)}
         */
        default <A, R> Builder asyncService(
                String name, Class<A> ask, Class<R> reply, TypedAsyncHandler<A, R> handler) {
            return asyncService(name, TypedCalls.async(ask, reply, handler));
        }

        /**
         * Adds a service that answers with a stream.
         *
         * @throws IllegalArgumentException as {@link #service(String, RequestHandler)}
         */
        Builder stream(String name, StreamHandler handler);

        /**
         * Adds a service that takes a value of a type, and answers with a stream of values of another. For a peer it is a
         * service like any other.
         *
         * @throws IllegalArgumentException as {@link #service(String, Class, Class, TypedHandler)}
         */
        default <A, T> Builder stream(String name, Class<A> ask, Class<T> item, TypedStreamHandler<A, T> handler) {
            return stream(name, TypedCalls.stream(ask, item, handler));
        }

        /**
         * Sets the handler of an event, and replaces the one set before.
         *
         * @throws IllegalArgumentException when the name is reserved, empty or too long
         */
        Builder onEvent(String name, EventHandler handler);

        /**
         * Sets the handler of an event whose messages are values of a type, and replaces the one set before.
         *
         * @throws IllegalArgumentException as {@link #onEvent(String, EventHandler)}, or when the type cannot be mapped (see
         *     {@link ValueSet#to(Class)})
         */
        default <T> Builder onEvent(String name, Class<T> type, TypedEventHandler<T> handler) {
            return onEvent(name, TypedCalls.event(type, handler));
        }

        /**
         * Puts an interceptor around the handlers of this client, inside of those given before: around all its services, streams
         * and events, those that are added to a connection too, but not around the library's own services, {@code valise.}.
         * Access policies are asked before it.
         */
        Builder interceptHandlers(Interceptor<CallContext> interceptor);

        /**
         * Puts an interceptor around the calls that this client makes, once around all attempts of a call under a {@link ReconnectPolicy}, inside of those given before.
         */
        Builder interceptCalls(Interceptor<OutgoingCall> interceptor);

        /**
         * Sets whether the server may use which services and events of this client; default {@link
         * AccessPolicy#sameUser()}, which no server at an address of the network is; there a client with an {@link #identity}
         * lets applications of its publisher call. What this client calls at the server is not affected.
         */
        Builder access(AccessPolicy policy);

        /** Runs all handlers of this client on this executor; without one, the thread that reads a request runs its handler. */
        Builder executor(Executor executor);

        /**
         * Proves to the server, when connecting, that this is that application; the server, if it has an identity, proves
         * its own ({@link PeerIdentity#applicationId()} at either end). Each call replaces the identity set before.
         */
        Builder identity(AppIdentity identity);

        /**
         * Presents a grant when connecting; needs an {@link #identity}. The server decides whether it accepts the grant.
         *
         * @throws IllegalArgumentException when there are 8 already
         */
        Builder grant(CapabilityGrant grant);

        /** Over {@code loopback:} connects to those only for whom there is an {@code out} rule; implies their {@link #identity}. */
        Builder loopbackRules(LoopbackAccessRules rules);

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
