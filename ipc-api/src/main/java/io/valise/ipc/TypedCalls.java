package io.valise.ipc;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.spi.mapping.MappedSubscriber;
import io.valise.ipc.spi.mapping.Mapping;
import java.util.concurrent.CompletableFuture;

/** Services, events and calls by types, over those of ValueSets. Types are checked when a handler is made, not at its first use. */
final class TypedCalls {
    private TypedCalls() {}

    /** The handler of requests. */
    static <A, R> RequestHandler handler(Class<A> ask, Class<R> reply, TypedHandler<A, R> handler) {
        Mapping<A> asks = Mapping.of(ask);
        Mapping<R> replies = Mapping.of(reply);
        requireNonNull(handler, "handler");
        return request -> replies.write(requireNonNull(
                handler.handle(asks.read(request.message())), "the handler returned null; return a value"));
    }

    /** The handler of requests for streams. */
    static <A, T> StreamHandler stream(Class<A> ask, Class<T> item, TypedStreamHandler<A, T> handler) {
        Mapping<A> asks = Mapping.of(ask);
        Mapping<T> items = Mapping.of(item);
        requireNonNull(handler, "handler");
        return request -> MappedSubscriber.publisher(
                requireNonNull(
                        handler.open(asks.read(request.message())), "the handler returned null; return a publisher"),
                items::write);
    }

    /** The handler of events. */
    static <T> EventHandler event(Class<T> type, TypedEventHandler<T> handler) {
        Mapping<T> events = Mapping.of(type);
        requireNonNull(handler, "handler");
        return event -> handler.onEvent(events.read(event.message()));
    }

    /** The future of a reply's value, which fails as the reply does; whatever else completes it cancels the request. */
    static <R> CompletableFuture<R> value(CompletableFuture<ValueSet> reply, Mapping<R> type) {
        CompletableFuture<R> value = new CompletableFuture<>();
        reply.thenAccept(message -> value.complete(type.read(message))).exceptionally(failure -> {
            value.completeExceptionally(failure.getCause()); // a stage wraps what it is handed and what it throws
            return null;
        });
        value.whenComplete((done, failure) -> reply.cancel(false)).exceptionally(handedOn -> null);
        return value;
    }
}
