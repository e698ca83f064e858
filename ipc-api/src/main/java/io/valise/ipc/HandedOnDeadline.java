package io.valise.ipc;

import io.valise.ipc.internal.work.Completions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** Bounds the requests that are made while a request is handled by the time that one has left. Stateless, thread-safe. */
final class HandedOnDeadline {
    private HandedOnDeadline() {}

    static CompletionStage<Reply> intercept(OutgoingCall call, Interceptor.Next<OutgoingCall> next) {
        Optional<CallContext> handled = CallContext.current();
        Optional<Duration> left = handled.flatMap(CallContext::remaining);
        Optional<Duration> own = call.timeout();
        if (call.kind() != CallKind.REQUEST
                || left.isEmpty()
                || (own.isPresent() && own.get().compareTo(left.get()) <= 0)) {
            return next.proceed(call);
        }
        String handling = "the request to " + handled.get().name() + " that is being handled";
        if (left.get().isZero()) {
            throw new IpcException(
                    IpcStatus.TIMEOUT, call + ": not sent: " + handling + " has no time left", Delivery.NOT_SENT);
        }
        return next.proceed(call.withTimeout(left.get())).exceptionally(failure -> {
            throw named(failure, left.get(), handling);
        });
    }

    /** The failure, which says whose time was up. */
    private static CompletionException named(Throwable failure, Duration left, String handling) {
        Throwable cause = Completions.cause(failure);
        return new CompletionException(
                cause instanceof IpcException e && e.status() == IpcStatus.TIMEOUT
                        ? new IpcException(
                                e.status(),
                                e.reason() + "; " + handling + " had " + left.toMillis() + " ms left",
                                e.delivery(),
                                e)
                        : cause);
    }
}
