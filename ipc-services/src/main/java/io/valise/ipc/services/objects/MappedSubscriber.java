package io.valise.ipc.services.objects;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.Flow;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Maps each item of a publisher and passes it on; a mapping that fails ends the subscription. */
final class MappedSubscriber<A, B> implements Flow.Subscriber<A> {
    private final Flow.Subscriber<? super B> target;
    private final Function<A, B> mapping;
    private Flow.@Nullable Subscription subscription;
    private boolean failed;

    MappedSubscriber(Flow.Subscriber<? super B> target, Function<A, B> mapping) {
        this.target = requireNonNull(target, "subscriber");
        this.mapping = mapping;
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
        requireNonNull(item, "item");
        if (failed) {
            return;
        }
        B mapped;
        try {
            mapped = mapping.apply(item);
        } catch (RuntimeException | Error e) { // the target is told, not the publisher
            failed = true;
            if (subscription != null) {
                subscription.cancel();
            }
            target.onError(e);
            return;
        }
        target.onNext(mapped);
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
