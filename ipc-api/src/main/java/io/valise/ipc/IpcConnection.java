package io.valise.ipc;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

/**
 * A connection between two processes; the same type on both ends, and both may call. Thread-safe.
 *
 * <p>A call never hangs: it ends in a reply, or in an {@link IpcException} with a status, at the latest when its timeout
 * is over. Statuses any call can end with: {@code SERVICE_NOT_FOUND}, {@code ACCESS_DENIED}, {@code MESSAGE_TOO_LARGE},
 * {@code RESOURCE_EXHAUSTED}, {@code TIMEOUT}, {@code CANCELLED} (the thread was interrupted; its interrupt status stays
 * set), {@code HANDLER_FAILED}, {@code CONNECTION_CLOSED}, {@code PEER_DIED}, {@code PROTOCOL_ERROR}, or whichever the
 * handler threw.
 */
public interface IpcConnection extends AutoCloseable {
    /** Sends a request and waits for the reply, for as long as the connection's request timeout. */
    ValueSet request(String service, ValueSet message);

    /** Sends a request and waits for the reply, for as long as {@code timeout}, which must be positive. */
    ValueSet request(String service, ValueSet message, Duration timeout);

    /**
     * Sends a request. The future completes with the reply or with an {@link IpcException}, on the thread that read it,
     * or on another where that one waits for a reply itself or has read several replies together: dependents that block
     * belong on an executor of the caller's. Whatever else completes it from this end ({@code cancel}, {@code orTimeout},
     * {@code complete}) cancels the request at the peer, but not what completes a future derived from it. Blocks only while
     * the peer's buffer is full.
     */
    CompletableFuture<ValueSet> requestAsync(String service, ValueSet message);

    /** A call with options: metadata, its own timeout. */
    Call call(String service);

    /**
     * Sends a one-way event. Returns once it is in the peer's buffer; blocks while that is full, bounded by the request
     * timeout ({@code TIMEOUT} then). Whether the peer has a handler for it is not told.
     */
    void send(String event, ValueSet message);

    /**
     * Opens a stream for every subscriber, when it has returned from {@code onSubscribe}, whether it has asked for messages
     * or not. Never more messages are in flight than the subscriber asked for; the end of the stream needs no demand.
     * Failures reach {@code onError} as {@link IpcException}; a demand that is not positive as {@link
     * IllegalArgumentException}. Signals come one at a time, on the thread that read them or another of the library's. The
     * publisher keeps the rules of Reactive Streams. Under a {@link ReconnectPolicy} a stream that begins while there is no
     * link waits for one as long as the request timeout; one that has received a message ends with its link.
     */
    Flow.Publisher<ValueSet> stream(String service, ValueSet message);

    /** Sets the handler of an event, replacing the one before. */
    void onEvent(String name, EventHandler handler);

    /**
     * Offers a service to the peer, on this connection alone, from now on; it goes before one of the same name that the
     * builder was given. Once the connection has ended this has no effect.
     *
     * @throws IllegalArgumentException when this connection offers one of that name already, or the name is reserved
     */
    void offer(String name, RequestHandler handler);

    /** Like {@link #offer}, for a service that answers later. */
    void offerAsync(String name, AsyncRequestHandler handler);

    /** Like {@link #offer}, for a service that answers with a stream. */
    void offerStream(String name, StreamHandler handler);

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
     *
     * @since 0.1.0
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
     *
     * @since 0.1.0
     */
    void onState(Consumer<ConnectionState> listener);

    /**
     * Completes when the connection has ended for good; never exceptionally. Under a {@link ReconnectPolicy} that is when
     * this end closes it, or when the policy gives up, which brings the status of the last attempt to dial.
     */
    CompletionStage<CloseReason> closed();

    /**
     * Says farewell and ends the connection. Requests sent before are either answered or fail with
     * {@code CONNECTION_CLOSED}. Requests of the peer that no handler has seen are {@link Delivery#REJECTED} there; events
     * of the peer that wait for their handler are dropped. Idempotent; may be called from a handler.
     */
    @Override
    void close();

    /** A call under construction. Not thread-safe; usable for several calls. */
    interface Call {
        /** Travels beside the message: trace context, tenant. */
        Call metadata(ValueSet metadata);

        /** How long to wait for the reply; positive. Not for streams. */
        Call timeout(Duration timeout);

        /** Like {@link IpcConnection#request(String, ValueSet)}. */
        ValueSet request(ValueSet message);

        /** Like {@link IpcConnection#requestAsync(String, ValueSet)}. */
        CompletableFuture<ValueSet> requestAsync(ValueSet message);

        /**
         * Like {@link IpcConnection#stream(String, ValueSet)}.
         *
         * @throws IpcException {@code UNSUPPORTED} when a {@link #timeout} was given
         */
        Flow.Publisher<ValueSet> stream(ValueSet message);
    }
}
