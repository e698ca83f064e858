package io.valise.ipc.internal.session;

import io.valise.ipc.ValueSet;
import java.util.concurrent.Flow;

/** Subscribers for tests. */
final class Flows {
    private Flows() {}

    /** Does something with an item. */
    @FunctionalInterface
    interface OnItem {
        void accept(ValueSet item) throws InterruptedException;
    }

    /** Asks for any number of items, and takes no offence at the end. */
    static final class Endless implements Flow.Subscriber<ValueSet> {
        private final OnItem onItem;

        Endless(OnItem onItem) {
            this.onItem = onItem;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(ValueSet item) {
            try {
                onItem.accept(item);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void onError(Throwable failure) {
            // the test looks at the connection
        }

        @Override
        public void onComplete() {
            // the test looks at the connection
        }
    }
}
