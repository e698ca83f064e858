package io.valise.ipc.testkit.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ReconnectPolicy;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.Candidate;
import io.valise.ipc.testkit.rule.Running;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** D: deadlines, interrupts, cancelling. */
public abstract class DeadlineRules extends SessionRules {
    private static final Duration SHORT = Duration.ofMillis(50);

    private final CountDownLatch gate = gate();
    private final BlockingQueue<Request> begun = new LinkedBlockingQueue<>();

    protected DeadlineRules(Candidate candidate) {
        super(candidate);
    }

    /** A client of a server whose service {@code wait} notes the request and waits for the gate. */
    private IpcConnection connect() {
        return connect(waiting());
    }

    private IpcServer waiting() {
        return serve(builder -> builder.service("wait", request -> {
            begun.add(request);
            gate.await();
            return ValueSet.of("late", request.message().getInt("n", 0));
        }));
    }

    /** Waits until the handler is told that the caller no longer waits. */
    private static void awaitCancel(Request request) throws InterruptedException {
        CountDownLatch cancelled = new CountDownLatch(1);
        request.onCancel(cancelled::countDown);
        cancelled.await();
        assertThat(request.isCancelled()).isTrue();
        assertThat(request.remaining()).contains(Duration.ZERO);
    }

    @Test
    void D01_timeoutEndsTheCallAndCancelsAtThePeer() throws Exception {
        IpcConnection client = connect();
        Request ran = null;
        while (ran == null) {
            IpcException e = failsWith(IpcStatus.TIMEOUT, () -> client.request("wait", EMPTY, SHORT));
            assertThat(e).hasMessageContaining("wait");
            if (e.delivery() != Delivery.REJECTED) { // as one is that is overdue before its handler begins
                assertThat(e.delivery()).isEqualTo(Delivery.UNKNOWN);
                ran = begun.poll();
            }
        }
        awaitCancel(ran);
        echoes(client, 3);
    }

