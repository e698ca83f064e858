package io.valise.ipc.internal.call;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.ValueSet;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * One subscription to a stream that is opened later, perhaps again: to the subscriber the publisher, to what is opened its
 * subscriber. What is asked for before is asked of what is opened. Thread-safe.
 */
public abstract class LateStream implements Flow.Subscription, Flow.Subscriber<ValueSet> {
    private final Flow.Subscriber<? super ValueSet> subscriber;
    private volatile boolean cancelled;
    /** What is open now. Guarded by this, as is the next. */
    private Flow.@Nullable Subscription stream;
    /** All that was asked for; or the request that was not positive. */
    private long asked;

    private boolean askedWrongly;

    protected LateStream(Flow.Subscriber<? super ValueSet> subscriber) {
        this.subscriber = requireNonNull(subscriber, "subscriber");
    }

    /** Where the signals go. */
    protected final Flow.Subscriber<? super ValueSet> subscriber() {
        return subscriber;
    }

    protected final boolean isCancelled() {
        return cancelled;
    }

    /** What was open has ended, and another may be opened. */
    protected final synchronized void reopen() {
        stream = null;
    }

    // ---- for the subscriber

    @Override
    public final void request(long more) {
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
        if (now != null) {
            now.cancel();
        }
    }

    // ---- for what is opened

    @Override
    public final void onSubscribe(Flow.Subscription given) {
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
        subscriber.onNext(item);
    }
}
