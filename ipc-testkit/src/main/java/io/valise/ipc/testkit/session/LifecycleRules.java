package io.valise.ipc.testkit.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.CloseReason;
import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.Candidate;
import io.valise.ipc.testkit.rule.Running;
import io.valise.ipc.testlog.Logs;
import io.valise.ipc.testlog.MayLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** O: opening and closing. */
public abstract class LifecycleRules extends SessionRules {
    private final CountDownLatch gate = gate();
    private final BlockingQueue<ValueSet> begun = new LinkedBlockingQueue<>();

    protected LifecycleRules(Candidate candidate) {
        super(candidate);
    }

    private static CloseReason reason(IpcConnection connection) throws Exception {
        return get(connection.closed().toCompletableFuture());
    }

    /** A server whose service {@code wait} notes its begin and waits for the gate. */
    private IpcServer waiting(BlockingQueue<ValueSet> begun) {
        return serve(builder -> builder.service("wait", request -> {
            begun.add(request.message());
            gate.await();
            return request.message();
        }));
    }

    @Test
    void O01_absentServerIsNotFoundAtOnce() throws Exception {
        Endpoint unserved = address();
        IpcException e = failsWith(IpcStatus.ENDPOINT_NOT_FOUND, () -> connect(unserved));
        assertThat(e.delivery()).isEqualTo(Delivery.NOT_SENT);
        assertThat(e).hasMessageContaining(unserved.name());
        failsWith(IpcStatus.ENDPOINT_NOT_FOUND, () -> get(client(unserved).connectAsync()));
    }

    @Test
    void O02_secondServerIsRefusedAndTheFirstServesOn() {
        assumeExclusiveNames();
        IpcServer first = serve(builder -> builder);
        IpcConnection client = connect(first);
        Endpoint taken = first.endpoints().get(0);
        failsWith(IpcStatus.ADDRESS_IN_USE, () -> serve(taken, builder -> builder));
        echoes(client, 3);
        echoes(connect(first), 3);
    }

    @Test
    void O03_serverStartsAtAllAddressesOrNone() {
        assumeExclusiveNames();
        Endpoint taken = serve(builder -> builder).endpoints().get(0);
        Endpoint free = address();
        failsWith(IpcStatus.ADDRESS_IN_USE, () -> closing(server(free, taken).start()));
        failsWith(IpcStatus.ENDPOINT_NOT_FOUND, () -> connect(free));
        IpcServer both = closing(server(free, address()).start());
        for (Endpoint endpoint : both.endpoints()) {
            echoes(connect(endpoint), 2);
        }
        assertThat(both.connections()).hasSize(2);
    }

    @Test
    void O04_nameCanBeServedAgainAtOnce() throws Exception {
        Endpoint address = address();
        for (int i = 0; i < 10; i++) {
            IpcServer server = serve(address, builder -> builder);
            IpcConnection client = connect(address);
            echoes(client, 2);
            server.close();
            server.awaitClosed();
            assertThat(reason(client).status()).isEqualTo(IpcStatus.CONNECTION_CLOSED);
        }
    }

    @Test
    void O05_closeIsToldToBothEnds() throws Exception {
        for (boolean clientCloses : new boolean[] {true, false}) {
            IpcServer server = serve(builder -> builder);
            IpcConnection client = connect(server);
            IpcConnection back = only(server);
            IpcConnection closer = clientCloses ? client : back;
            IpcConnection other = clientCloses ? back : client;
            closer.close();
            assertThat(closer.isOpen()).isFalse();
            assertThat(reason(closer).status()).isEqualTo(IpcStatus.CONNECTION_CLOSED);
            assertThat(reason(closer).byPeer()).isFalse();
            assertThat(reason(other).status()).isEqualTo(IpcStatus.CONNECTION_CLOSED);
            assertThat(reason(other).byPeer()).isTrue();
            assertThat(reason(other).detail()).isNotBlank();
            assertThat(other.isOpen()).isFalse();
        }
    }

    @Test
    void O06_endedConnectionTakesNoCalls() throws Exception {
        IpcConnection client = connect(serve(builder -> builder));
        client.close();
        client.close();
        assertThat(failsWith(IpcStatus.CONNECTION_CLOSED, () -> client.request("echo", EMPTY))
                        .delivery())
                .isEqualTo(Delivery.NOT_SENT);
        failsWith(IpcStatus.CONNECTION_CLOSED, () -> get(client.requestAsync("echo", EMPTY)));
        failsWith(IpcStatus.CONNECTION_CLOSED, () -> {
            client.send("tick", EMPTY);
            return null;
        });
        TestSink sink = new TestSink();
        client.stream("numbers", EMPTY).subscribe(sink);
        failsWith(IpcStatus.CONNECTION_CLOSED, () -> get(sink.ended()));
    }

