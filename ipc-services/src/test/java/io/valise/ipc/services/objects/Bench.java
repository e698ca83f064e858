package io.valise.ipc.services.objects;

import io.valise.ipc.Rect;
import io.valise.ipc.ValueSet;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Methods with everything that can cross. */
interface Bench {
    enum Side {
        BUY,
        SELL {
            @Override
            public String toString() {
                return "a constant with a body";
            }
        }
    }

    record Leg(Side side, long amount) {}

    @SuppressWarnings("ArrayRecordComponent") // that bytes cross is what is tested
    record Order(
            String id,
            List<Leg> legs,
            Optional<Order> parent,
            Instant at,
            byte[] blob,
            @Nullable CountListener done) {}

    record Pair<A, B>(A first, B second) {}

    Order back(Order order);

    Pair<Leg, List<Side>> pair(Pair<Leg, List<Side>> pair);

    ValueSet set(ValueSet set);

    @Nullable Object any(@Nullable Object value);

    @Nullable String text(@Nullable String text, int number, char letter, Rect area);

    Optional<String> perhaps(boolean there);

    void fail(String message);

    CompletionStage<Leg> later(Leg leg);

    CompletableFuture<Void> never();

    Flow.Publisher<Leg> legs(int count);

    CountListener echo(CountListener listener);

    CountListener make();

    List<CountListener> make(int count);

    void consume(Consumer<Leg> consumer, Leg leg);

    UnaryOperator<Leg> operator();

    Bench self();
}
