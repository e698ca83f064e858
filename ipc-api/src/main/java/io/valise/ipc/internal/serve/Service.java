package io.valise.ipc.internal.serve;

import io.valise.ipc.AsyncRequestHandler;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.Reply;
import io.valise.ipc.Request;
import io.valise.ipc.RequestHandler;
import io.valise.ipc.StreamHandler;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.work.Completions;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A named service and how slow it has been. One that lets its reader stall is handed to another thread for its next
 * calls, and is tried on the reader's again after {@value #CALLS_AFTER_STALL} of them. Thread-safe.
 */
final class Service {
    private static final int CALLS_AFTER_STALL = 64;

    private final @Nullable RequestHandler sync;
    private final @Nullable AsyncRequestHandler async;
    private final @Nullable StreamHandler stream;
    private final @Nullable Refusal refusal;
    private final boolean builtIn;
    /** Counts down; a lost update costs one hand-over more or less. */
    private volatile int slow;

    /** Why there is no such service. */
    private record Refusal(IpcStatus status, String text) {}

    private Service(
            @Nullable RequestHandler sync,
            @Nullable AsyncRequestHandler async,
            @Nullable StreamHandler stream,
            @Nullable Refusal refusal,
            boolean builtIn) {
        this.sync = sync;
        this.async = async;
        this.stream = stream;
        this.refusal = refusal;
        this.builtIn = builtIn;
    }

    static Service ofRequests(RequestHandler handler) {
        return new Service(handler, null, null, null, false);
    }

    static Service builtIn(RequestHandler handler) {
        return new Service(handler, null, null, null, true);
    }

    static Service ofAsyncRequests(AsyncRequestHandler handler) {
        return new Service(null, handler, null, null, false);
    }

    static Service ofStreams(StreamHandler handler) {
        return new Service(null, null, handler, null, false);
    }

    /** Stands for a service that there is not: it refuses its requests. */
    static Service refusing(IpcStatus status, String text) {
        return new Service(null, null, null, new Refusal(status, text), false);
    }

    /** Refuses the request if that is all that this service does; false if not. */
    boolean refuses(InboundRequest request) {
        if (refusal != null) {
            request.refuse(refusal.status(), refusal.text());
            return true;
        }
        return false;
    }

    /** Whether it runs a handler. */
    boolean runsHandler() {
        return refusal == null;
    }

    /** Whether it answers with streams. */
    boolean streams() {
        return stream != null;
    }

    /** The application's handler; null when there is none. */
    @Nullable Object handler() {
        if (sync != null) {
            return sync;
        }
        return async != null ? async : stream;
    }

    /** Whether it is the library's own. */
    boolean isBuiltIn() {
        return builtIn;
    }

    void stalled() {
        slow = CALLS_AFTER_STALL;
    }

    boolean isSlow() {
        return slow > 0;
    }

    void handedOff() {
        slow = Math.max(0, slow - 1);
    }

    /** Refuses a request for a stream, or a stream where there is none; false if the request is of the right kind. */
    boolean refusesKindOf(InboundRequest request) {
        boolean streams = streams();
        if (streams == request.isStream()) {
            return false;
        }
        request.refuse(
                IpcStatus.UNSUPPORTED,
                "service " + request.service()
                        + (streams
                                ? ": it answers with a stream; call stream()"
                                : ": it answers requests, not streams; call request()"));
        return true;
    }

    /** Runs the handler; what it throws is the request's failure. */
    void serve(InboundRequest request, boolean onReader) throws Exception {
        if (sync != null) {
            request.reply(sync.handle(request), onReader);
        } else if (async != null) {
            serveLater(async.handle(request), request, onReader);
        } else if (stream != null) {
            request.publish(stream.open(request));
        }
    }

    private static void serveLater(CompletionStage<ValueSet> answer, InboundRequest request, boolean onReader) {
        Thread handling = Thread.currentThread();
        answer.whenComplete((@Nullable ValueSet reply, @Nullable Throwable failure) -> {
            if (failure == null) {
                request.reply(reply, request.isFlushedSoon(onReader, handling));
            } else {
                request.fail(Completions.cause(failure));
            }
        });
    }

    /**
     * Runs the handler behind interceptors, which answer.
     *
     * @param seen what the handler gets
     * @param request the request as it came
     * @return the reply, or the end of the stream
     */
    CompletionStage<Reply> begin(Request seen, InboundRequest request) throws Exception {
        if (stream != null) {
            return request.publishWatched(stream.open(seen));
        }
        if (async != null) {
            CompletableFuture<Reply> end = new CompletableFuture<>();
            async.handle(seen).whenComplete((@Nullable ValueSet reply, @Nullable Throwable failure) -> {
                if (failure == null) {
                    end.complete(request.withMetadata(reply));
                } else {
                    end.completeExceptionally(Completions.cause(failure));
                }
            });
            return end;
        }
        RequestHandler handler = Objects.requireNonNull(sync, "what is no service refuses its requests");
        return CompletableFuture.completedFuture(request.withMetadata(handler.handle(seen)));
    }
}
