package io.valise.ipc.spring.shop;

import java.util.concurrent.Flow;

/** One quote, then another, then the end. */
record TwoQuotes(String symbol) implements Flow.Publisher<Quote> {
    @Override
    public void subscribe(Flow.Subscriber<? super Quote> subscriber) {
        subscriber.onSubscribe(new Flow.Subscription() {
            private int sent;

            @Override
            public void request(long n) {
                for (long asked = n; asked > 0 && sent < 2; asked--) {
                    sent++;
                    subscriber.onNext(new Quote(symbol, sent));
                    if (sent == 2) {
                        subscriber.onComplete();
                    }
                }
            }

            @Override
            public void cancel() {
                sent = 2;
            }
        });
    }
}
