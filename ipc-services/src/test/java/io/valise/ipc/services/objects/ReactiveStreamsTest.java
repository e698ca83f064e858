package io.valise.ipc.services.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.spi.mapping.MappedSubscriber;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.flow.FlowTck;
import io.valise.ipc.testlog.MayLog;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The publishers and subscribers of remote objects keep the rules of Reactive Streams. */
@ExtendWith(HangWatchdog.class)
class ReactiveStreamsTest {
    /** What the other end has. */
    public interface Source {
        /** So many numbers, as they are asked for. */
        Flow.Publisher<Long> numbers(long count);

        /** One that fails at once. */
        Flow.Publisher<Long> failing();
    }

    private static final class Numbers implements Source {
        @Override
        public Flow.Publisher<Long> numbers(long count) {
            return subscriber -> {
                subscriber.onSubscribe(new Counting(subscriber, count));
                if (count == 0) {
                    subscriber.onComplete();
                }
            };
        }

        @Override
        public Flow.Publisher<Long> failing() {
            return subscriber -> {
                SubmissionPublisher<Long> failed = new SubmissionPublisher<>();
                failed.closeExceptionally(new IllegalStateException("not today"));
                failed.subscribe(subscriber);
            };
        }
    }

    /** Counts as far as it is asked to. */
    private static final class Counting implements Flow.Subscription {
        private final Flow.Subscriber<? super Long> subscriber;
        private final AtomicLong demand = new AtomicLong();
        private final AtomicBoolean over = new AtomicBoolean();
        private final long count;
        private long next;

        Counting(Flow.Subscriber<? super Long> subscriber, long count) {
            this.subscriber = subscriber;
            this.count = count;
        }

        @Override
        public void request(long more) {
            if (demand.getAndAccumulate(more, (a, b) -> a + b < 0 ? Long.MAX_VALUE : a + b) > 0) {
                return;
            }
            do {
                if (next < count && !over.get()) {
                    subscriber.onNext(next++);
                }
                if (next == count && count > 0 && over.compareAndSet(false, true)) {
                    subscriber.onComplete();
                }
            } while (!over.get() && demand.decrementAndGet() > 0);
        }

        @Override
        public void cancel() {
            over.set(true);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("io.valise.ipc.testkit.flow.FlowTck#publisherRules")
    @MayLog("service objects.stream failed")
    void aPublisherOfThePeer(String rule) throws Exception {
        String address = "local:reactive-objects";
        try (IpcServer server = RemoteObjects.export(Source.class, new Numbers())
                        .addTo(IpcServer.builder(address))
                        .start();
                IpcConnection client = IpcClient.connect(address)) {
            assertThat(server.endpoints()).hasSize(1);
            Source source = RemoteObjects.of(client).remote(Source.class);
            FlowTck.checkPublisher(rule, source::numbers, source::failing);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("io.valise.ipc.testkit.flow.FlowTck#subscriberRules")
    void theSubscriberThatMaps(String rule) throws Exception {
        FlowTck.<Integer>checkSubscriber(
                rule, number -> number, last -> new MappedSubscriber<>(last, Function.identity()));
    }
}
