package io.valise.ipc.internal.endpoint;

import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.call.LateStream;
import io.valise.ipc.internal.session.Session;
import io.valise.ipc.internal.work.Completions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One subscription over a connection that reconnects. Until the first item has come, a link that ends is replaced and the stream opened again, as a call would be
 * repeated. Thread-safe.
 */
final class ReconnectingStream extends LateStream {
    private final ReconnectingConnection connection;
    private final Repeats repeats;
    private final Function<Session, Flow.Publisher<ValueSet>> opening;
    private boolean received;
    /** The link that it waits for, or has waited for last. */
    private volatile @Nullable CompletableFuture<Session> link;

    ReconnectingStream(
            ReconnectingConnection connection,
            Repeats repeats,
            Function<Session, Flow.Publisher<ValueSet>> opening,
            Flow.Subscriber<? super ValueSet> subscriber) {
        super(subscriber);
        this.connection = connection;
        this.repeats = repeats;
        this.opening = opening;
    }

    /** Subscribes: nothing comes before the subscriber has taken its subscription. */
    void begin() {
        subscriber().onSubscribe(this);
        Session now = connection.session();
        if (now.isOpen()) {
            open(now);
        } else {
            awaitLink(0);
        }
    }

    private void open(Session session) {
        if (!isCancelled()) {
            opening.apply(session).subscribe(this);
        }
    }

    private void awaitLink(long pause) {
        CompletableFuture<Session> awaited = connection.redial().await(repeats.deadline(), pause);
        link = awaited;
        if (isCancelled()) {
            awaited.cancel(false);
        }
        awaited.thenAccept(this::open).exceptionally(failure -> {
            Throwable cause = Completions.cause(failure);
            if (!isCancelled()) {
                subscriber().onError(cause instanceof IpcException e ? repeats.honest(e) : cause);
            }
            return null;
        });
    }

    @Override
    public void cancel() {
        super.cancel();
        CompletableFuture<Session> awaited = link;
        if (awaited != null) {
            awaited.cancel(false);
        }
    }

    @Override
    public void onNext(ValueSet item) {
        received = true;
        super.onNext(item);
    }

    @Override
    public void onError(Throwable failure) {
        if (!received && failure instanceof IpcException e && connection.mayRepeat(repeats, e)) {
            reopen();
            awaitLink(repeats.nextNanos());
        } else {
            subscriber().onError(failure instanceof IpcException e ? repeats.honest(e) : failure);
        }
    }

    @Override
    public void onComplete() {
        subscriber().onComplete();
    }
}
