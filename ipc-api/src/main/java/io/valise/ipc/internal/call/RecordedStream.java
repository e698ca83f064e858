package io.valise.ipc.internal.call;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

/** Tells when a stream ends, and passes it on. As thread-safe as the subscriber. */
final class RecordedStream implements Flow.Subscriber<ValueSet> {
    private final Flow.Subscriber<? super ValueSet> subscriber;
    private final Consumer<IpcStatus> ended;

    /** @param ended is told how it ended, more than once perhaps: the first time counts */
    RecordedStream(Flow.Subscriber<? super ValueSet> subscriber, Consumer<IpcStatus> ended) {
        this.subscriber = requireNonNull(subscriber, "subscriber");
        this.ended = ended;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        subscriber.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long more) {
                subscription.request(more);
            }

            @Override
            public void cancel() {
                subscription.cancel();
                ended.accept(IpcStatus.CANCELLED);
            }
        });
    }

    @Override
    public void onNext(ValueSet item) {
        subscriber.onNext(item);
    }

    @Override
    public void onError(Throwable failure) {
        ended.accept(failure instanceof IpcException known ? known.status() : IpcStatus.CANCELLED);
        subscriber.onError(failure);
    }

    @Override
    public void onComplete() {
        ended.accept(IpcStatus.OK);
        subscriber.onComplete();
    }
}
