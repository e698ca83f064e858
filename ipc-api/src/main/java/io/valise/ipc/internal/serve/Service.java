package io.valise.ipc.internal.serve;

import io.valise.ipc.AsyncRequestHandler;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.RequestHandler;
import io.valise.ipc.StreamHandler;
import io.valise.ipc.ValueSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A named service and how slow it has been. One that lets its reader stall is handed to another thread for its next
 * calls, and is tried on the reader's again after {@value #CALLS_AFTER_STALL} of them. Thread-safe.
 */
final class Service {
    private static final int CALLS_AFTER_STALL = 64;

    /** What a service does with a request. */
    private sealed interface Kind {
        record Sync(RequestHandler handler) implements Kind {}

        record Async(AsyncRequestHandler handler) implements Kind {}

        record Stream(StreamHandler handler) implements Kind {}

        record Refusal(IpcStatus status, String text) implements Kind {}
    }

    private final Kind kind;
    private final boolean builtIn;
    /** Counts down; a lost update costs one hand-over more or less. */
    private volatile int slow;

    private Service(Kind kind, boolean builtIn) {
        this.kind = kind;
        this.builtIn = builtIn;
    }

    static Service ofRequests(RequestHandler handler) {
        return new Service(new Kind.Sync(handler), false);
    }

    static Service builtIn(RequestHandler handler) {
        return new Service(new Kind.Sync(handler), true);
    }

    static Service ofAsyncRequests(AsyncRequestHandler handler) {
        return new Service(new Kind.Async(handler), false);
    }

    static Service ofStreams(StreamHandler handler) {
        return new Service(new Kind.Stream(handler), false);
    }

    /** Stands for a service that there is not: it refuses what it is asked. */
    static Service refusing(IpcStatus status, String text) {
        return new Service(new Kind.Refusal(status, text), false);
    }

    /** Refuses the request if that is all that this service does; false if not. */
    boolean refuses(InboundRequest request) {
        if (kind instanceof Kind.Refusal refusal) {
            request.refuse(refusal.status(), refusal.text());
            return true;
        }
        return false;
    }

    /** Whether it runs code of the user. */
    boolean runsHandler() {
        return !(kind instanceof Kind.Refusal);
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
        boolean streams = kind instanceof Kind.Stream;
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
        if (kind instanceof Kind.Stream stream) {
            request.publish(stream.handler().open(request));
        } else if (kind instanceof Kind.Sync sync) {
            request.reply(sync.handler().handle(request), onReader);
        } else if (kind instanceof Kind.Async async) {
            serveLater(async.handler().handle(request), request, onReader);
        }
    }

    private static void serveLater(CompletionStage<ValueSet> answer, InboundRequest request, boolean onReader) {
        Thread handling = Thread.currentThread();
        answer.whenComplete((@Nullable ValueSet reply, @Nullable Throwable failure) -> {
            // Only a reader flushes by itself later, and only while it is still in this request.
            boolean flushedSoon = onReader && Thread.currentThread() == handling && request.isRunning();
            if (failure == null) {
                request.reply(reply, flushedSoon);
            } else {
                request.fail(
                        failure instanceof CompletionException wrapped && wrapped.getCause() != null
                                ? wrapped.getCause()
                                : failure);
            }
        });
    }
}
