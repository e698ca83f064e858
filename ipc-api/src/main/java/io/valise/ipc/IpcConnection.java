package io.valise.ipc;

import io.valise.ipc.spi.mapping.MappedSubscriber;
import io.valise.ipc.spi.mapping.Mapping;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

/**
 * A connection between two processes; the same type on both ends, and both may call. Thread-safe.
 *
 * <p><b>Calling.</b> A call never hangs: it ends in a reply, or in an {@link IpcException} with a status, at the latest when
 * its timeout is over. Statuses with which any call can end: {@code SERVICE_NOT_FOUND}, {@code ACCESS_DENIED}, {@code
 * MESSAGE_TOO_LARGE}, {@code RESOURCE_EXHAUSTED}, {@code TIMEOUT}, {@code CANCELLED} (the thread was interrupted; its
 * interrupt status stays set), {@code HANDLER_FAILED}, {@code CONNECTION_CLOSED}, {@code PEER_DIED}, {@code PROTOCOL_ERROR},
 * {@code UNSUPPORTED} (a request to a service that streams, or the reverse), and any status that the handler throws.
 *
 * <p><b>Serving.</b> The methods that add services and event handlers have the same names, and the same rules, as those of
 * {@link IpcServer.Builder} and {@link IpcClient.Builder}. What is added here holds for this connection alone, from now on,
 * for all its links under a {@link ReconnectPolicy}, and takes precedence over what the builder was given by the same name.
 * Once the connection has ended, adding has no effect. {@code stream} with a handler adds a service; {@code stream} with a
 * message calls one.
 *
 * <p>Names have 1 to 255 bytes of UTF-8; those that begin with {@code valise.} are reserved for the library's services.
 * Null is not allowed for any parameter, and never returned.
 *
 * @since 0.1.0
 */
public interface IpcConnection extends AutoCloseable {
    /**
     * Sends a request and waits for the reply, at most for the connection's request timeout.
     *
     * @return the reply; empty when the handler returned null
     * @throws IpcException any status of a call, see above; its {@link IpcException#delivery()} says whether the handler may
     *     have run
     * @throws IllegalArgumentException when the service's name is empty or too long
     */
    ValueSet request(String service, ValueSet message);

    /**
     * Sends a request and waits for the reply, at most for {@code timeout}.
     *
     * @return the reply; empty when the handler returned null
     * @throws IpcException as {@link #request(String, ValueSet)}
     * @throws IllegalArgumentException when the timeout is not positive, or the service's name is empty or too long
     */
    ValueSet request(String service, ValueSet message, Duration timeout);

    /**
     * Sends a request. The future completes with the reply or with an {@link IpcException}, on the thread that read it,
     * or on another where that one waits for a reply itself or has read several replies together: dependents that block
     * belong on an executor of the caller's. Whatever else completes it from this end ({@code cancel}, {@code orTimeout},
     * {@code complete}) cancels the request at the peer, but not what completes a future derived from it. Blocks only while
     * the peer's buffer is full. Where the request cannot be sent, the future has failed when this returns.
     *
     * @return fails with the {@link IpcException} that {@link #request(String, ValueSet)} throws
     * @throws IllegalArgumentException when the service's name is empty or too long
     */
    CompletableFuture<ValueSet> requestAsync(String service, ValueSet message);

    /**
     * Sends a record and waits for a reply of a type, at most for the connection's request timeout. For the peer it is a
     * request like any other. Sealed interfaces and types with arguments are sent as ValueSets: {@link
     * ValueSet#from(Object, Class)}.
     *
     * @throws IpcException as {@link #request(String, ValueSet)}; {@code TYPE_MISMATCH} also when the reply is no {@code R}: its
     *     {@link IpcException#delivery()} is then {@code UNKNOWN}, as the handler has run
     * @throws IllegalArgumentException as {@link #request(String, ValueSet)}, or when the type cannot be mapped or the
     *     record cannot be sent (see {@link ValueSet#from(Record)}); nothing is sent then
     */
    default <R> R request(String service, Record ask, Class<R> reply) {
        Mapping<R> replies = Mapping.of(reply);
        return replies.read(request(service, ValueSet.from(ask)));
    }

    /**
     * Sends a record. The future is like that of {@link #requestAsync(String, ValueSet)}, and completes on the same threads,
     * on which the constructors of the reply's records run, too.
     *
     * @return fails with the {@link IpcException} that {@link #request(String, Record, Class)} throws
     * @throws IllegalArgumentException as {@link #request(String, Record, Class)}
     */
    default <R> CompletableFuture<R> requestAsync(String service, Record ask, Class<R> reply) {
        Mapping<R> replies = Mapping.of(reply);
        return TypedCalls.value(requestAsync(service, ValueSet.from(ask)), replies);
    }

