package io.valise.ipc.internal.serve;

import io.valise.ipc.CallContext;
import io.valise.ipc.Delivery;
import io.valise.ipc.Event;
import io.valise.ipc.EventHandler;
import io.valise.ipc.Interceptor;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.Reply;
import io.valise.ipc.Request;
import io.valise.ipc.internal.work.Completions;
import io.valise.ipc.internal.work.InterceptorChain;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Runs handlers inside of the interceptors of their end, with their call as the current one. Thread-safe. */
final class InterceptedHandlers {
    private final InterceptorChain<CallContext> chain;

    InterceptedHandlers(List<Interceptor<CallContext>> interceptors) {
        this.chain = new InterceptorChain<>(interceptors);
    }

    // ---- requests and streams

    /** Serves a request or stream, which ends as the outermost interceptor says; an open stream ends by itself. */
    void serve(Service service, InboundRequest request, boolean onReader) throws Exception {
        Inner inner = new Inner(service, request);
        Thread handling = Thread.currentThread();
        CompletionStage<Reply> end = request.call(() -> chain.run(request, inner));
        end.whenComplete((@Nullable Reply reply, @Nullable Throwable failure) -> {
            try {
                if (failure != null) {
                    request.failIntercepted(Completions.cause(failure), inner.hasBegun());
                } else if (!request.isStream()) {
                    Reply given = reply == null ? Reply.empty() : reply;
                    request.replyIntercepted(given, request.isFlushedSoon(onReader, handling));
                } else if (!inner.hasBegun()) {
                    request.endStream();
                }
            } catch (RuntimeException | Error e) { // of metadata that are too long, for one
                request.fail(e);
            }
        });
    }

    /** The handler, behind the last interceptor. */
    private static final class Inner implements Interceptor.Next<CallContext> {
        private final Service service;
        private final InboundRequest request;
        private final AtomicBoolean begun = new AtomicBoolean();

        Inner(Service service, InboundRequest request) {
            this.service = service;
            this.request = request;
        }

        boolean hasBegun() {
            return begun.get();
        }

        @Override
        public CompletionStage<Reply> proceed(CallContext call) {
            try {
                return call.call(() -> begin(call));
            } catch (Exception | Error e) { // the interceptors are told
                return CompletableFuture.failedFuture(e);
            }
        }

        private CompletionStage<Reply> begin(CallContext call) throws Exception {
            if (!(call instanceof Request seen)) {
                throw new IllegalArgumentException(
                        "an interceptor proceeded with an event instead of " + request.name());
            }
            if (!request.isOpen()) {
                throw new IpcException(
                        IpcStatus.CANCELLED,
                        "service " + request.service() + ": its caller has given up",
                        Delivery.REJECTED);
            }
            checkFirst(begun, request);
            request.countServed(service);
            return service.begin(seen, request);
        }
    }

    private static void checkFirst(AtomicBoolean begun, CallContext call) {
        if (begun.getAndSet(true)) {
            throw new IllegalStateException(
                    "an interceptor proceeded twice with " + call.name() + "; a handler runs once");
        }
    }

    // ---- events

    /** Has an event handled; waits for its end, since the next one is to follow it. */
    void deliver(EventHandler handler, Event event) throws Exception {
        AtomicBoolean begun = new AtomicBoolean();
        CompletionStage<Reply> end = event.call(() -> chain.run(event, call -> handle(handler, call, event, begun)));
        try {
            end.toCompletableFuture().get();
        } catch (ExecutionException e) {
            Throwable failure = e.getCause();
            if (failure instanceof Error error) {
                throw error;
            }
            throw failure instanceof Exception thrown ? thrown : e;
        }
    }

    private static CompletionStage<Reply> handle(
            EventHandler handler, CallContext call, Event event, AtomicBoolean begun) {
        try {
            if (!(call instanceof Event seen)) {
                throw new IllegalArgumentException(
                        "an interceptor proceeded with a request instead of " + event.name());
            }
            checkFirst(begun, event);
            return seen.call(() -> {
                handler.onEvent(seen);
                return CompletableFuture.completedFuture(Reply.empty());
            });
        } catch (Exception | Error e) { // the interceptors are told
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            return CompletableFuture.failedFuture(e);
        }
    }
}
