package io.valise.ipc.spring;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/** All items of a stream. */
final class Taken<T> implements Flow.Subscriber<T> {
    private final List<T> items = new ArrayList<>();
    private final CompletableFuture<List<T>> all = new CompletableFuture<>();

    /** Waits for the end of the stream. */
    List<T> all() {
        return all.join();
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
