package io.valise.ipc;

import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.identity.LoopbackAccessRules;
import io.valise.ipc.spi.Transport;
import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * The options that servers and clients share: what they offer, to which peers, and how. A method that takes the builder of
 * either has a type parameter {@code <B extends EndBuilder<B>>}. Not thread-safe.
 *
 * <p>The methods that add services and event handlers have the same names, and the same rules, as those of {@link
 * IpcConnection}. Names have 1 to 255 bytes of UTF-8; those that begin with {@code valise.} are reserved. Handlers run under the
 * context class loader that was current when the builder was made.
 *
 * @param <B> the builder, which each method returns
 * @since 0.1.0
 */
public interface EndBuilder<B extends EndBuilder<B>> {
    /**
     * Adds a service that answers when its handler returns.
     *
     * @throws IllegalArgumentException when a service of that name was added already, or the name is reserved, empty or
     *     too long
     */
    B service(String name, RequestHandler handler);

    /**
     * Adds a service that takes and answers values of two types, such as records. For a peer it is a service like any
     * other.
     *
     * @throws IllegalArgumentException as {@link #service(String, RequestHandler)}, or when one of the types cannot be
     *     mapped (see {@link ValueSet#to(Class)})
     */
    default <A, R> B service(String name, Class<A> ask, Class<R> reply, TypedHandler<A, R> handler) {
        return service(name, TypedCalls.handler(ask, reply, handler));
    }

    /**
     * Adds a service that answers when a future completes.
     *
     * @throws IllegalArgumentException as {@link #service(String, RequestHandler)}
     */
    B asyncService(String name, AsyncRequestHandler handler);

    /**
     * Adds a service that takes a value of one type and answers with one of another when a future completes.
     *
     * @throws IllegalArgumentException as {@link #service(String, Class, Class, TypedHandler)}
     */
    default <A, R> B asyncService(String name, Class<A> ask, Class<R> reply, TypedAsyncHandler<A, R> handler) {
        return asyncService(name, TypedCalls.async(ask, reply, handler));
    }

    /**
     * Adds a service that answers with a stream.
     *
     * @throws IllegalArgumentException as {@link #service(String, RequestHandler)}
     */
    B stream(String name, StreamHandler handler);

    /**
     * Adds a service that takes a value of a type, and answers with a stream of values of another. For a peer it is a
     * service like any other.
     *
     * @throws IllegalArgumentException as {@link #service(String, Class, Class, TypedHandler)}
     */
    default <A, T> B stream(String name, Class<A> ask, Class<T> item, TypedStreamHandler<A, T> handler) {
        return stream(name, TypedCalls.stream(ask, item, handler));
    }

    /**
     * Sets the handler of an event, and replaces the one set before.
     *
     * @throws IllegalArgumentException when the name is reserved, empty or too long
     */
    B onEvent(String name, EventHandler handler);

    /**
     * Sets the handler of an event whose messages are values of a type, and replaces the one set before.
     *
     * @throws IllegalArgumentException as {@link #onEvent(String, EventHandler)}, or when the type cannot be mapped (see
     *     {@link ValueSet#to(Class)})
     */
    default <T> B onEvent(String name, Class<T> type, TypedEventHandler<T> handler) {
        return onEvent(name, TypedCalls.event(type, handler));
    }

    /**
     * Declares the types of a service or stream that was added with a handler of ValueSets: the server's answer to {@code
     * valise.schema} tells them as it tells those of a typed handler; a client has no such answer. Messages are not checked
     * against the types.
     *
     * @param service its name
     * @param request the type of the requests, such as a record
     * @param answer the type of the replies, or of the items of the stream
     * @throws IllegalArgumentException when no service of that name was added, its types are known already, or one of the
     *     types cannot be mapped (see {@link ValueSet#to(Class)})
     */
    B describe(String service, Class<?> request, Class<?> answer);

    /**
     * Declares the type of an event that has a handler of ValueSets, as {@link #describe} does for services. A handler that
     * replaces that one needs a declaration of its own.
     *
     * @throws IllegalArgumentException as {@link #describe}
     */
    B describeEvent(String event, Class<?> type);

    /**
     * Puts an interceptor around the handlers of this end, inside of those given before: around all its services, streams and
     * events, those that are added to a connection too, but not around the library's own services, {@code valise.}. Access
     * policies are asked before it.
     */
    B interceptHandlers(Interceptor<CallContext> interceptor);

    /**
     * Puts an interceptor around the calls that this end makes, a server's broadcasts too, inside of those given before; once
     * around all attempts of a call under a {@link ReconnectPolicy}.
     */
    B interceptCalls(Interceptor<OutgoingCall> interceptor);

    /**
     * Sets which peers may use which services and events of this end; default {@link AccessPolicy#sameUser()}. At an address
     * of the network, such as {@code nats:}, where no peer is the same user, the default of an end with an {@link #identity} is
     * applications of its publisher; a server has no default there else, and does not start. What this end calls at the peer
     * is not affected.
     */
    B access(AccessPolicy policy);

    /**
     * Proves to peers, when connecting, that this is that application: a client to each server, a server to clients that have
     * an identity ({@link PeerIdentity#applicationId()} at either end). A server accepts the grants that its publisher signed.
     * Each call replaces the identity set before.
     */
    B identity(AppIdentity identity);

    /**
     * Restricts {@code loopback:}: a server lets in those only for whom there is an {@code in} rule, a client connects to those
     * only for whom there is an {@code out} rule. Implies the rules' {@link #identity}.
     */
    B loopbackRules(LoopbackAccessRules rules);

    /**
     * Sets the default timeout of the calls that this end makes ({@link IpcConnection#request(String, ValueSet)}), which also
     * bounds {@code send}; 30 s unless set.
     *
     * @throws IllegalArgumentException when it is not positive
     */
    B requestTimeout(Duration timeout);

    /**
     * Sets the longest message that is accepted, in bytes of its frame, 4 KiB to 1 GiB; 16 MiB unless set.
     *
     * @throws IllegalArgumentException when it is outside these limits
     */
    B maxMessageBytes(int bytes);

    /** Runs all handlers on this executor; without one, the thread that reads a request runs its handler. */
    B executor(Executor executor);

    /** Sets how readers wait; default {@link WaitStrategy#adaptive()}. */
    B waitStrategy(WaitStrategy strategy);

    /** Adds a transport beside those {@link io.valise.ipc.spi.Providers} finds. */
    B transport(Transport transport);
}
