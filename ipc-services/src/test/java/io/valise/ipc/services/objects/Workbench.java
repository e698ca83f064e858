package io.valise.ipc.services.objects;

import io.valise.ipc.Rect;
import io.valise.ipc.ValueSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SubmissionPublisher;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Answers with what it was given, and remembers what the test cannot see otherwise. */
final class Workbench implements Bench {
    final CountDownLatch asked = new CountDownLatch(1);
    final CompletableFuture<Void> unanswered = new CompletableFuture<>();
    final BlockingQueue<CountListener> seen = new LinkedBlockingQueue<>();

    @Override
    public Order back(Order order) {
        if (order.done() != null) {
            order.done().counted(order.legs().size());
        }
        return order;
    }

    @Override
    public Pair<Leg, List<Side>> pair(Pair<Leg, List<Side>> pair) {
        return pair;
    }

    @Override
    public ValueSet set(ValueSet set) {
        return set;
    }

    @Override
    public @Nullable Object any(@Nullable Object value) {
        return value;
    }

    @Override
    public @Nullable String text(@Nullable String text, int number, char letter, Rect area) {
        return text == null ? null : text + number + letter + area.width();
    }

    @Override
    public Optional<String> perhaps(boolean there) {
        return there ? Optional.of("there") : Optional.empty();
    }

    @Override
    public void fail(String message) {
        throw new UnsupportedOperationException(message);
    }

    @Override
    public CompletionStage<Leg> later(Leg leg) {
        return CompletableFuture.supplyAsync(() -> {
            if (leg.amount() < 0) {
                throw new IllegalArgumentException("negative");
            }
            return leg;
        });
    }

    @Override
    public CompletableFuture<Void> never() {
        asked.countDown();
        return unanswered;
    }

    @Override
    public Flow.Publisher<Leg> legs(int count) {
        return subscriber -> {
            SubmissionPublisher<Leg> publisher = new SubmissionPublisher<>();
            publisher.subscribe(subscriber);
            ForkJoinPool.commonPool().execute(() -> {
                Stream.iterate(0, i -> i + 1).limit(count).forEach(i -> publisher.submit(new Leg(Side.BUY, i)));
                publisher.close();
            });
        };
    }

    @Override
    public CountListener echo(CountListener listener) {
        seen.add(listener);
        return listener;
    }

    @Override
    public CountListener make() {
        return new CountListener() {
            @Override
            public void counted(int value) {
                seen.add(this);
            }
        };
    }

    @Override
    public List<CountListener> make(int count) {
        return Stream.generate(this::make).limit(count).toList();
    }

    @Override
    public void consume(Consumer<Leg> consumer, Leg leg) {
        consumer.accept(leg);
    }

    @Override
    public UnaryOperator<Leg> operator() {
        return leg -> new Leg(leg.side(), leg.amount() + 1);
    }

    @Override
    public Bench self() {
        return this;
    }
}
