package io.valise.ipc.internal.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Resources that come too late, or whose user fails, are freed. */
class ResourceTransferTest {
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final List<String> made = new ArrayList<>();
    private final List<String> freed = new ArrayList<>();

    @Test
    void oneThatComesInTimeIsHandedOver() {
        CompletableFuture<String> future = ResourceTransfer.by(tasks::add, () -> "it", freed::add);
        tasks.remove().run();
        assertThat(future).isCompletedWithValue("it");
        assertThat(freed).isEmpty();
    }

    @Test
    void oneThatComesAfterTheUserCompletedTheFutureIsFreed() {
        List<Consumer<CompletableFuture<String>>> completions = List.of(
                future -> future.cancel(true),
                future -> future.complete("another"),
                future -> future.completeExceptionally(new IllegalStateException("on purpose")),
                future -> {
                    future.orTimeout(1, TimeUnit.NANOSECONDS);
                    assertThatThrownBy(future::join).isNotNull();
                });
        for (Consumer<CompletableFuture<String>> completion : completions) {
            List<CompletableFuture<String>> futures = new ArrayList<>();
            futures.add(ResourceTransfer.by(
                    tasks::add,
                    () -> {
                        completion.accept(futures.get(0)); // while it is being made
                        return "late";
                    },
                    freed::add));
            tasks.remove().run();
            assertThat(freed).containsExactly("late");
            freed.clear();

            completion.accept(ResourceTransfer.by(
                    tasks::add,
                    () -> {
                        made.add("in vain");
                        return "it";
                    },
                    freed::add));
            tasks.remove().run();
            assertThat(made).isEmpty();
            assertThat(freed).isEmpty();
        }
    }

    @Test
    void aFailureIsToldAsItIs() {
        StackOverflowError injected = new StackOverflowError("injected");
        CompletableFuture<String> future = ResourceTransfer.by(
                tasks::add,
                () -> {
                    throw injected;
                },
                freed::add);
        tasks.remove().run();
        assertThatThrownBy(future::get).hasCause(injected);
    }

    @Test
    void anErrorInTheNextStepFreesIt() {
        assertThat(ResourceTransfer.orFreed("it", String::length, freed::add)).isEqualTo(2);
        assertThat(freed).isEmpty();
        OutOfMemoryError injected = new OutOfMemoryError("injected");
        assertThatThrownBy(() -> ResourceTransfer.orFreed(
                        "it",
                        it -> {
                            throw injected;
                        },
                        freed::add))
                .isSameAs(injected);
        assertThat(freed).containsExactly("it");
    }
}
