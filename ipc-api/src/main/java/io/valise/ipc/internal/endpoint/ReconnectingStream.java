package io.valise.ipc.internal.endpoint;

import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.call.Demand;
import io.valise.ipc.internal.session.Session;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One subscription over a connection that reconnects: to the subscriber the publisher, to the stream of a session its
 * subscriber. Until the first item has come, a link that ends is replaced and the stream opened again, as a call would be
 * repeated. Thread-safe.
 */
final class ReconnectingStream implements Flow.Subscription, Flow.Subscriber<ValueSet> {
    private final ReconnectingConnection connection;
    private final Repeats repeats;
    private final Function<Session, Flow.Publisher<ValueSet>> opening;
    private final Flow.Subscriber<? super ValueSet> subscriber;
    private boolean received;
    private volatile boolean cancelled;
    /** The link that it waits for, or has waited for last. */
    private volatile @Nullable CompletableFuture<Session> link;
    /** The stream of the present session. Guarded by this, as is the next. */
    private Flow.@Nullable Subscription stream;
    /** All that was asked for before the first item came; or the request that was not positive. */
    private long asked;

    private boolean askedWrongly;

    ReconnectingStream(
            ReconnectingConnection connection,
            Repeats repeats,
            Function<Session, Flow.Publisher<ValueSet>> opening,
            Flow.Subscriber<? super ValueSet> subscriber) {
        this.connection = connection;
        this.repeats = repeats;
        this.opening = opening;
        this.subscriber = subscriber;
    }

    /** Subscribes: nothing comes before the subscriber has taken its subscription. */
    void begin() {
        subscriber.onSubscribe(this);
        Session now = connection.session();
        if (now.isOpen()) {
            open(now);
        } else {
            awaitLink(0);
        }
    }

    private void open(Session session) {
        if (!cancelled) {
            opening.apply(session).subscribe(this);
        }
    }

    private void awaitLink(long pause) {
        CompletableFuture<Session> awaited = connection.redial().await(repeats.deadline(), pause);
        link = awaited;
        if (cancelled) {
            awaited.cancel(false);
        }
        awaited.thenAccept(this::open).exceptionally(failure -> {
            Throwable cause = failure instanceof CompletionException wrapped ? wrapped.getCause() : failure;
            if (!cancelled) {
                subscriber.onError(cause instanceof IpcException e ? repeats.honest(e) : cause);
            }
            return null;
        });
    }

    // ---- for the subscriber

    @Override
    public void request(long more) {
        Flow.Subscription now;
        synchronized (this) {
            if (!askedWrongly) {
                askedWrongly = more <= 0;
                asked = askedWrongly ? more : Demand.sum(asked, more);
            }
            now = stream;
        }
        if (now != null) {
            now.request(more);
        }
    }

    @Override
    public void cancel() {
        Flow.Subscription now;
        synchronized (this) {
            cancelled = true;
            now = stream;
        }
        CompletableFuture<Session> awaited = link;
        if (awaited != null) {
            awaited.cancel(false);
        }
        if (now != null) {
            now.cancel();
        }
    }

    // ---- for the stream of a session

    @Override
    public void onSubscribe(Flow.Subscription given) {
        long ask;
        boolean asks;
        synchronized (this) {
            stream = given;
            ask = asked;
            asks = askedWrongly || ask > 0;
        }
        if (cancelled) {
            given.cancel();
        } else if (asks) {
            given.request(ask);
        }
    }

    @Override
    public void onNext(ValueSet item) {
        received = true;
        subscriber.onNext(item);
    }

    @Override
    public void onError(Throwable failure) {
        if (!received && failure instanceof IpcException e && connection.mayRepeat(repeats, e)) {
            synchronized (this) {
                stream = null;
            }
            awaitLink(repeats.nextNanos());
        } else {
            subscriber.onError(failure instanceof IpcException e ? repeats.honest(e) : failure);
        }
    }

    @Override
    public void onComplete() {
        subscriber.onComplete();
    }
}
