package io.valise.ipc.spi.mapping;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.Flow;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Maps each item of a publisher and passes it on. Demand and cancellation go to the publisher as they are; a mapping that fails
 * ends the subscription at both sides. Thread-safe, as far as the publisher signals serially.
 *
 * @param <A> the type of the publisher's items
 * @param <B> the type of the target's
 */
public final class MappedSubscriber<A, B> implements Flow.Subscriber<A> {
    private final Flow.Subscriber<? super B> target;
    private final Function<A, B> mapping;
    private Flow.@Nullable Subscription subscription;
    private boolean failed;

    public MappedSubscriber(Flow.Subscriber<? super B> target, Function<A, B> mapping) {
        this.target = requireNonNull(target, "subscriber");
        this.mapping = mapping;
    }

    /** A publisher whose items are mapped: each subscriber gets one of these in front. */
    public static <A, B> Flow.Publisher<B> publisher(Flow.Publisher<A> source, Function<A, B> mapping) {
        return subscriber -> source.subscribe(new MappedSubscriber<>(subscriber, mapping));
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        requireNonNull(given, "subscription");
        if (subscription != null) {
            given.cancel();
            return;
        }
        subscription = given;
        target.onSubscribe(given);
    }

    @Override
    public void onNext(A item) {
        if (failed) {
            requireNonNull(item, "item");
            return;
        }
        if (item == null) { // by rule 2.13 it is the publisher that gets the exception, and the target waits for an end
            NullPointerException failure = new NullPointerException("the publisher sent a null item");
            fail(failure);
            throw failure;
        }
        B mapped;
        try {
            mapped = mapping.apply(item);
        } catch (RuntimeException | Error e) { // the target is told, not the publisher
            fail(e);
            return;
        }
        target.onNext(mapped);
    }

    private void fail(Throwable failure) {
        failed = true;
        try {
            if (subscription != null) {
                subscription.cancel();
            }
        } finally {
            target.onError(failure);
        }
    }

    @Override
    public void onError(Throwable failure) {
        requireNonNull(failure, "failure");
        if (!failed) {
            target.onError(failure);
        }
    }

    @Override
    public void onComplete() {
        if (!failed) {
            target.onComplete();
        }
    }
}
