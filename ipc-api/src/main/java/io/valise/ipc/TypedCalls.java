package io.valise.ipc;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.spi.mapping.Mapping;
import java.util.concurrent.CompletableFuture;

/** Services and calls of two types, over those of ValueSets. */
final class TypedCalls {
    private TypedCalls() {}

    /** The handler of messages; the types are checked here, not at the first request. */
    static <A, R> RequestHandler handler(Class<A> ask, Class<R> reply, TypedHandler<A, R> handler) {
        Mapping<A> asks = Mapping.of(ask);
        Mapping<R> replies = Mapping.of(reply);
        requireNonNull(handler, "handler");
        return request -> replies.write(requireNonNull(
                handler.handle(asks.read(request.message())), "the handler returned null; return a value"));
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
