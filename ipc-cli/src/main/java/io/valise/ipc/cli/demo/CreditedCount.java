package io.valise.ipc.cli.demo;

import io.valise.ipc.ValueSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/** Subscribes to a count in portions, and detects a number that is out of order or was not requested. */
final class CreditedCount implements Flow.Subscriber<ValueSet> {
    private static final int PORTION = 16;

    private final CompletableFuture<Integer> counted = new CompletableFuture<>();
    private Flow.Subscription subscription = new Nothing();
    private int received;
    private int asked;

    /** Completes with the number of items received. */
    CompletableFuture<Integer> counted() {
        return counted;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        askForMore();
    }

    private void askForMore() {
        asked += PORTION;
        subscription.request(PORTION);
    }

    @Override
    public void onNext(ValueSet item) {
        int number = item.getInt("number");
        if (number != received || received == asked) {
            counted.completeExceptionally(
                    new StepFailure("number: expected=" + received + " of " + asked + " asked for, actual=" + number));
            subscription.cancel();
            return;
        }
        received++;
        if (received == asked) {
            askForMore();
        }
    }

    @Override
    public void onError(Throwable failure) {
        counted.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        counted.complete(received);
    }

    /** Used before the publisher passes its subscription. */
    private static final class Nothing implements Flow.Subscription {
        @Override
        public void request(long n) {
            throw new IllegalStateException("asked for " + n + " before the stream began");
        }

        @Override
        public void cancel() {
            // no subscription yet
        }
    }
}
