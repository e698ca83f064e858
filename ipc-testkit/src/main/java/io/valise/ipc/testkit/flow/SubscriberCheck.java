package io.valise.ipc.testkit.flow;

import io.valise.ipc.testkit.flow.FlowTck.HandsOn;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import org.reactivestreams.tck.SubscriberBlackboxVerification;
import org.reactivestreams.tck.SubscriberWhiteboxVerification;
import org.reactivestreams.tck.SubscriberWhiteboxVerification.SubscriberPuppet;
import org.reactivestreams.tck.SubscriberWhiteboxVerification.WhiteboxSubscriberProbe;
import org.reactivestreams.tck.TestEnvironment;

/**
 * The TCK's rules for subscribers that pass on what they receive. Public for the reflection of {@link FlowTck}.
 *
 * @since 0.1.0
 */
public final class SubscriberCheck {
    private SubscriberCheck() {}

    @SuppressWarnings("unchecked") // a subscriber of any supertype takes the items too
    private static <T> Subscriber<T> make(HandsOn<T> subject, Flow.Subscriber<T> last) {
        try {
            return FlowAdapters.toSubscriber((Flow.Subscriber<T>) subject.to(last));
        } catch (Exception e) {
            throw new IllegalStateException("the subscriber to be checked could not be made", e);
        }
    }

    /**
     * The subscriber that the publisher sees.
     *
     * @since 0.1.0
     */
    public static final class FromOutside<T> extends SubscriberBlackboxVerification<T> {
        private final IntFunction<T> element;
        private final HandsOn<T> subject;
        private Last<T> last = new Last<>();

        FromOutside(TestEnvironment environment, IntFunction<T> element, HandsOn<T> subject) {
            super(environment);
            this.element = element;
            this.subject = subject;
        }

        @Override
        public Subscriber<T> createSubscriber() {
            last = new Last<>();
            return make(subject, last);
        }

        @Override
        public void triggerRequest(Subscriber<? super T> subscriber) {
            last.subscription.join().request(1);
        }

        @Override
        public T createElement(int number) {
            return element.apply(number);
        }
    }

    /**
     * The receiving end, by which the TCK requests and cancels.
     *
     * @since 0.1.0
     */
    public static final class FromWithin<T> extends SubscriberWhiteboxVerification<T> {
        private final IntFunction<T> element;
        private final HandsOn<T> subject;

        FromWithin(TestEnvironment environment, IntFunction<T> element, HandsOn<T> subject) {
            super(environment);
            this.element = element;
            this.subject = subject;
        }

        @Override
        public Subscriber<T> createSubscriber(WhiteboxSubscriberProbe<T> probe) {
            Probed<T> last = new Probed<>(probe);
            return new Sent<>(make(subject, last), last);
        }

        @Override
        public T createElement(int number) {
            return element.apply(number);
        }
    }

    /** Receives the items passed on, and requests when it is told to. */
    private static class Last<T> implements Flow.Subscriber<T> {
        final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription.complete(given);
        }

        @Override
        public void onNext(T item) {
            // the TCK looks at the publisher's side
        }

        @Override
        public void onError(Throwable failure) {
            // the TCK looks at the publisher's side
        }

        @Override
        public void onComplete() {
            // the TCK looks at the publisher's side
        }
    }

    /**
     * Keeps the failure that the TCK sends: it may arrive as another exception, such as one with its status and text.
     */
    private record Sent<T>(Subscriber<T> near, Probed<T> last) implements Subscriber<T> {
        @Override
        public void onSubscribe(Subscription given) {
            near.onSubscribe(given);
        }

        @Override
        public void onNext(T item) {
            near.onNext(item);
        }

        @Override
        public void onError(Throwable failure) {
            last.sent = failure;
            near.onError(failure);
        }

        @Override
        public void onComplete() {
            near.onComplete();
        }
    }

    /** Tells the TCK of what it receives. */
    private static final class Probed<T> extends Last<T> {
        private final WhiteboxSubscriberProbe<T> probe;
        private volatile @Nullable Throwable sent;

        Probed(WhiteboxSubscriberProbe<T> probe) {
            this.probe = probe;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            probe.registerOnSubscribe(new SubscriberPuppet() {
                @Override
                public void triggerRequest(long elements) {
                    given.request(elements);
                }

                @Override
                public void signalCancel() {
                    given.cancel();
                }
            });
        }

        @Override
        public void onNext(T item) {
            probe.registerOnNext(item);
        }

        @Override
        public void onError(Throwable failure) {
            Throwable original = sent;
            probe.registerOnError(original == null ? failure : original);
        }

        @Override
        public void onComplete() {
            probe.registerOnComplete();
        }
    }
}
