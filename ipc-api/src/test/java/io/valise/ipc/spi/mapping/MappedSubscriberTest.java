package io.valise.ipc.spi.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What passes between the source and the subscriber of a stream whose items are mapped. */
class MappedSubscriberTest {
    private final List<String> toSource = new ArrayList<>();
    private final List<String> toSubscriber = new ArrayList<>();
    private Flow.Subscription given;
    private final Flow.Subscription subscription = new Flow.Subscription() {
        @Override
        public void request(long n) {
            toSource.add("request " + n);
        }

        @Override
        public void cancel() {
            toSource.add("cancel");
        }
    };
    private final Flow.Subscriber<Integer> subscriber = new Flow.Subscriber<>() {
        @Override
        public void onSubscribe(Flow.Subscription passed) {
            toSubscriber.add("subscription");
            given = passed;
            passed.request(3);
        }

        @Override
        public void onNext(Integer item) {
            toSubscriber.add(String.valueOf(item));
        }

        @Override
        public void onError(Throwable failure) {
            toSubscriber.add(failure.getClass().getSimpleName());
        }

        @Override
        public void onComplete() {
            toSubscriber.add("complete");
        }
    };

    private Function<String, Integer> mapping = Integer::valueOf;

    /** The source's side of a subscription. */
    private Flow.Subscriber<? super String> subscribed() {
        List<Flow.Subscriber<? super String>> source = new ArrayList<>();
        MappedSubscriber.<String, Integer>publisher(source::add, mapping).subscribe(subscriber);
        return source.get(0);
    }

    @Test
    void itemsAreMappedAndDemandIsPassedOnAsItIs() {
        Flow.Subscriber<? super String> source = subscribed();
        source.onSubscribe(subscription);
        source.onNext("1");
        source.onNext("2");
        source.onComplete();
        assertThat(toSubscriber).containsExactly("subscription", "1", "2", "complete");
        assertThat(toSource).containsExactly("request 3");
    }

    @Test
    void cancellationAndDemandThatIsNotPositiveReachTheSource() {
        subscribed().onSubscribe(subscription);
        given.request(0);
        given.cancel();
        assertThat(toSource).containsExactly("request 3", "request 0", "cancel");
    }

    @Test
    void aFailureOfTheSourceIsPassedOn() {
        Flow.Subscriber<? super String> source = subscribed();
        source.onSubscribe(subscription);
        source.onError(new IllegalStateException());
        assertThat(toSubscriber).containsExactly("subscription", "IllegalStateException");
        assertThat(toSource).containsExactly("request 3");
    }

    @Test
    void anItemThatCannotBeMappedCancelsTheSourceAndEndsTheStreamOnce() {
        Flow.Subscriber<? super String> source = subscribed();
        source.onSubscribe(subscription);
        source.onNext("one");
        source.onNext("2");
        source.onError(new IllegalStateException());
        source.onComplete();
        assertThat(toSubscriber).containsExactly("subscription", "NumberFormatException");
        assertThat(toSource).containsExactly("request 3", "cancel");
    }

    @Test
    void anErrorOfTheMappingIsToldToTheSubscriberAlone() {
        mapping = item -> {
            throw new StackOverflowError("deep");
        };
        Flow.Subscriber<? super String> source = subscribed();
        source.onSubscribe(subscription);
        source.onNext("1");
        assertThat(toSubscriber).containsExactly("subscription", "StackOverflowError");
        assertThat(toSource).containsExactly("request 3", "cancel");
    }

    @Test
    void aSourceThatFailsToBeCancelledDoesNotKeepTheEndFromTheSubscriber() {
        Flow.Subscriber<? super String> source = subscribed();
        source.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long n) {
                toSource.add("request " + n);
            }

            @Override
            public void cancel() {
                throw new IllegalStateException("not now");
            }
        });
        assertThatThrownBy(() -> source.onNext("one")).hasMessage("not now");
        assertThat(toSubscriber).containsExactly("subscription", "NumberFormatException");
    }

    @Test
    void aNullItemIsThePublishersFailureAndEndsTheStream() {
        Flow.Subscriber<? super String> source = subscribed();
        source.onSubscribe(subscription);
        assertThatThrownBy(() -> source.onNext(null)).hasMessage("the publisher sent a null item");
        assertThatThrownBy(() -> source.onNext(null)).isInstanceOf(NullPointerException.class);
        assertThat(toSubscriber).containsExactly("subscription", "NullPointerException");
        assertThat(toSource).containsExactly("request 3", "cancel");
    }
}
