package io.valise.ipc.cli.demo;

import io.valise.ipc.ValueSet;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;

/** A stream that counts, and never sends more than its subscriber has requested. Immutable and thread-safe. */
final class Numbers implements Flow.Publisher<ValueSet> {
    private final int last;

    /** Counts from 0 to just before {@code last}. */
    Numbers(int last) {
        this.last = last;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ValueSet> subscriber) {
        subscriber.onSubscribe(new Counting(subscriber, last));
    }

    /** One subscriber's count. */
    private static final class Counting implements Flow.Subscription {
        private final Flow.Subscriber<? super ValueSet> subscriber;
        private final int last;
        private final AtomicLong demand = new AtomicLong();
        private volatile boolean over;
        private int next;

        Counting(Flow.Subscriber<? super ValueSet> subscriber, int last) {
            this.subscriber = subscriber;
            this.last = last;
        }

        /** The thread that raises the demand from zero counts until it is zero again; the others only raise it. */
        @Override
        public void request(long n) {
            if (demand.getAndAdd(n) == 0) {
                do {
                    countOne();
                } while (demand.decrementAndGet() > 0);
            }
        }

        private void countOne() {
            if (over) {
                return;
            }
            subscriber.onNext(ValueSet.of("number", next++));
            if (next == last) {
                over = true;
                subscriber.onComplete();
            }
        }

        @Override
        public void cancel() {
            over = true;
        }
    }
}
