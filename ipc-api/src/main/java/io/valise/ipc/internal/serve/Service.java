package io.valise.ipc.internal.serve;

import io.valise.ipc.AsyncRequestHandler;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.RequestHandler;
import io.valise.ipc.StreamHandler;
import io.valise.ipc.ValueSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
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

    /** Runs the handler; what it throws is the request's failure. */
    void serve(InboundRequest request, boolean onReader) throws Exception {
        if (kind instanceof Kind.Stream stream) {
            Flow.Publisher<ValueSet> publisher = stream.handler().open(request);
            request.publish(publisher);
        } else if (request.isStream()) {
            throw new IpcException(
                    IpcStatus.UNSUPPORTED,
                    "service " + request.service() + ": it answers requests, not streams; call request()");
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
