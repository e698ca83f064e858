package io.valise.ipc.testkit.flow;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/**
 * Takes all items of a stream. For one stream.
 *
 * @since 0.1.0
 */
public final class AllItems<T> implements Flow.Subscriber<T> {
    private final List<T> items = new ArrayList<>();
    private final CompletableFuture<List<T>> all = new CompletableFuture<>();

    private AllItems() {}

    /** Subscribes; completes with the items when the stream ends, exceptionally when it fails. */
    public static <T> CompletableFuture<List<T>> of(Flow.Publisher<T> stream) {
        AllItems<T> taken = new AllItems<>();
        stream.subscribe(taken);
        return taken.all;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(T item) {
        items.add(item);
    }

    @Override
    public void onError(Throwable failure) {
        all.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        all.complete(items);
    }
}
