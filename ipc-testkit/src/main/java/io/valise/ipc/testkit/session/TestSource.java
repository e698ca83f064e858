package io.valise.ipc.testkit.session;

import io.valise.ipc.ValueSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * A publisher of the numbered messages 0, 1, 2, …, which sends exactly as many as requested, records the demand, and
 * then completes, fails, or waits. Thread-safe.
 */
public final class TestSource implements Flow.Publisher<ValueSet> {
    private final int count;
    private final @Nullable Throwable failure;
    private final boolean ends;
    private final CountDownLatch cancelled = new CountDownLatch(1);
    private long asked;
    private int sent;
    private boolean sending;
    private boolean over;

    private TestSource(int count, boolean ends, @Nullable Throwable failure) {
        this.count = count;
        this.ends = ends;
        this.failure = failure;
    }

    /** So many messages, then completion. */
    public static TestSource of(int count) {
        return new TestSource(count, true, null);
    }

    /** So many messages, then a failure. */
    public static TestSource failing(int count, Throwable failure) {
        return new TestSource(count, true, failure);
    }

    /** So many messages, then nothing. */
    static TestSource open(int count) {
        return new TestSource(count, false, null);
    }

    /** The sum of all demand so far. */
    synchronized long asked() {
        return asked;
    }

    /** How many messages were sent. */
    synchronized int sent() {
        return sent;
    }

    /** Counted down when the subscription is cancelled. */
    CountDownLatch cancelled() {
        return cancelled;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ValueSet> subscriber) {
        subscriber.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long more) {
                synchronized (TestSource.this) {
                    asked = Long.MAX_VALUE - more < asked ? Long.MAX_VALUE : asked + more;
                }
                drain(subscriber);
            }

            @Override
            public void cancel() {
                synchronized (TestSource.this) {
                    over = true;
                }
                cancelled.countDown();
            }
        });
        drain(subscriber);
    }

    /** One thread at a time sends; demand that comes meanwhile is served by it. */
    private void drain(Flow.Subscriber<? super ValueSet> subscriber) {
        synchronized (this) {
            if (sending) {
                return;
            }
            sending = true;
        }
        for (int next = next(); next >= 0; next = next()) {
            subscriber.onNext(ValueSet.of("n", next));
        }
        end(subscriber);
    }

    private synchronized int next() {
        if (!over && sent < count && sent < asked) {
            return sent++;
        }
        sending = false;
        return -1;
    }

    private void end(Flow.Subscriber<? super ValueSet> subscriber) {
        synchronized (this) {
            if (over || !ends || sent < count) {
                return;
            }
            over = true;
        }
        if (failure == null) {
            subscriber.onComplete();
        } else {
            subscriber.onError(failure);
        }
    }
}
