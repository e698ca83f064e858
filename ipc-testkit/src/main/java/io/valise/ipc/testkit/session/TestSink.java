package io.valise.ipc.testkit.session;

import io.valise.ipc.ValueSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A subscriber that requests only when told to, and checks that the signals follow the rules of {@link Flow}.
 * Thread-safe.
 */
final class TestSink implements Flow.Subscriber<ValueSet> {
    private final BlockingQueue<Integer> received = new LinkedBlockingQueue<>();
    private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final AtomicInteger terminals = new AtomicInteger();
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger violations = new AtomicInteger();

    @Override
    public void onSubscribe(Flow.Subscription given) {
        count(!subscription.complete(given));
    }

    @Override
    public void onNext(ValueSet item) {
        count(inside.getAndIncrement() != 0 || ended.isDone());
        received.add(item.getInt("n"));
        inside.decrementAndGet();
    }

    @Override
    public void onError(Throwable failure) {
        count(terminals.incrementAndGet() > 1);
        ended.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        count(terminals.incrementAndGet() > 1);
        ended.complete(null);
    }

    private void count(boolean violation) {
        if (violation) {
            violations.incrementAndGet();
        }
    }

    /** Requests more items. */
    void request(long more) throws Exception {
        subscription.get().request(more);
    }

    void cancel() throws Exception {
        subscription.get().cancel();
    }

    /** Waits for the messages from one number to another. */
    void receives(int from, int to) throws InterruptedException {
        for (int i = from; i < to; i++) {
            int actual = received.take();
            if (actual != i) {
                throw new AssertionError("another message: expected=" + i + ", actual=" + actual);
            }
        }
    }

    /** How many messages have arrived and were not taken yet. */
    int untaken() {
        return received.size();
    }

    /** Completes with the stream, exceptionally when it failed. */
    CompletableFuture<Void> ended() {
        return ended;
    }

    /** Overlapping, late or repeated signals. */
    int violations() {
        return violations.get();
    }
}
