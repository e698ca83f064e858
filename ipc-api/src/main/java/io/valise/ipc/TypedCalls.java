package io.valise.ipc;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.internal.serve.Typed;
import io.valise.ipc.spi.mapping.MappedSubscriber;
import io.valise.ipc.spi.mapping.Mapping;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Services, events and calls by types, over those of ValueSets. Types are checked when a handler is made, not at its first use. */
final class TypedCalls {
    private static final String NO_VALUE = "the handler returned null; return a value";

    private TypedCalls() {}

    /** The handler of requests. */
    static <A, R> RequestHandler handler(Class<A> ask, Class<R> reply, TypedHandler<A, R> handler) {
        return new Requests<>(Mapping.of(ask), Mapping.of(reply), requireNonNull(handler, "handler"));
    }

    /** The handler of requests that are answered later. */
    static <A, R> AsyncRequestHandler async(Class<A> ask, Class<R> reply, TypedAsyncHandler<A, R> handler) {
        return new AsyncRequests<>(Mapping.of(ask), Mapping.of(reply), requireNonNull(handler, "handler"));
    }

    /** The handler of requests for streams. */
    static <A, T> StreamHandler stream(Class<A> ask, Class<T> item, TypedStreamHandler<A, T> handler) {
        return new Streams<>(Mapping.of(ask), Mapping.of(item), requireNonNull(handler, "handler"));
    }

    /** The handler of events. */
    static <T> EventHandler event(Class<T> type, TypedEventHandler<T> handler) {
        return new Events<>(Mapping.of(type), requireNonNull(handler, "handler"));
    }

    /** What a handler of ValueSets is declared to take and to answer; null where nothing is answered. */
    static Typed types(Class<?> request, @Nullable Class<?> answer) {
        return new Types(Mapping.of(request), answer == null ? null : Mapping.of(answer));
    }

    private record Types(Mapping<?> request, @Nullable Mapping<?> answer) implements Typed {}

    private record Requests<A, R>(Mapping<A> request, Mapping<R> answer, TypedHandler<A, R> handler)
            implements RequestHandler, Typed {
        @Override
        public ValueSet handle(Request asked) throws Exception {
            return answer.write(requireNonNull(handler.handle(request.read(asked.message())), NO_VALUE));
        }
    }

    private record AsyncRequests<A, R>(Mapping<A> request, Mapping<R> answer, TypedAsyncHandler<A, R> handler)
            implements AsyncRequestHandler, Typed {
        @Override
        public CompletionStage<ValueSet> handle(Request asked) throws Exception {
            CompletionStage<? extends R> later = requireNonNull(
                    handler.handle(request.read(asked.message())), "the handler returned null; return a future");
            if (later instanceof Future<?> future) {
                asked.onCancel(() -> future.cancel(false));
            }
            return later.thenApply(reply -> answer.write(requireNonNull(reply, NO_VALUE)));
        }
    }

    private record Streams<A, T>(Mapping<A> request, Mapping<T> answer, TypedStreamHandler<A, T> handler)
            implements StreamHandler, Typed {
        @Override
        public Flow.Publisher<ValueSet> open(Request asked) throws Exception {
            Flow.Publisher<? extends T> items = handler.open(request.read(asked.message()));
            return MappedSubscriber.publisher(
                    requireNonNull(items, "the handler returned null; return a publisher"), answer::write);
        }
    }

    private record Events<T>(Mapping<T> request, TypedEventHandler<T> handler) implements EventHandler, Typed {
        @Override
        public void onEvent(Event event) throws Exception {
            handler.onEvent(request.read(event.message()));
        }

        @Override
        public @Nullable Mapping<?> answer() {
            return null;
        }
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
