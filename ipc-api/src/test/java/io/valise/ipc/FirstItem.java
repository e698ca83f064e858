package io.valise.ipc;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/** Asks a stream for one item; a stream that ends without one cancels the future. */
record FirstItem<T>(CompletableFuture<T> item) implements Flow.Subscriber<T> {
    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        subscription.request(1);
    }

    @Override
    public void onNext(T found) {
        item.complete(found);
    }

    @Override
    public void onError(Throwable failure) {
        item.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        item.cancel(false);
    }
}
