package io.valise.ipc.testkit.session;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ReconnectPolicy;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.Candidate;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.rule.Running;
import io.valise.ipc.testlog.MayLog;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** G: calls and events when a connection is closed by an end. */
public abstract class GracefulCloseRules extends SessionRules {
    private static final int CALLS = 1500;

    /** All calls of all rounds are remembered. */
    private static final int ROUNDS = Math.min(CRASH_ROUNDS, 50);

    private final SeenRequests seen = new SeenRequests();
    private final CountDownLatch gate = gate();

    protected GracefulCloseRules(Candidate candidate) {
        super(candidate);
    }

    /**
     * Sends numbered calls without waiting for replies, until the connection refuses them; each 50th is a long one.
     */
    private Running<List<CompletableFuture<ValueSet>>> pipelined(IpcConnection connection) {
        return start(() -> {
            List<CompletableFuture<ValueSet>> calls = new ArrayList<>();
            for (int i = 0; i < CALLS; i++) {
                ValueSet message = i % 50 == 0 ? ValueSet.of("n", i, "data", new byte[200_000]) : ValueSet.of("n", i);
                calls.add(connection.requestAsync("note", message));
            }
            return calls;
        });
    }

    /** Every call was answered, or reports that it was not seen, or reports that it may have run and did. */
    private int checkOutcomes(List<CompletableFuture<ValueSet>> calls) throws Exception {
        int unknown = 0;
        for (int i = 0; i < calls.size(); i++) {
            Throwable failure = calls.get(i).handle((reply, thrown) -> thrown).get();
            if (failure == null) {
                assertThat(calls.get(i).get().getInt("n")).isEqualTo(i);
                assertThat(seen.has(i)).isTrue();
            } else {
                IpcException known = (IpcException) failure;
                assertThat(known.status()).as(known.toString()).isEqualTo(IpcStatus.CONNECTION_CLOSED);
                boolean mayHaveRun = known.delivery() == Delivery.UNKNOWN;
                assertThat(seen.has(i))
                        .as(i + ": " + known.delivery() + ": " + known)
                        .isEqualTo(mayHaveRun);
                unknown += mayHaveRun ? 1 : 0;
            }
        }
        assertThat(seen.twice()).isZero();
        return unknown;
    }

    /** Opens the latch with the n-th request that a handler sees. */
    private ValueSet noted(Request request, AtomicInteger left, CountDownLatch reached) {
        ValueSet message = seen.note(request);
        if (left.decrementAndGet() == 0) {
            reached.countDown();
        }
        return ValueSet.of("n", message.getInt("n"));
    }

    /** A server whose service {@code note} says when it has seen so many. */
    private IpcServer noting(CountDownLatch reached) {
        AtomicInteger left = new AtomicInteger(300);
        return serve(builder -> builder.service("note", request -> noted(request, left, reached)));
    }

