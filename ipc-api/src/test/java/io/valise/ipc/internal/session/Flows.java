package io.valise.ipc.internal.session;

import io.valise.ipc.ValueSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/** Subscribers and publishers for tests. */
final class Flows {
    private Flows() {}

    /** Does something with an item. */
    @FunctionalInterface
    interface OnItem {
        void accept(ValueSet item) throws InterruptedException;
    }

    /** Requests items without limit, and ignores the end. */
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

    /** One signal: an item, a failure, or with neither the end. */
    record Signal(ValueSet item, Throwable error) {}

    /** Subscribes with a demand; the signals in their order. */
    static BlockingQueue<Signal> listen(Flow.Publisher<ValueSet> publisher, long demand) {
        BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
        publisher.subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(demand);
            }

            @Override
            public void onNext(ValueSet item) {
                signals.add(new Signal(item, null));
            }

            @Override
            public void onError(Throwable failure) {
                signals.add(new Signal(null, failure));
            }

            @Override
            public void onComplete() {
                signals.add(new Signal(null, null));
            }
        });
        return signals;
    }

    /** A publisher that runs an action for each demand, and cannot be cancelled. */
    static Flow.Publisher<ValueSet> publisher(Consumer<Flow.Subscriber<? super ValueSet>> onAsk) {
        return subscriber -> subscriber.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long more) {
                onAsk.accept(subscriber);
            }

            @Override
            public void cancel() {
                throw new IllegalStateException("never cancelled before");
            }
        });
    }

    /** Publishes 0, 1, 2 and so on without end, as many as are requested, on the thread that requests them. */
    static Flow.Publisher<ValueSet> numbers() {
        return subscriber -> subscriber.onSubscribe(new Flow.Subscription() {
            private int next;

            @Override
            public synchronized void request(long more) {
                for (long i = 0; i < more; i++) {
                    subscriber.onNext(ValueSet.of("n", next++));
                }
            }

            @Override
            public void cancel() {
                // nothing is sent without a request
            }
        });
    }

    /** Leaves the requests to the test, and keeps the numbers that come. */
    record Manual(CompletableFuture<Flow.Subscription> subscribed, BlockingQueue<Integer> received)
            implements Flow.Subscriber<ValueSet> {
        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscribed.complete(subscription);
        }

        @Override
        public void onNext(ValueSet item) {
            received.add(item.getInt("n"));
        }

        @Override
        public void onError(Throwable failure) {
            subscribed.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            throw new IllegalStateException("it has no end");
        }
    }
}
