package io.valise.ipc.internal.session;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.AsyncRequestHandler;
import io.valise.ipc.ConnectionState;
import io.valise.ipc.Delivery;
import io.valise.ipc.EventHandler;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.Reply;
import io.valise.ipc.RequestHandler;
import io.valise.ipc.StreamHandler;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.call.CallMaker;
import io.valise.ipc.internal.call.RecordedCalls;
import io.valise.ipc.internal.call.ReplyMetadata;
import io.valise.ipc.internal.frame.Names;
import io.valise.ipc.internal.jfr.Recording;
import io.valise.ipc.internal.serve.Services;
import io.valise.ipc.internal.work.ConnectionStates;
import io.valise.ipc.internal.work.Deadline;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A call under construction. */
public final class SessionCall implements IpcConnection.Call {
    private final Calls target;
    private final String service;
    private @Nullable ValueSet metadata;
    private @Nullable Duration timeout;

    /** A connection whose calls all take the same way; without a timeout the connection's own applies. */
    public interface Calls extends IpcConnection {
        /** Makes the calls of this end. */
        CallMaker maker();

        /** The same, with an event for each call while a recording asks for them. */
        default CallMaker calls() {
            return Recording.hasCalls() ? new RecordedCalls(this, maker()) : maker();
        }

        /** What this end offers on this connection. */
        Services services();

        /** The states of this connection, and who is told of them. */
        ConnectionStates states();

        /** Has a background reader read if no thread does: what is offered may be asked for. */
        void ensureRead();

        @Override
        default void service(String name, RequestHandler handler) {
            services().service(name, requireNonNull(handler, "handler"));
            ensureRead();
        }

        @Override
        default void asyncService(String name, AsyncRequestHandler handler) {
            services().asyncService(name, requireNonNull(handler, "handler"));
            ensureRead();
        }

        @Override
        default void stream(String name, StreamHandler handler) {
            services().stream(name, requireNonNull(handler, "handler"));
            ensureRead();
        }

        @Override
        default void onEvent(String name, EventHandler handler) {
            services().onEvent(name, requireNonNull(handler, "handler"));
            ensureRead();
        }

        @Override
        default ConnectionState state() {
            return states().now();
        }

        @Override
        default void onState(Consumer<ConnectionState> listener) {
            states().add(requireNonNull(listener, "listener"));
            ensureRead();
        }

        @Override
        default ValueSet request(String service, ValueSet message) {
            return calls().call(service, null, message, null, null);
        }

        @Override
        default ValueSet request(String service, ValueSet message, Duration timeout) {
            return calls().call(service, null, message, requireNonNull(timeout, "timeout"), null);
        }

        @Override
        default CompletableFuture<ValueSet> requestAsync(String service, ValueSet message) {
            return calls().callAsync(service, null, message, null, null);
        }

        @Override
        default Flow.Publisher<ValueSet> stream(String service, ValueSet message) {
            return calls().stream(service, null, message);
        }

        @Override
        default void send(String event, ValueSet message) {
            calls().send(event, message);
        }

        @Override
        default Call call(String service) {
            return new SessionCall(this, service);
        }
    }

    SessionCall(Calls target, String service) {
        this.target = target;
        this.service = Names.check(service);
    }

    @Override
    public IpcConnection.Call metadata(ValueSet beside) {
        metadata = beside.isEmpty() ? null : beside;
        return this;
    }

    @Override
    public IpcConnection.Call timeout(Duration limit) {
        Deadline.nanos("timeout", limit);
        timeout = limit;
        return this;
    }

    @Override
    public ValueSet request(ValueSet message) {
        return target.calls().call(service, metadata, message, timeout, null);
    }

    @Override
    public CompletableFuture<ValueSet> requestAsync(ValueSet message) {
        return target.calls().callAsync(service, metadata, message, timeout, null);
    }

    @Override
    public Reply exchange(ValueSet message) {
        ReplyMetadata replied = new ReplyMetadata();
        return replied.with(target.calls().call(service, metadata, message, timeout, replied));
    }

    @Override
    public CompletableFuture<Reply> exchangeAsync(ValueSet message) {
        ReplyMetadata replied = new ReplyMetadata();
        CompletableFuture<ValueSet> sent = target.calls().callAsync(service, metadata, message, timeout, replied);
        CompletableFuture<Reply> reply = replied.of(sent);
        reply.whenComplete((done, failure) -> sent.cancel(false)).exceptionally(handedOn -> null);
        return reply;
    }

    @Override
    public Flow.Publisher<ValueSet> stream(ValueSet message) {
        if (timeout != null) {
            throw new IpcException(
                    IpcStatus.UNSUPPORTED,
                    "stream " + service + ": a stream has no timeout, and timeout=" + timeout
                            + " was given; leave it out, and cancel the subscription after that time",
                    Delivery.NOT_SENT);
        }
        return target.calls().stream(service, metadata, message);
    }
}
