package io.valise.ipc.internal.call;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.OutgoingCall;
import io.valise.ipc.Reply;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.work.InterceptorChain;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One subscription to a stream that interceptors open. Once it is open it ends by itself, which the interceptors are told
 * first; before that they end it. Thread-safe.
 */
final class InterceptedStream extends LateStream {
    private final Function<OutgoingCall, Flow.Publisher<ValueSet>> opening;
    private final CompletableFuture<Reply> end = new CompletableFuture<>();
    /** Whether it was opened, or ended without that. */
    private final AtomicBoolean decided = new AtomicBoolean();

    InterceptedStream(
            Flow.Subscriber<? super ValueSet> subscriber, Function<OutgoingCall, Flow.Publisher<ValueSet>> opening) {
        super(subscriber);
        this.opening = opening;
    }

    /** Subscribes: nothing comes before the subscriber has taken its subscription. */
    void begin(InterceptorChain<OutgoingCall> chain, OutgoingCall call) {
        subscriber().onSubscribe(this);
        chain.run(call, this::open).whenComplete((@Nullable Reply reply, @Nullable Throwable failure) -> {
            if (decided.getAndSet(true) || isCancelled()) {
                return;
            }
            if (failure == null) {
                subscriber().onComplete();
            } else {
                subscriber().onError(InterceptedCalls.failure(call, failure, false));
            }
        });
    }

    private CompletionStage<Reply> open(OutgoingCall call) {
        if (isCancelled()) {
            return CompletableFuture.failedFuture(cancelled(call));
        }
        if (decided.getAndSet(true)) {
            return CompletableFuture.failedFuture(new IllegalStateException(
                    "an interceptor proceeded with " + call + ", which was opened, or had ended"));
        }
        opening.apply(call).subscribe(this);
        return end;
    }

    private static IpcException cancelled(Object call) {
        return new IpcException(IpcStatus.CANCELLED, call + ": its subscriber has cancelled it", Delivery.UNKNOWN);
    }

    @Override
    public void cancel() {
        super.cancel();
        end.completeExceptionally(cancelled("the stream"));
    }

    @Override
    public void onError(Throwable failure) {
        end.completeExceptionally(failure);
        subscriber().onError(failure);
    }

    @Override
    public void onComplete() {
        end.complete(Reply.empty());
        subscriber().onComplete();
    }
}