    @Test
    void D02_timeoutEndsTheFuture() throws Exception {
        IpcConnection client = connect();
        List<CompletableFuture<ValueSet>> futures = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            futures.add(client.call("wait").timeout(SHORT.plusMillis(i)).requestAsync(EMPTY));
        }
        for (CompletableFuture<ValueSet> future : futures) {
            failsWith(IpcStatus.TIMEOUT, () -> get(future));
        }
        echoes(client, 3);
        // A request that is overdue before its handler begins is not run.
        for (Request ran = begun.poll(); ran != null; ran = begun.poll()) {
            awaitCancel(ran);
        }
    }

    @Test
    void D03_defaultTimeoutIsTheConnections() {
        IpcConnection client = connect(
                serve(builder -> builder.service("wait", request -> {
                    gate.await();
                    return EMPTY;
                })),
                builder -> builder.requestTimeout(SHORT));
        failsWith(IpcStatus.TIMEOUT, () -> client.request("wait", EMPTY));
        failsWith(IpcStatus.TIMEOUT, () -> get(client.requestAsync("wait", EMPTY)));
        IpcServer impatient = serve(builder -> builder.requestTimeout(SHORT));
        connect(
                impatient,
                builder -> builder.service("wait", request -> {
                    gate.await();
                    return EMPTY;
                }));
        failsWith(IpcStatus.TIMEOUT, () -> only(impatient).request("wait", EMPTY));
    }

    @Test
    void D04_handlerKnowsTheTimeLeft() throws Exception {
        IpcConnection client = connect();
        Running<ValueSet> caller = start(() -> client.request("wait", EMPTY, Duration.ofMinutes(5)));
        Request request = take(begun);
        assertThat(request.isCancelled()).isFalse();
        Duration first = request.remaining().orElseThrow();
        assertThat(first).isBetween(Duration.ofSeconds(1), Duration.ofMinutes(5));
        assertThat(request.remaining().orElseThrow()).isLessThanOrEqualTo(first);
        gate.countDown();
        caller.join();
    }

    @Test
    void D05_interruptCancelsTheCallAndNothingElse() throws Exception {
        IpcConnection client = connect();
        for (int round = 0; round < 10; round++) {
            Running<Boolean> caller = start(() -> {
                failsWith(IpcStatus.CANCELLED, () -> client.request("wait", EMPTY));
                return Thread.currentThread().isInterrupted();
            });
            Request request = take(begun);
            meet(round, caller);
            caller.thread().interrupt();
            assertThat(caller.join()).as("interrupt status").isTrue();
            awaitCancel(request);
            echoes(client, 2);
        }
    }

    @Test
    void D06_interruptedThreadCallsInVain() throws Exception {
        IpcConnection client = connect();
        Running<Boolean> caller = start(() -> {
            Thread.currentThread().interrupt();
            failsWith(IpcStatus.CANCELLED, () -> client.request("wait", EMPTY));
            return Thread.interrupted();
        });
        assertThat(caller.join()).isTrue();
        assertThat(client.isOpen()).isTrue();
        echoes(client, 2);
    }

    @Test
    void D07_cancelledFutureReachesTheHandler() throws Exception {
        IpcConnection client = connect();
        for (int i = 0; i < 10; i++) {
            CompletableFuture<ValueSet> future = client.requestAsync("wait", EMPTY);
            Request request = take(begun);
            Semaphore told = new Semaphore(0);
            request.onCancel(told::release);
            assertThat(told.availablePermits()).isZero();
            assertThat(future.cancel(true)).isTrue();
            told.acquire();
            awaitCancel(request);
            request.onCancel(told::release);
            assertThat(told.tryAcquire())
                    .as("told at once, for it was registered too late")
                    .isTrue();
            assertThat(told.availablePermits()).as("told twice").isZero();
            assertThat(future).isCancelled();
        }
        assertThat(client.stats().pending()).isZero();
        echoes(client, 2);
    }

    @Test
    void D08_answeredRequestIsNeverCancelled() throws Exception {
        AtomicInteger told = new AtomicInteger();
        BlockingQueue<Request> answered = new LinkedBlockingQueue<>();
        IpcConnection client = connect(serve(builder -> builder.service("quick", request -> {
            request.onCancel(told::incrementAndGet);
            answered.add(request);
            return EMPTY;
        })));
        CompletableFuture<ValueSet> future = client.requestAsync("quick", EMPTY);
        get(future);
        future.cancel(true);
        client.close();
        client.closed().toCompletableFuture().get();
        take(answered).onCancel(told::incrementAndGet);
        assertThat(told).hasValue(0);
    }

    @Test
    void D09_lateReplyIsDropped() throws Exception {
        IpcConnection client = connect();
        for (int i = 0; i < 20; i++) {
            ValueSet message = ValueSet.of("n", i);
            failsWith(IpcStatus.TIMEOUT, () -> client.request("wait", message, Duration.ofMillis(5)));
        }
        gate.countDown();
        echoes(client, 200);
        assertThat(client.request("wait", ValueSet.of("n", -1)).getInt("late")).isEqualTo(-1);
    }

    @Test
    void D10_timeoutMustBePositive() {
        IpcConnection client = connect();
        for (Duration wrong : List.of(Duration.ZERO, Duration.ofNanos(-1))) {
            assertThatThrownBy(() -> client.request("echo", EMPTY, wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("actual");
        }
        assertThat(client.request("echo", EMPTY, Duration.ofSeconds(Long.MAX_VALUE)))
                .isEqualTo(EMPTY);
        echoes(client, 2);
    }

    @Test
    void D11_manyTimeoutsAtOnce() throws Exception {
        IpcConnection client =
                connect(serve(builder -> builder.asyncService("never", request -> new CompletableFuture<>())));
        together(4, number -> {
            for (int i = 0; i < 10; i++) {
                failsWith(IpcStatus.TIMEOUT, () -> client.request("never", EMPTY, Duration.ofMillis(3)));
                failsWith(
                        IpcStatus.TIMEOUT,
                        () -> get(client.call("never")
                                .timeout(Duration.ofMillis(3))
                                .requestAsync(EMPTY)));
                echoes(client, 2);
            }
        });
        assertThat(client.stats().pending()).isZero();
    }

    @Test
    void D12_anyCompletionOfTheFutureReachesTheHandler() throws Exception {
        IpcServer server = waiting();
        IpcConnection client = connect(server);
        IpcConnection again = connect(server, builder -> builder.reconnect(ReconnectPolicy.standard()));
        List<UnaryOperator<CompletableFuture<ValueSet>>> endings = List.of(
                future -> future.orTimeout(1, TimeUnit.MILLISECONDS),
                future -> future.completeOnTimeout(EMPTY, 1, TimeUnit.MILLISECONDS),
                future -> future.completeAsync(() -> EMPTY),
                future -> {
                    future.complete(EMPTY);
                    return future;
                },
                future -> {
                    future.completeExceptionally(new IllegalStateException("as planned"));
                    return future;
                });
        for (IpcConnection connection : List.of(client, again)) {
            for (UnaryOperator<CompletableFuture<ValueSet>> ending : endings) {
                CompletableFuture<ValueSet> future = connection.requestAsync("wait", EMPTY);
                Request request = take(begun);
                awaitDone(ending.apply(future));
                awaitCancel(request);
            }
            assertThat(connection.stats().pending()).isZero();
            echoes(connection, 2);
        }
    }

    @Test
    void D13_interruptHarmsNoServerAndNoOtherConnect() throws Exception {
        IpcServer server = interrupted(this::waiting);
        assertThat(interrupted(() -> connectOrCancelled(server))).isIn(IpcStatus.OK, IpcStatus.CANCELLED);
        echoes(connect(server), 2);
        interrupted(() -> {
            server.close();
            return server;
        });
        echoes(connect(waiting()), 2);
    }

    /** Runs in a thread that was interrupted before; its status stays set. */
    private <T> T interrupted(Callable<T> step) throws Exception {
        return start(() -> {
                    Thread.currentThread().interrupt();
                    T made = step.call();
                    assertThat(Thread.interrupted()).as("interrupt status").isTrue();
                    return made;
                })
                .join();
    }

    private IpcStatus connectOrCancelled(IpcServer server) {
        try {
            connect(server);
            return IpcStatus.OK;
        } catch (IpcException e) {
            assertThat(e.delivery()).as(e.getMessage()).isEqualTo(Delivery.NOT_SENT);
            return e.status();
        }
    }
}
