package io.valise.ipc.testkit.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.WaitStrategy;
import io.valise.ipc.testkit.Candidate;
import io.valise.ipc.testkit.rule.Running;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** W: waiting for the future of a call. */
public abstract class FutureRules extends SessionRules {
    private static final int ROUNDS = 60;

    private final BlockingQueue<ValueSet> begun = new LinkedBlockingQueue<>();

    protected FutureRules(Candidate candidate) {
        super(candidate);
    }

    static List<WaitStrategy> strategies() {
        return List.of(WaitStrategy.adaptive(), WaitStrategy.spinning(), WaitStrategy.blocking());
    }

    private IpcConnection connected(WaitStrategy waiting) {
        IpcServer server = serve(builder -> builder.waitStrategy(waiting)
                .service("back", request -> get(request.connection().requestAsync("echo", request.message())))
                .asyncService("never", request -> {
                    begun.add(request.message());
                    return new CompletableFuture<>();
                }));
        return connect(server, builder -> builder.waitStrategy(waiting).service("echo", request -> request.message()));
    }

    @ParameterizedTest
    @MethodSource("strategies")
    void W01_everyFutureIsDoneByItsOwnReply(WaitStrategy waiting) throws Exception {
        IpcConnection client = connected(waiting);
        for (int threads : new int[] {1, 2, 4, 1}) {
            together(threads, thread -> {
                for (int i = 0; i < ROUNDS; i++) {
                    ValueSet message = ValueSet.of("thread", thread, "n", i);
                    CompletableFuture<ValueSet> first = client.requestAsync("echo", message);
                    CompletableFuture<ValueSet> second = client.requestAsync(i % 10 == 0 ? "back" : "echo", message);
                    List<Running<ValueSet>> beside = i % 30 == 0 ? List.of(start(first::join)) : List.of();
                    assertThat(i % 2 == 0 ? get(second) : second.join()).isEqualTo(message);
                    assertThat(first.get()).isEqualTo(message);
                    for (Running<ValueSet> other : beside) {
                        assertThat(other.join()).isEqualTo(message);
                    }
                    if (i % 20 == 0) {
                        assertThat(client.request("echo", message)).isEqualTo(message);
                    }
                }
            });
        }
    }

