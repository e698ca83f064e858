package io.valise.ipc.internal.endpoint;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.call.CallMaker;
import io.valise.ipc.internal.call.ReplyMetadata;
import io.valise.ipc.internal.frame.Names;
import io.valise.ipc.internal.session.Session;
import io.valise.ipc.internal.work.Completions;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Makes calls over a connection that gets another link when one has ended, again where that is safe. Thread-safe. */
final class RepeatedCalls implements CallMaker {
    private final ReconnectingConnection connection;

    RepeatedCalls(ReconnectingConnection connection) {
        this.connection = connection;
    }

    private CallMaker usable(Repeats repeats, long pause) {
        return connection.usable(repeats.deadline(), pause).behindInterceptors();
    }

    @Override
    public ValueSet call(
            String service,
            @Nullable ValueSet metadata,
            ValueSet message,
            @Nullable Duration timeout,
            @Nullable ReplyMetadata replied) {
        Repeats repeats = connection.repeats(service, timeout);
        for (long pause = 0; ; pause = repeats.nextNanos()) {
            try {
                return usable(repeats, pause).call(service, metadata, message, repeats.left(), replied);
            } catch (IpcException e) {
                if (!connection.mayRepeat(repeats, e)) {
                    throw repeats.honest(e);
                }
            }
        }
    }

    @Override
    public CompletableFuture<ValueSet> callAsync(
            String service,
            @Nullable ValueSet metadata,
            ValueSet message,
            @Nullable Duration timeout,
            @Nullable ReplyMetadata replied) {
        Names.check(service);
        requireNonNull(message, "message");
        CompletableFuture<ValueSet> result = new CompletableFuture<>();
        attempt(metadata, message, connection.repeats(service, timeout), 0, replied, result);
        return result;
    }

    private void attempt(
            @Nullable ValueSet metadata,
            ValueSet message,
            Repeats repeats,
            long pause,
            @Nullable ReplyMetadata replied,
            CompletableFuture<ValueSet> result) {
        Session now = connection.session();
        CompletableFuture<ValueSet> attempt = pause == 0 && now.isOpen()
                ? callUnless(result, now, metadata, message, repeats, replied)
                : linkFor(result, repeats, pause)
                        .thenCompose(next -> callUnless(result, next, metadata, message, repeats, replied));
        attempt.thenAccept(result::complete)
                .exceptionally(failure -> {
                    Throwable cause = Completions.cause(failure);
                    if (cause instanceof IpcException e && connection.mayRepeat(repeats, e) && !result.isDone()) {
                        attempt(metadata, message, repeats, repeats.nextNanos(), replied, result);
                    } else {
                        result.completeExceptionally(cause instanceof IpcException e ? repeats.honest(e) : cause);
                    }
                    return null;
                })
                .exceptionally(
                        fault -> { // of the attempt that should have followed
                            result.completeExceptionally(Completions.cause(fault));
                            return null;
                        });
    }

    /** A link for a call, which is not waited for any more when the user completes the call's result. */
    private CompletableFuture<Session> linkFor(CompletableFuture<ValueSet> result, Repeats repeats, long pause) {
        CompletableFuture<Session> link = connection.redial().await(repeats.deadline(), pause);
        result.whenComplete((reply, failure) -> link.cancel(false)).exceptionally(handedOn -> null);
        return link;
    }

    /** Makes a call, which is cancelled if the user completes the result that it is for. */
    private static CompletableFuture<ValueSet> callUnless(
            CompletableFuture<ValueSet> result,
            Session on,
            @Nullable ValueSet metadata,
            ValueSet message,
            Repeats repeats,
            @Nullable ReplyMetadata replied) {
        if (result.isDone()) { // completed by the user while the connection was being restored: nothing is sent
            return CompletableFuture.failedFuture(new CancellationException());
        }
        CompletableFuture<ValueSet> call =
                on.behindInterceptors().callAsync(repeats.service(), metadata, message, repeats.left(), replied);
        result.whenComplete((reply, failure) -> call.cancel(false)).exceptionally(handedOn -> null);
        return call;
    }

    @Override
    public void send(String event, ValueSet message) {
        Repeats repeats = connection.repeats(event, null);
        for (long pause = 0; ; pause = repeats.nextNanos()) {
            try {
                usable(repeats, pause).send(event, message);
                return;
            } catch (IpcException e) {
                if (!connection.mayRepeat(repeats, e)) {
                    throw repeats.honest(e);
                }
            }
        }
    }

    @Override
    public Flow.Publisher<ValueSet> stream(String service, @Nullable ValueSet metadata, ValueSet message) {
        Names.check(service);
        requireNonNull(message, "message");
        return subscriber -> new ReconnectingStream(
                        connection,
                        connection.repeats(service, null),
                        now -> now.behindInterceptors().stream(service, metadata, message),
                        requireNonNull(subscriber, "subscriber"))
                .begin();
    }
}