    @Test
    void G01_shutdownAnswersOrRejectsEveryCall() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        IpcServer server = noting(reached);
        Running<List<CompletableFuture<ValueSet>>> calls = pipelined(connect(server));
        reached.await();
        assertThat(server.shutdown(LONG)).isTrue();
        assertThat(checkOutcomes(calls.join())).isZero();
    }

    @Test
    void G02_closeLeavesUnknownOnlyWhatAHandlerSaw() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        IpcServer server = noting(reached);
        Running<List<CompletableFuture<ValueSet>>> calls = pipelined(connect(server));
        reached.await();
        server.close();
        checkOutcomes(calls.join());
    }

    @Test
    void G03_closeOfTheClientTellsTheServerTheSame() throws Exception {
        AtomicInteger left = new AtomicInteger(300);
        CountDownLatch reached = new CountDownLatch(1);
        IpcServer server = serve(builder -> builder);
        IpcConnection client =
                connect(server, builder -> builder.service("note", request -> noted(request, left, reached)));
        Running<List<CompletableFuture<ValueSet>>> calls = pipelined(only(server));
        reached.await();
        client.close();
        checkOutcomes(calls.join());
    }

    @Test
    @MayLog("service slow failed")
    void G04_whatWaitsForAnExecutorIsRejectedAtCloseAndAnsweredAtShutdown() throws Exception {
        for (boolean graceful : new boolean[] {true, false}) {
            CountDownLatch go = gate();
            CountDownLatch begun = new CountDownLatch(1);
            AtomicInteger ran = new AtomicInteger();
            ExecutorService one = Executors.newSingleThreadExecutor();
            closing(one::shutdownNow);
            IpcServer server = serve(builder -> builder.executor(one).service("slow", request -> {
                ran.incrementAndGet();
                begun.countDown();
                go.await();
                return request.message();
            }));
            IpcConnection client = connect(server);
            List<CompletableFuture<ValueSet>> calls = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                calls.add(client.requestAsync("slow", ValueSet.of("n", i)));
            }
            begun.await();
            if (graceful) {
                Running<Boolean> shutdown = start(() -> server.shutdown(LONG));
                while (client.isOpen()) {
                    Thread.onSpinWait();
                }
                go.countDown();
                assertThat(shutdown.join()).isTrue();
            } else {
                server.close();
            }
            int rejected = deliveredAs(Delivery.REJECTED, calls);
            assertThat(deliveredAs(Delivery.UNKNOWN, calls)).isEqualTo(graceful ? 0 : 1);
            assertThat(ran).hasValue(100 - rejected);
            go.countDown();
        }
    }

    private static int deliveredAs(Delivery delivery, List<CompletableFuture<ValueSet>> calls) throws Exception {
        int count = 0;
        for (CompletableFuture<ValueSet> call : calls) {
            Throwable failure = call.handle((reply, thrown) -> thrown).get();
            count += failure instanceof IpcException known && known.delivery() == delivery ? 1 : 0;
        }
        return count;
    }

    @Test
    void G05_rollingRestartFailsNoCallAndRunsNoneTwice() throws Exception {
        Endpoint address = address();
        Turns turns = candidate.betweenProcesses() ? new ProcessTurns(address) : new LocalTurns(address);
        turns.serve();
        RollingLoad load = new RollingLoad(
                closing(client(address).reconnect(ReconnectPolicy.standard()).connect()));
        List<Running<?>> callers = race(4, number -> {
            switch (number) {
                case 0 -> load.pipeline("note");
                case 1 -> load.pipeline("later");
                case 2 -> load.call();
                default -> load.stream();
            }
        });
        for (int round = 0; round < ROUNDS; round++) {
            for (int goal = load.answered() + 300; load.answered() < goal; ) {
                LockSupport.parkNanos(100_000);
            }
            dither(round * 300);
            turns.retire();
            turns.serve();
            turns.awaitRetired();
        }
        load.stop();
        for (Running<?> caller : callers) {
            caller.join();
        }
        turns.report(seen);
        assertThat(load.failures()).isEmpty();
        assertThat(seen.twice()).isZero();
        assertThat(seen.count()).isEqualTo(load.made());
    }

    /** Servers that follow each other on one address: the next serves while the one before still drains. */
    private interface Turns {
        void serve();

        void retire();

        /** Waits until the server that is shutting down has finished its running calls. */
        void awaitRetired() throws Exception;

        /** Adds which requests handlers saw. */
        void report(SeenRequests all);
    }

    private final class LocalTurns implements Turns {
        private final Endpoint address;
        private @Nullable Generation now;
        private @Nullable Running<Boolean> retiring;

        LocalTurns(Endpoint address) {
            this.address = address;
        }

        @Override
        public void serve() {
            Generation next = Generation.start(transport, address.toString(), seen);
            closing(next::retire);
            now = next;
        }

        @Override
        public void retire() {
            retiring = start(requireNonNull(now)::retire);
        }

        @Override
        public void awaitRetired() throws Exception {
            assertThat(requireNonNull(retiring).join()).isTrue();
        }

        @Override
        public void report(SeenRequests all) {
            assertThat(all).isSameAs(seen);
        }
    }

    private final class ProcessTurns implements Turns {
        private final Endpoint address;
        private final List<ForkedJvm> servers = new ArrayList<>();
        private int turn;

        ProcessTurns(Endpoint address) {
            this.address = address;
            for (int i = 0; i < 2; i++) {
                servers.add(closing(ForkedJvm.start(
                        GenerationPeer.class, transport.getClass().getName())));
            }
        }

        @Override
        public void serve() {
            servers.get(turn % 2).ask("serve", address);
        }

        @Override
        public void retire() {
            servers.get(turn++ % 2).ask("retire");
        }

        @Override
        public void awaitRetired() {
            assertThat(servers.get((turn - 1) % 2).hear()).isEqualTo("true");
        }

        @Override
        public void report(SeenRequests all) {
            servers.forEach(server -> all.add(server.ask("seen")));
        }
    }

    @Test
    void G06_eventsSentBeforeThePeersEndAreHandled() throws Exception {
        List<Integer> heard = new ArrayList<>();
        CountDownLatch all = new CountDownLatch(200);
        IpcServer server = serve(builder -> builder.onEvent("tick", event -> {
            gate.await();
            heard.add(event.message().getInt("n"));
            all.countDown();
        }));
        IpcConnection client = connect(server);
        IpcConnection back = only(server);
        for (int i = 0; i < 200; i++) {
            client.send("tick", ValueSet.of("n", i));
        }
        client.close();
        assertThat(get(back.closed().toCompletableFuture()).byPeer()).isTrue();
        gate.countDown();
        all.await();
        assertThat(heard).isEqualTo(IntStream.range(0, 200).boxed().toList());
    }

    @Test
    void G07_ownCloseDropsTheEventsThatWait() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        AtomicInteger handled = new AtomicInteger();
        IpcServer server = serve(builder -> builder.onEvent("tick", event -> {
            handled.incrementAndGet();
            begun.countDown();
            gate.await();
            done.countDown();
        }));
        IpcConnection client = connect(server);
        for (int i = 0; i < 200; i++) {
            client.send("tick", ValueSet.of("n", i));
        }
        begun.await();
        client.request("echo", EMPTY); // the events before it have been received
        IpcConnection back = only(server);
        back.close();
        get(back.closed().toCompletableFuture());
        gate.countDown();
        done.await();
        assertThat(handled).hasValue(1);
    }

    @Test
    void G08_shutdownWaitsForTheEventsReceivedBefore() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        AtomicInteger handled = new AtomicInteger();
        IpcServer server = serve(builder -> builder.onEvent("tick", event -> {
            begun.countDown();
            gate.await();
            handled.incrementAndGet();
        }));
        IpcConnection client = connect(server);
        for (int i = 0; i < 200; i++) {
            client.send("tick", ValueSet.of("n", i));
        }
        client.request("echo", EMPTY);
        Running<Boolean> shutdown = start(() -> server.shutdown(LONG));
        while (client.isOpen()) {
            Thread.onSpinWait();
        }
        gate.countDown();
        assertThat(shutdown.join()).isTrue();
        assertThat(handled).hasValue(200);
    }
}