    @ParameterizedTest
    @MethodSource("strategies")
    void W02_manyOnTheirWayAreWaitedForInAnyOrder(WaitStrategy waiting) throws Exception {
        IpcConnection client = connected(waiting);
        for (int round = 0; round < 6; round++) {
            List<CompletableFuture<ValueSet>> replies = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                replies.add(client.requestAsync("echo", ValueSet.of("n", i)));
            }
            for (int i = 0; i < 100; i++) {
                int asked = round % 2 == 0 ? i : 99 - i;
                assertThat(get(replies.get(asked)).getInt("n")).isEqualTo(asked);
            }
        }
    }

    /**
     * After waits by the caller's thread no background reader starts at once: the next futures must complete all the
     * same.
     */
    @ParameterizedTest
    @MethodSource("strategies")
    void W03_futuresWithoutAWaitingThreadAreDoneToo(WaitStrategy waiting) throws Exception {
        IpcConnection client = connected(waiting);
        for (int round = 0; round < 10; round++) {
            ValueSet message = ValueSet.of("n", round);
            for (int i = 0; i < 10; i++) {
                assertThat(client.requestAsync("echo", message).join()).isEqualTo(message);
            }
            BlockingQueue<ValueSet> heard = new LinkedBlockingQueue<>();
            CompletableFuture<Boolean> handedOn =
                    client.requestAsync("echo", message).thenApply(heard::add);
            assertThat(take(heard)).isEqualTo(message);
            assertThat(handedOn.join()).isTrue();
            client.requestAsync("echo", message).join();
            CompletableFuture<ValueSet> looked = client.requestAsync("echo", message);
            awaitDone(looked);
            client.requestAsync("echo", message).join();
            CompletableFuture<ValueSet> one = client.requestAsync("echo", message);
            CompletableFuture<ValueSet> other = client.requestAsync("back", message);
            CompletableFuture.allOf(one, other).join();
            assertThat(one.join()).isEqualTo(other.join());
        }
    }

    @ParameterizedTest
    @MethodSource("strategies")
    void W04_aWaitEndsAsItsMethodSays(WaitStrategy waiting) throws Exception {
        IpcConnection client = connected(waiting);
        CompletableFuture<ValueSet> never = client.requestAsync("never", EMPTY);
        take(begun);
        assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> never.get(1, TimeUnit.MILLISECONDS));
        assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> never.get(0, TimeUnit.NANOSECONDS));
        assertThat(never).isNotDone();
        Running<ValueSet> interrupted = start(never::get);
        meet(0, interrupted);
        interrupted.thread().interrupt();
        assertThatExceptionOfType(InterruptedException.class).isThrownBy(interrupted::join);
        assertThat(never).isNotDone();
        List<Running<ValueSet>> cut = List.of(start(never::get), start(() -> get(never)), start(never::join));
        echoes(client, 3);
        for (Running<ValueSet> each : cut) {
            meet(0, each);
        }
        never.cancel(true);
        for (Running<ValueSet> each : cut) {
            assertThatExceptionOfType(CancellationException.class).isThrownBy(each::join);
        }
        CompletableFuture<ValueSet> given = client.requestAsync("never", EMPTY);
        Running<ValueSet> receiver = start(given::join);
        take(begun);
        meet(0, receiver);
        given.complete(ValueSet.of("n", 1));
        assertThat(receiver.join().getInt("n")).isEqualTo(1);
        assertThat(client.requestAsync("echo", ValueSet.of("n", 2)).join().getInt("n"))
                .isEqualTo(2);
    }

    @ParameterizedTest
    @MethodSource("strategies")
    void W05_aDependentMayWaitForAnother(WaitStrategy waiting) throws Exception {
        IpcConnection client = connected(waiting);
        for (int round = 0; round < 50; round++) {
            ValueSet message = ValueSet.of("n", round);
            CompletableFuture<ValueSet> chain = client.requestAsync("echo", message)
                    .thenApply(reply -> client.requestAsync("back", reply).join())
                    .thenCompose(reply -> client.requestAsync("echo", reply))
                    .thenApplyAsync(reply -> client.requestAsync("echo", reply).join());
            CompletableFuture<ValueSet> beside = client.requestAsync("echo", message);
            assertThat(beside.join()).isEqualTo(message);
            assertThat(chain.join()).isEqualTo(message);
        }
    }

    /** Frames for others that keep arriving must not prolong the wait. */
    @ParameterizedTest
    @MethodSource("strategies")
    void W06_trafficOfOthersDelaysNoEndOfAWait(WaitStrategy waiting) throws Exception {
        IpcConnection client = connected(waiting);
        AtomicBoolean over = new AtomicBoolean();
        Running<Integer> busy = start(() -> {
            int calls = 0;
            for (; !over.get(); calls++) {
                List<CompletableFuture<ValueSet>> stream = new ArrayList<>();
                for (int i = 0; i < 100; i++) {
                    stream.add(client.requestAsync("echo", ValueSet.of("n", i)));
                }
                awaitDone(CompletableFuture.allOf(stream.toArray(CompletableFuture[]::new)));
            }
            return calls;
        });
        CompletableFuture<ValueSet> never = client.requestAsync("never", EMPTY);
        for (int i = 0; i < 10; i++) {
            assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> never.get(2, TimeUnit.MILLISECONDS));
            Running<ValueSet> interrupted = start(never::get);
            interrupted.thread().interrupt();
            assertThatExceptionOfType(InterruptedException.class).isThrownBy(interrupted::join);
        }
        over.set(true);
        assertThat(busy.join()).isPositive();
    }

    /** Actions that depend on the future must not queue behind the handler that waits for it. */
    @ParameterizedTest
    @MethodSource("strategies")
    void W07_aHandlerOnAnExecutorOfOneThreadMayWait(WaitStrategy waiting) {
        ExecutorService one = Executors.newSingleThreadExecutor();
        closing(one::shutdown);
        IpcServer server =
                serve(builder -> builder.waitStrategy(waiting).executor(one).service("back", request -> {
                    CompletableFuture<ValueSet> reply = request.connection().requestAsync("echo", request.message());
                    CompletableFuture<Integer> size = reply.thenApply(ValueSet::size);
                    return ValueSet.of("n", reply.join().getInt("n"), "size", size.join());
                }));
        IpcConnection client =
                connect(server, builder -> builder.waitStrategy(waiting).service("echo", request -> request.message()));
        for (int i = 0; i < 200; i++) {
            assertThat(client.request("back", ValueSet.of("n", i))).isEqualTo(ValueSet.of("n", i, "size", 1));
        }
    }

    /** Also calls whose replies have been read, but not delivered yet. */
    @ParameterizedTest
    @MethodSource("strategies")
    void W08_theEndOfAConnectionEndsThemAll(WaitStrategy waiting) throws Exception {
        IpcServer server = serve(builder -> builder.waitStrategy(waiting)
                .service("back", request -> request.connection().request("echo", request.message())));
        for (int round = 0; round < 10; round++) {
            IpcConnection client = connect(
                    server, builder -> builder.waitStrategy(waiting).service("echo", request -> request.message()));
            Running<IpcException> beside = start(() -> askUntilTheEnd(client));
            List<CompletableFuture<ValueSet>> plain = new ArrayList<>();
            List<CompletableFuture<Integer>> dependents = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                plain.add(client.requestAsync("echo", ValueSet.of("n", i)));
                dependents.add(client.requestAsync(i % 10 == 0 ? "back" : "echo", ValueSet.of("n", i))
                        .thenApply(reply -> reply.getInt("n")));
            }
            plain.get(20 * round).join();
            client.close();
            for (int i = 0; i < 200; i++) {
                assertEnded(plain.get(i).thenApply(reply -> reply.getInt("n")), i);
                assertEnded(dependents.get(i), i);
            }
            assertThat(beside.join().status()).isEqualTo(IpcStatus.CONNECTION_CLOSED);
        }
    }

    private static IpcException askUntilTheEnd(IpcConnection client) {
        try {
            while (true) {
                echoes(client, 1);
            }
        } catch (IpcException end) {
            return end;
        }
    }

    private static void assertEnded(CompletableFuture<Integer> future, int value) {
        awaitDone(future);
        if (future.isCompletedExceptionally()) {
            assertThatExceptionOfType(CompletionException.class)
                    .isThrownBy(future::join)
                    .havingCause()
                    .isInstanceOfSatisfying(
                            IpcException.class, end -> assertThat(end.status()).isEqualTo(IpcStatus.CONNECTION_CLOSED));
        } else {
            assertThat(future).isCompletedWithValue(value);
        }
    }
}