    /**
     * Returns a call with options: metadata, its own timeout.
     *
     * @throws IllegalArgumentException when the service's name is empty or too long
     */
    Call call(String service);

    /**
     * Sends a one-way event. Returns once it is in the peer's buffer; blocks while that is full, bounded by the request
     * timeout ({@code TIMEOUT} then). Handling is not confirmed: a peer without a handler for it, or whose policy denies it,
     * drops it.
     *
     * @throws IpcException {@code TIMEOUT}, {@code MESSAGE_TOO_LARGE}, {@code RESOURCE_EXHAUSTED}, {@code CANCELLED} (the thread
     *     was interrupted), {@code CONNECTION_CLOSED}, {@code PEER_DIED} or {@code PROTOCOL_ERROR}
     * @throws IllegalArgumentException when the event's name is empty or too long
     */
    void send(String event, ValueSet message);

    /**
     * Sends a record as an event.
     *
     * @throws IpcException as {@link #send(String, ValueSet)}
     * @throws IllegalArgumentException as {@link #send(String, ValueSet)}, or when the record cannot be sent (see {@link
     *     ValueSet#from(Record)})
     */
    default void send(String event, Record message) {
        send(event, ValueSet.from(message));
    }

    /**
     * Opens a stream for every subscriber, when it has returned from {@code onSubscribe}, whether it has asked for messages
     * or not. Never more messages are in flight than the subscriber asked for; the end of the stream needs no demand.
     * Failures reach {@code onError} as {@link IpcException}; a demand that is not positive as {@link
     * IllegalArgumentException}. Signals come one at a time, on the thread that read them or another of the library's. The
     * publisher keeps the rules of Reactive Streams. Under a {@link ReconnectPolicy} a stream that begins while there is no
     * link waits for one as long as the request timeout; one that has received a message ends with its link.
     *
     * @throws IllegalArgumentException when the service's name is empty or too long
     */
    Flow.Publisher<ValueSet> stream(String service, ValueSet message);

    /**
     * Opens a stream of values of a type, by a record, for every subscriber. The publisher is like that of {@link
     * #stream(String, ValueSet)}, on whose threads the constructors of the items run, too. An item that is no {@code T} cancels
     * the stream, which ends with {@code TYPE_MISMATCH}.
     *
     * @throws IllegalArgumentException as {@link #stream(String, ValueSet)}, or when the type cannot be mapped or the
     *     record cannot be sent (see {@link ValueSet#from(Record)})
     */
    default <T> Flow.Publisher<T> stream(String service, Record ask, Class<T> item) {
        Mapping<T> items = Mapping.of(item);
        return MappedSubscriber.publisher(stream(service, ValueSet.from(ask)), items::read);
    }

    /**
     * Adds a service for the peer to call, which answers when its handler returns.
     *
     * @throws IllegalArgumentException when a service of that name was added to this connection already, or the name is
     *     reserved, empty or too long
     */
    void service(String name, RequestHandler handler);

    /**
     * Adds a service for the peer to call that takes and answers values of two types, such as records. For the peer it is a
     * service like any other.
     *
     * @throws IllegalArgumentException as {@link #service(String, RequestHandler)}, or when one of the types cannot be mapped
     *     (see {@link ValueSet#to(Class)})
     */
    default <A, R> void service(String name, Class<A> ask, Class<R> reply, TypedHandler<A, R> handler) {
        service(name, TypedCalls.handler(ask, reply, handler));
    }

    /**
     * Adds a service that answers when a future completes.
     *
     * @throws IllegalArgumentException as {@link #service(String, RequestHandler)}
     */
    void asyncService(String name, AsyncRequestHandler handler);

    /**
     * Adds a service that takes a value of one type and answers with one of another when a future completes.
     *
     * @throws IllegalArgumentException as {@link #service(String, Class, Class, TypedHandler)}
     */
    default <A, R> void asyncService(String name, Class<A> ask, Class<R> reply, TypedAsyncHandler<A, R> handler) {
        asyncService(name, TypedCalls.async(ask, reply, handler));
    }

    /**
     * Adds a service that answers with a stream.
     *
     * @throws IllegalArgumentException as {@link #service(String, RequestHandler)}
     */
    void stream(String name, StreamHandler handler);

