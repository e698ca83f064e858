package io.valise.ipc.testkit.flow;

import java.util.concurrent.Flow;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;
import org.reactivestreams.tck.PublisherVerification;
import org.reactivestreams.tck.TestEnvironment;

/**
 * The TCK's rules for publishers. Public for the reflection of {@link FlowTck}.
 *
 * @since 0.1.0
 */
public final class PublisherCheck<T> extends PublisherVerification<T> {
    private final LongFunction<Flow.Publisher<T>> publisher;
    private final Supplier<Flow.Publisher<T>> failing;

    PublisherCheck(
            TestEnvironment environment,
            long garbageMillis,
            LongFunction<Flow.Publisher<T>> publisher,
            Supplier<Flow.Publisher<T>> failing) {
        super(environment, garbageMillis);
        this.publisher = publisher;
        this.failing = failing;
    }

    @Override
    public Publisher<T> createPublisher(long elements) {
        return FlowAdapters.toPublisher(publisher.apply(elements));
    }

    @Override
    public Publisher<T> createFailedPublisher() {
        return FlowAdapters.toPublisher(failing.get());
    }
}