    @Test
    void O07_pendingCallsEndWithTheConnection() throws Exception {
        for (boolean clientCloses : new boolean[] {true, false}) {
            BlockingQueue<ValueSet> begun = new LinkedBlockingQueue<>();
            IpcServer server = waiting(begun);
            IpcConnection client = connect(server);
            List<CompletableFuture<ValueSet>> pending = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                pending.add(client.requestAsync("wait", EMPTY));
            }
            Running<ValueSet> caller = start(() -> client.request("wait", EMPTY));
            for (int i = 0; i < 11; i++) {
                take(begun);
            }
            (clientCloses ? client : only(server)).close();
            failsWith(IpcStatus.CONNECTION_CLOSED, caller::join);
            for (CompletableFuture<ValueSet> call : pending) {
                assertThat(failsWith(IpcStatus.CONNECTION_CLOSED, () -> get(call))
                                .delivery())
                        .isEqualTo(Delivery.UNKNOWN);
            }
        }
    }

    @Test
    void O08_requestsAtCloseAreAnsweredOrFail() throws Exception {
        for (int round = 0; round < 12; round++) {
            AtomicInteger ran = new AtomicInteger();
            IpcServer server = serve(builder -> builder.service("count", request -> {
                ran.incrementAndGet();
                return request.message();
            }));
            IpcConnection client = connect(server);
            List<CompletableFuture<ValueSet>> calls = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                calls.add(client.requestAsync("count", ValueSet.of("n", i)));
            }
            dither(round * 100);
            (round % 3 == 0 ? client : round % 3 == 1 ? only(server) : server).close();
            int answered = answeredOf(calls);
            assertThat(ran.get()).isGreaterThanOrEqualTo(answered);
        }
    }

    private static int answeredOf(List<CompletableFuture<ValueSet>> calls) throws Exception {
        int answered = 0;
        for (int i = 0; i < calls.size(); i++) {
            CompletableFuture<ValueSet> call = calls.get(i);
            Throwable failure = call.handle((reply, thrown) -> thrown).get();
            if (failure == null) {
                assertThat(call.get().getInt("n")).isEqualTo(i);
                answered++;
            } else {
                assertThat(failure).isInstanceOf(IpcException.class);
                assertThat(((IpcException) failure).status()).isEqualTo(IpcStatus.CONNECTION_CLOSED);
            }
        }
        return answered;
    }

    @Test
    void O09_closeFromAHandler() throws Exception {
        IpcServer server = serve(builder -> builder.service("bye", request -> {
                    request.connection().close();
                    return EMPTY;
                })
                .onEvent("bye", event -> event.connection().close()));
        IpcConnection byCall = connect(server);
        failsWith(IpcStatus.CONNECTION_CLOSED, () -> byCall.request("bye", EMPTY));
        assertThat(reason(byCall).byPeer()).isTrue();
        IpcConnection byEvent = connect(server);
        byEvent.send("bye", EMPTY);
        assertThat(reason(byEvent).status()).isEqualTo(IpcStatus.CONNECTION_CLOSED);
        IpcConnection inDependent = connect(server);
        get(inDependent.requestAsync("echo", EMPTY).thenAccept(reply -> inDependent.close()));
        assertThat(reason(inDependent).byPeer()).isFalse();
        echoes(connect(server), 2);
    }

    @Test
    void O10_serverClosesFromAHandler() throws Exception {
        CompletableFuture<IpcServer> self = new CompletableFuture<>();
        IpcServer server = serve(builder -> builder.service("stop", request -> {
            self.get().close();
            return EMPTY;
        }));
        self.complete(server);
        IpcConnection client = connect(server);
        failsWith(IpcStatus.CONNECTION_CLOSED, () -> client.request("stop", EMPTY));
        server.awaitClosed();
        failsWith(IpcStatus.ENDPOINT_NOT_FOUND, () -> connect(server.endpoints().get(0)));
    }

    @Test
    void O11_concurrentClosesByManyThreads() throws Exception {
        for (int round = 0; round < 8; round++) {
            IpcServer server = serve(builder -> builder);
            IpcConnection client = connect(server);
            IpcConnection back = only(server);
            CompletableFuture<ValueSet> call = client.requestAsync("echo", ValueSet.of("n", 0));
            AtomicInteger told = new AtomicInteger();
            CompletableFuture<Void> listener =
                    client.closed().thenRun(told::incrementAndGet).toCompletableFuture();
            together(24, number -> {
                switch (number % 3) {
                    case 0 -> client.close();
                    case 1 -> back.close();
                    default -> server.close();
                }
            });
            assertThat(reason(client).status()).isEqualTo(IpcStatus.CONNECTION_CLOSED);
            assertThat(reason(back).status()).isEqualTo(IpcStatus.CONNECTION_CLOSED);
            get(listener);
            assertThat(told).hasValue(1);
            assertThat(answeredOf(List.of(call))).isBetween(0, 1);
        }
    }

    @Test
    void O12_closeWhileManyThreadsCall() throws Exception {
        IpcServer server = serve(builder -> builder);
        for (int round = 0; round < 6; round++) {
            IpcConnection client = connect(server);
            CountDownLatch underWay = new CountDownLatch(6);
            List<Running<?>> callers = race(
                    6,
                    number -> failsWith(IpcStatus.CONNECTION_CLOSED, () -> {
                        echoes(client, 5);
                        underWay.countDown();
                        echoes(client, Integer.MAX_VALUE);
                        return null;
                    }));
            underWay.await();
            (round % 2 == 0 ? client : only(server)).close();
            for (Running<?> caller : callers) {
                caller.join();
            }
            reason(client);
            awaitConnections(server, 0);
        }
    }

    @Test
    void O13_shutdownFinishesWhatRuns() throws Exception {
        BlockingQueue<ValueSet> begun = new LinkedBlockingQueue<>();
        IpcServer server = waiting(begun);
        IpcConnection client = connect(server);
        List<CompletableFuture<ValueSet>> running = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            running.add(client.requestAsync("wait", ValueSet.of("n", i)));
        }
        for (int i = 0; i < 5; i++) {
            take(begun);
        }
        Running<Boolean> shutdown = start(() -> server.shutdown(LONG));
        IpcException refused = refusedInTheEnd(client);
        assertThat(refused.delivery()).isIn(Delivery.NOT_SENT, Delivery.REJECTED);
        failsWith(IpcStatus.ENDPOINT_NOT_FOUND, () -> connect(server.endpoints().get(0)));
        assertThat(running).noneMatch(CompletableFuture::isDone);
        gate.countDown();
        for (int i = 0; i < 5; i++) {
            assertThat(get(running.get(i)).getInt("n")).isEqualTo(i);
        }
        assertThat(shutdown.join()).isTrue();
        server.awaitClosed();
        assertThat(reason(client).status()).isEqualTo(IpcStatus.CONNECTION_CLOSED);
    }

    /** Calls until the server, which is about to shut down, refuses new calls. */
    private static IpcException refusedInTheEnd(IpcConnection client) {
        return failsWith(IpcStatus.CONNECTION_CLOSED, () -> {
            echoes(client, Integer.MAX_VALUE);
            return null;
        });
    }

    @Test
    void O14_shutdownWaitsNoLongerThanItsGrace() throws Exception {
        for (int round = 0; round < 30; round++) { // often, for a connection that is just being accepted at that time
            BlockingQueue<ValueSet> begun = new LinkedBlockingQueue<>();
            IpcServer server = waiting(begun);
            IpcConnection client = connect(server);
            CompletableFuture<ValueSet> stuck = client.requestAsync("wait", EMPTY);
            take(begun);
            assertThat(server.shutdown(Duration.ofMillis(2))).isFalse();
            server.awaitClosed();
            failsWith(IpcStatus.CONNECTION_CLOSED, () -> get(stuck));
        }
        IpcServer idle = serve(builder -> builder);
        echoes(connect(idle), 2);
        assertThat(idle.shutdown(LONG)).isTrue();
    }

    @Test
    @MayLog("listener failed")
    void O15_everyConnectionIsToldOnceAtBeginAndEnd() throws Exception {
        BlockingQueue<IpcConnection> begun = new LinkedBlockingQueue<>();
        BlockingQueue<IpcConnection> ended = new LinkedBlockingQueue<>();
        List<CloseReason> reasons = new CopyOnWriteArrayList<>();
        IpcServer server = serve(builder -> builder.onConnect(begun::add).onDisconnect((connection, reason) -> {
            reasons.add(reason);
            ended.add(connection);
        }));
        for (int i = 0; i < 20; i++) {
            IpcConnection client = connect(server);
            IpcConnection seen = take(begun);
            echoes(client, 1);
            (i % 2 == 0 ? client : seen).close();
            assertThat(take(ended)).isSameAs(seen);
            assertThat(reasons.get(i).status()).isEqualTo(IpcStatus.CONNECTION_CLOSED);
            assertThat(reasons.get(i).byPeer()).isEqualTo(i % 2 == 0);
            assertThat(reason(seen)).isEqualTo(reasons.get(i));
        }
        connect(server);
        IpcConnection last = take(begun);
        server.close();
        assertThat(take(ended)).isSameAs(last);
        assertThat(begun).isEmpty();
        assertThat(ended).isEmpty();
    }

    @Test
    @Logs({"the onConnect listener failed", "the onDisconnect listener failed"})
    void O16_listenersMayCloseAndFail() throws Exception {
        AtomicInteger which = new AtomicInteger();
        IpcServer server = serve(builder -> builder.onConnect(connection -> {
                    if (which.get() == 0) {
                        connection.close();
                    } else if (which.get() == 1) {
                        throw new IllegalStateException("as planned");
                    }
                })
                .onDisconnect((connection, reason) -> {
                    connection.close();
                    throw new IllegalStateException("as planned");
                }));
        for (IpcStatus told : List.of(IpcStatus.CONNECTION_CLOSED, IpcStatus.HANDLER_FAILED)) {
            failsWith(told, () -> {
                echoes(connect(server), Integer.MAX_VALUE);
                return null;
            });
            which.incrementAndGet();
        }
        IpcConnection client = connect(server);
        echoes(client, 2);
        client.close();
        echoes(connect(server), 2);
    }

    @Test
    void O17_connectThatRacesWithCloseEnds() throws Exception {
        for (int round = 0; round < 10; round++) {
            IpcServer server = serve(builder -> builder);
            List<Running<?>> diallers =
                    race(3, number -> dialUntilGone(server.endpoints().get(0)));
            echoes(connect(server), 2);
            dither(round * 100);
            server.close();
            for (Running<?> dialler : diallers) {
                dialler.join();
            }
        }
    }

    private void dialUntilGone(Endpoint address) {
        while (true) {
            try (IpcConnection client = client(address).connect()) {
                echoes(client, 1);
            } catch (IpcException e) {
                if (e.status() == IpcStatus.ENDPOINT_NOT_FOUND) {
                    return;
                }
                // Connected while the server was closing: GOAWAY, or a lost link if the server had not sent its WELCOME
                // yet.
                assertThat(e.status()).as(e.toString()).isIn(IpcStatus.CONNECTION_CLOSED, IpcStatus.PEER_DIED);
            }
        }
    }

    @Test
    void O18_hundredConnectionsAtOnce() throws Exception {
        IpcServer server = serve(builder -> builder);
        List<IpcConnection> clients = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            clients.add(connect(server));
        }
        together(4, number -> {
            for (int i = number; i < 100; i += 4) {
                echoes(clients.get(i), 5);
            }
        });
        assertThat(server.stats().connections()).isEqualTo(100);
    }

    /** A class loader of an application, distinct from others. */
    private static final class Loader extends ClassLoader {
        Loader() {
            super(LifecycleRules.class.getClassLoader());
        }
    }

    private static <T> T under(ClassLoader loader, Callable<T> action) throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            T result = action.call();
            assertThat(thread.getContextClassLoader()).isSameAs(loader);
            return result;
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Test
    void O19_handlersRunUnderTheContextLoaderOfTheirBuilder() throws Exception {
        ClassLoader ofServer = new Loader();
        ClassLoader ofClient = new Loader();
        BlockingQueue<ClassLoader> seen = new LinkedBlockingQueue<>();
        BlockingQueue<ClassLoader> seenByClient = new LinkedBlockingQueue<>();
        Runnable look = () -> seen.add(Thread.currentThread().getContextClassLoader());
        Runnable lookInClient = () -> seenByClient.add(Thread.currentThread().getContextClassLoader());
        IpcServer server = under(
                ofServer,
                () -> serve(builder -> builder.onConnect(connection -> look.run())
                        .onDisconnect((connection, reason) -> look.run())
                        .onEvent("look", event -> look.run())
                        .service("look", request -> {
                            look.run();
                            Thread.currentThread().setContextClassLoader(null);
                            return EMPTY;
                        })
                        .asyncService("later", request -> {
                            look.run();
                            request.connection().send("told", EMPTY);
                            return CompletableFuture.completedFuture(EMPTY);
                        })
                        .service("wait", request -> {
                            request.onCancel(look);
                            begun.add(EMPTY);
                            gate.await();
                            return EMPTY;
                        })));
        IpcConnection client =
                under(ofClient, () -> connect(server, builder -> builder.onEvent("told", event -> lookInClient.run())));
        for (ClassLoader caller : new ClassLoader[] {ofClient, new Loader(), null}) {
            for (int i = 0; i < 3; i++) {
                under(caller, () -> client.request("look", EMPTY));
                under(caller, () -> client.request("later", EMPTY));
                under(caller, () -> get(client.requestAsync("look", EMPTY)));
            }
        }
        client.send("look", EMPTY);
        CompletableFuture<ValueSet> given = client.requestAsync("wait", EMPTY);
        take(begun);
        given.cancel(true);
        for (int i = 0; i < 1 + 3 * 3 * 3 + 2; i++) {
            assertThat(take(seen)).isSameAs(ofServer);
        }
        for (int i = 0; i < 3 * 3; i++) {
            assertThat(take(seenByClient)).isSameAs(ofClient);
        }
        client.close();
        assertThat(take(seen)).isSameAs(ofServer);
    }
}