    /**
     * Adds a service that takes a value of a type, and answers with a stream of values of another. For the peer it is a
     * service like any other.
     *
     * @throws IllegalArgumentException as {@link #service(String, Class, Class, TypedHandler)}
     */
    default <A, T> void stream(String name, Class<A> ask, Class<T> item, TypedStreamHandler<A, T> handler) {
        stream(name, TypedCalls.stream(ask, item, handler));
    }

    /**
     * Sets the handler of an event, and replaces the one set on this connection before.
     *
     * @throws IllegalArgumentException when the name is reserved, empty or too long
     */
    void onEvent(String name, EventHandler handler);

    /**
     * Sets the handler of an event whose messages are values of a type, and replaces the one set on this connection before.
     *
     * @throws IllegalArgumentException as {@link #onEvent(String, EventHandler)}, or when the type cannot be mapped (see {@link
     *     ValueSet#to(Class)})
     */
    default <T> void onEvent(String name, Class<T> type, TypedEventHandler<T> handler) {
        onEvent(name, TypedCalls.event(type, handler));
    }

    /** Who is at the other end: of the newest link, under a {@link ReconnectPolicy}. */
    PeerIdentity peer();

    /** The concrete address, never {@code any:}; of the newest link, under a {@link ReconnectPolicy}. */
    Endpoint endpoint();

    /** Counters of this connection, with all its links under a {@link ReconnectPolicy}. */
    Stats stats();

    /**
     * Whether calls can be made. Under a {@link ReconnectPolicy} also while there is no link, as long as the connection
     * has not ended for good.
     */
    boolean isOpen();

    /**
     * Whether there is a link now. A connection without a {@link ReconnectPolicy} is never {@code RECONNECTING}.
     */
    ConnectionState state();

    /**
     * Tells a listener the present state, and from then on every change, each once and in order; {@code CLOSED} is the
     * last. The listener is called on threads of the library, one call at a time, so that it may block and may call; what
     * it throws is logged. States that follow each other faster than it returns wait for it, so that {@link #state()} may
     * be ahead of what it is told. Between it and the handlers of events there is no order. May be called several times;
     * a listener is held until the connection is garbage.
     *
     * <p>Under a {@link ReconnectPolicy} that dials by itself, a listener has the connection dialled as soon as its link
     * has ended. {@code CONNECTED} comes again with every link: what the server is to know of this client, such as what it
     * listens to, is told to the server anew then.
     */
    void onState(Consumer<ConnectionState> listener);

    /**
     * Completes when the connection has ended for good; never exceptionally. Under a {@link ReconnectPolicy} that is when
     * this end closes it, or when the policy gives up, which brings the status of the last attempt to dial.
     */
    CompletionStage<CloseReason> closed();

    /**
     * Tells the peer that this end closes, and ends the connection. Requests sent before are either answered or fail with
     * {@code CONNECTION_CLOSED}. Requests of the peer that no handler has seen are {@link Delivery#REJECTED} there; events
     * of the peer that wait for their handler are dropped. Idempotent; may be called from a handler.
     */
    @Override
    void close();

    /**
     * A call under construction. Not thread-safe; usable for several calls.
     *
     * @since 0.1.0
     */
    interface Call {
        /** Sets what travels beside the message, such as a trace context; replaces what was set before. */
        Call metadata(ValueSet metadata);

        /**
         * Sets how long to wait for the reply; the connection's request timeout unless set. Not for streams.
         *
         * @throws IllegalArgumentException when it is not positive
         */
        Call timeout(Duration timeout);

        /**
         * Like {@link IpcConnection#request(String, ValueSet)}.
         *
         * @throws IpcException any status of a call
         */
        ValueSet request(ValueSet message);

        /**
         * Like {@link IpcConnection#requestAsync(String, ValueSet)}.
         *
         * @return fails with the {@link IpcException} that {@link #request} throws
         */
        CompletableFuture<ValueSet> requestAsync(ValueSet message);

        /**
         * Like {@link #request}, with the metadata of the reply.
         *
         * @throws IpcException any status of a call
         */
        Reply exchange(ValueSet message);

        /**
         * Like {@link #requestAsync}, with the metadata of the reply.
         *
         * @return fails with the {@link IpcException} that {@link #request} throws
         */
        CompletableFuture<Reply> exchangeAsync(ValueSet message);

        /**
         * Like {@link IpcConnection#stream(String, ValueSet)}.
         *
         * @throws IpcException {@code UNSUPPORTED} when a {@link #timeout} was given
         */
        Flow.Publisher<ValueSet> stream(ValueSet message);
    }
}
