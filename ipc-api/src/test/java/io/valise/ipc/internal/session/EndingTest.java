package io.valise.ipc.internal.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.valise.ipc.CloseReason;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.frame.Frames;
import io.valise.ipc.testlog.Logs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Phaser;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How connections and servers end: each end is notified once, whatever the application's code does meanwhile. */
class EndingTest {
    private static final ValueSet HI = ValueSet.of("say", "hi");

    private final ScriptedTransport transport = new ScriptedTransport();
    private final BlockingQueue<CloseReason> disconnects = new LinkedBlockingQueue<>();
    private final List<AutoCloseable> open = new ArrayList<>();

    private IpcServer.Builder scripted() {
        return IpcServer.builder("scripted:ending")
                .transport(transport)
                .onDisconnect((connection, reason) -> disconnects.add(reason));
    }

    private <T extends AutoCloseable> T opened(T it) {
        open.add(it);
        return it;
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private ScriptedPeer clientOf(CompletableFuture<IpcConnection> connecting) throws InterruptedException {
        ScriptedPeer peer = transport.nextClient().welcome();
        opened(connecting.join());
        return peer;
    }

    // ---- the user's code at the end

    @Test
    @Logs("service s: its stream failed to be cancelled")
    void publisherThatCannotBeCancelledDelaysNoOtherNotification() throws Exception {
        opened(scripted().stream(
                        "s",
                        request -> subscriber -> subscriber.onSubscribe(new Flow.Subscription() {
                            @Override
                            public void request(long more) {
                                throw new IllegalStateException("no");
                            }

                            @Override
                            public void cancel() {
                                throw new IllegalStateException("no");
                            }
                        }))
                .service("wait", request -> {
                    new CountDownLatch(1).await();
                    return null;
                })
                .start());
        ScriptedPeer peer = transport.dial().greet();
        peer.send(RawFrame.streamOpen(1, 0, "s", HI), RawFrame.streamOpen(2, 0, "s", HI));
        peer.end();
        assertThat(disconnects.take().status()).isEqualTo(IpcStatus.PEER_DIED);
    }

    @Test
    void onCancelThatBlocksDelaysNoOtherNotification() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch otherCancelled = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(2);
        opened(scripted()
                .asyncService("blocks", request -> {
                    request.onCancel(() -> {
                        try {
                            release.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    });
                    begun.countDown();
                    return new CompletableFuture<>();
                })
                .asyncService("other", request -> {
                    request.onCancel(otherCancelled::countDown);
                    begun.countDown();
                    return new CompletableFuture<>();
                })
                .start());
        ScriptedPeer peer = transport.dial().greet();
        peer.send(RawFrame.request(1, "blocks", HI), RawFrame.request(2, "other", HI));
        begun.await();
        peer.end();
        assertThat(disconnects.take().status()).isEqualTo(IpcStatus.PEER_DIED);
        otherCancelled.await();
        release.countDown();
    }

    @Test
    void futureThatWaitsForAnotherAtTheEnd() throws Exception {
        ScriptedPeer peer = clientOf(
                IpcClient.builder("scripted:ending").transport(transport).connectAsync());
        IpcConnection connection = (IpcConnection) open.get(0);
        List<CompletableFuture<ValueSet>> futures = new ArrayList<>();
        List<CompletableFuture<Object>> dependents = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            futures.add(connection.requestAsync("x", HI));
        }
        for (int i = 0; i < 10; i++) {
            CompletableFuture<ValueSet> next = futures.get((i + 1) % 10);
            dependents.add(futures.get(i)
                    .handle((reply, failure) -> next.handle((r, f) -> f).join()));
        }
        connection.closed().thenAccept(reason -> futures.forEach(CompletableFuture::join));
        peer.end();
        for (CompletableFuture<Object> dependent : dependents) {
            Object failure = dependent.get(20, TimeUnit.SECONDS);
            assertThat(failure)
                    .isInstanceOfSatisfying(
                            IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.PEER_DIED));
        }
    }

    @Test
    void listenersThatBlockDelayNoOtherNotification() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch connected = new CountDownLatch(2);
        CountDownLatch closedTold = new CountDownLatch(2);
        IpcServer server = opened(IpcServer.builder("scripted:ending")
                .transport(transport)
                .onConnect(connection -> {
                    connection.closed().thenRun(() -> {
                        closedTold.countDown();
                        awaitQuietly(release);
                    });
                    connected.countDown();
                })
                .onDisconnect((connection, reason) -> {
                    disconnects.add(reason);
                    awaitQuietly(release);
                })
                .start());
        ScriptedPeer first = transport.dial().greet();
        ScriptedPeer second = transport.dial().greet();
        connected.await();
        first.end();
        second.end();
        disconnects.take();
        disconnects.take();
        closedTold.await();
        assertThat(server.connections()).isEmpty();
        release.countDown();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Its handler may wait for nothing but the cancellation. */
    @Test
    void requestThatArrivesWithTheEndIsCancelledIfItBegins() throws Exception {
        Phaser waiting = new Phaser(1);
        opened(scripted()
                .asyncService("wait", request -> {
                    waiting.register();
                    request.onCancel(waiting::arriveAndDeregister);
                    return new CompletableFuture<>();
                })
                .start());
        for (int i = 0; i < 200; i++) {
            ScriptedPeer peer = transport.dial().greet();
            peer.send(RawFrame.request(1, "wait", HI));
            peer.end();
            assertThat(disconnects.take().status()).isEqualTo(IpcStatus.PEER_DIED);
        }
        waiting.arriveAndAwaitAdvance();
        assertThat(waiting.getRegisteredParties()).isEqualTo(1);
    }

    @Test
    void endIsToldAfterTheBeginning() throws Exception {
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        CountDownLatch connecting = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        IpcServer server = opened(IpcServer.builder("scripted:ending")
                .transport(transport)
                .onConnect(connection -> {
                    connecting.countDown();
                    awaitQuietly(release);
                    told.add("connected");
                })
                .onDisconnect((connection, reason) -> told.add("disconnected"))
                .start());
        ScriptedPeer peer = transport.dial().greet();
        connecting.await();
        IpcConnection connection = server.connections().get(0);
        peer.end();
        assertThat(connection.closed().toCompletableFuture().join().status()).isEqualTo(IpcStatus.PEER_DIED);
        release.countDown();
        assertThat(told.take()).isEqualTo("connected");
        assertThat(told.take()).isEqualTo("disconnected");
    }

    // ---- media that break where nothing is read

    @Test
    void mediumThatBreaksUnderASleepingCaller() throws Exception {
        ScriptedPeer peer = clientOf(
                IpcClient.builder("scripted:ending").transport(transport).connectAsync());
        IpcConnection connection = (IpcConnection) open.get(0);
        CompletableFuture<ValueSet> call = CompletableFuture.supplyAsync(() -> connection.request("x", HI));
        peer.next(Frames.REQUEST);
        peer.link().breakDown();
        assertThatThrownBy(call::join)
                .cause()
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.PEER_DIED));
        assertThat(connection.closed().toCompletableFuture().join().status()).isEqualTo(IpcStatus.PEER_DIED);
    }

    @Test
    void mediumThatBreaksUnderTheBackground() throws Exception {
        opened(scripted().service("echo", request -> request.message()).start());
        ScriptedPeer peer = transport.dial().greet();
        peer.send(RawFrame.request(1, "echo", HI));
        peer.next(Frames.RESPONSE);
        peer.link().breakDown();
        peer.send(RawFrame.event("unoffered", HI)); // should the link be armed already
        assertThat(disconnects.take().status()).isEqualTo(IpcStatus.PEER_DIED);
    }

    // ---- beginning

    /** An event that is broadcast while a client connects reaches it after the WELCOME, or not at all. */
    @Test
    void broadcastWhileClientsConnect() throws Exception {
        IpcServer server = opened(IpcServer.builder("local:welcome")
                .onDisconnect((connection, reason) -> disconnects.add(reason))
                .start());
        Semaphore events = new Semaphore(0); // so few that a client which must wait for a processor can take them all
        Thread broadcaster = new Thread(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                events.acquireUninterruptibly();
                server.broadcast("e", HI);
                server.connections().forEach(EndingTest::sendEvent);
            }
        });
        broadcaster.start();
        for (int i = 0; i < 300; i++) {
            events.release(1000);
            IpcConnection connection = IpcClient.connect("local:welcome");
            assertThat(connection.request("valise.ping", HI)).isEqualTo(HI);
            events.drainPermits();
            connection.close();
            assertThat(disconnects.take().status()).isEqualTo(IpcStatus.CONNECTION_CLOSED);
        }
        broadcaster.interrupt();
        events.release();
        broadcaster.join();
    }

    private static void sendEvent(IpcConnection connection) {
        try {
            connection.send("e", HI);
        } catch (IpcException e) {
            assertThat(e.status()).isIn(IpcStatus.CONNECTION_CLOSED, IpcStatus.PEER_DIED, IpcStatus.CANCELLED);
        }
    }

    @Test
    void connectedClientsAreListed() throws Exception {
        IpcServer server = opened(IpcServer.builder("local:welcome").start());
        for (int i = 0; i < 200; i++) {
            CountDownLatch heard = new CountDownLatch(1);
            try (IpcConnection connection = IpcClient.builder("local:welcome")
                    .onEvent("e", e -> heard.countDown())
                    .connect()) {
                assertThat(connection.isOpen()).isTrue();
                server.broadcast("e", HI);
                heard.await();
            }
        }
    }

    // ---- shutdown

    @Test
    void shutdownThatFinishedHasAnswered() throws Exception {
        for (int i = 0; i < 100; i++) {
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            IpcServer server = IpcServer.builder("local:shutdown")
                    .service("wait", request -> {
                        begun.countDown();
                        release.await();
                        return HI;
                    })
                    .start();
            try (IpcConnection connection = IpcClient.connect("local:shutdown")) {
                CompletableFuture<ValueSet> reply = connection.requestAsync("wait", HI);
                begun.await();
                CompletableFuture<Boolean> finished =
                        CompletableFuture.supplyAsync(() -> server.shutdown(Duration.ofSeconds(20)));
                release.countDown();
                assertThat(finished.join()).isTrue();
                assertThat(reply.join()).isEqualTo(HI);
            }
        }
    }

    @Test
    void handlerMayCallBackWhileItsServerShutsDown() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch told = new CountDownLatch(1);
        IpcServer server = opened(IpcServer.builder("local:shutdown")
                .service("back", request -> {
                    begun.countDown();
                    told.await();
                    return request.connection().request("mine", request.message());
                })
                .start());
        IpcConnection connection = opened(IpcClient.builder("local:shutdown")
                .service("mine", request -> ValueSet.of("mine", true))
                .connect());
        CompletableFuture<ValueSet> reply = connection.requestAsync("back", HI);
        begun.await();
        CompletableFuture<Boolean> finished =
                CompletableFuture.supplyAsync(() -> server.shutdown(Duration.ofSeconds(20)));
        while (connection.isOpen()) {
            Thread.onSpinWait();
        }
        IpcException refused = catchThrowableOfType(IpcException.class, () -> connection.request("back", HI));
        assertThat(refused.status()).isEqualTo(IpcStatus.CONNECTION_CLOSED);
        told.countDown();
        assertThat(reply.join().getBoolean("mine")).isTrue();
        assertThat(finished.join()).isTrue();
    }

    @Test
    void shutdownThatIsOutOfTimeSaysSo() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch cancelled = new CountDownLatch(1);
        IpcServer server = opened(IpcServer.builder("local:shutdown")
                .asyncService("never", request -> {
                    request.onCancel(cancelled::countDown);
                    begun.countDown();
                    return new CompletableFuture<>();
                })
                .start());
        IpcConnection connection = opened(IpcClient.connect("local:shutdown"));
        CompletableFuture<ValueSet> reply = connection.requestAsync("never", HI);
        begun.await();
        assertThat(server.shutdown(Duration.ofMillis(20))).isFalse();
        cancelled.await();
        assertThatThrownBy(reply::join)
                .isInstanceOfSatisfying(
                        CompletionException.class,
                        e -> assertThat(((IpcException) e.getCause()).status()).isEqualTo(IpcStatus.CONNECTION_CLOSED));
        assertThat(server.shutdown(Duration.ofSeconds(Long.MAX_VALUE))).isTrue();
        server.awaitClosed();
    }

    @Test
    void closeFromAHandlerAndItsDependents() throws Exception {
        IpcServer[] server = new IpcServer[1];
        server[0] = opened(IpcServer.builder("local:ending")
                .service("closeServer", request -> {
                    server[0].close();
                    return HI;
                })
                .service("closeMine", request -> {
                    request.connection().close();
                    return HI;
                })
                .start());
        IpcConnection mine = opened(IpcClient.connect("local:ending"));
        IpcConnection other = opened(IpcClient.connect("local:ending"));
        for (IpcConnection connection : List.of(mine, other)) {
            String service = connection == mine ? "closeMine" : "closeServer";
            IpcException failure = catchThrowableOfType(IpcException.class, () -> connection.request(service, HI));
            assertThat(failure.status()).isEqualTo(IpcStatus.CONNECTION_CLOSED);
            assertThat(connection.closed().toCompletableFuture().join().status())
                    .isEqualTo(IpcStatus.CONNECTION_CLOSED);
        }
        server[0].awaitClosed();
    }

    @Test
    void closingManyClientsThatDoNotReadTakesNoLongerThanOne() throws Exception {
        IpcServer server = opened(scripted().start());
        List<ScriptedPeer> stuck = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            ScriptedPeer peer = transport.dial().greet();
            peer.link().capacity(0);
            stuck.add(peer);
        }
        CompletableFuture<Void> closing = CompletableFuture.runAsync(server::close);
        closing.get(15, TimeUnit.SECONDS); // a fifth of a second each would be twenty
        for (ScriptedPeer peer : stuck) {
            assertThat(peer.link().isClosed()).isTrue();
        }
    }

    @Test
    void statsAddUpWhateverEnded() throws Exception {
        IpcServer server = opened(IpcServer.builder("local:stats")
                .service("echo", request -> request.message())
                .onDisconnect((connection, reason) -> disconnects.add(reason))
                .start());
        for (int i = 0; i < 10; i++) {
            try (IpcConnection connection = IpcClient.connect("local:stats")) {
                connection.request("echo", HI);
                connection.send("unoffered", HI);
                assertThatThrownBy(() -> connection.request("unoffered", HI)).isInstanceOf(IpcException.class);
                assertThat(connection.stats().requestsSent()).isEqualTo(2);
                assertThat(connection.stats().eventsSent()).isEqualTo(1);
                assertThat(connection.stats().pending()).isZero();
            }
            disconnects.take();
        }
        assertThat(server.stats().requestsServed()).isEqualTo(10);
        assertThat(server.stats().requestsRefused()).isEqualTo(10);
        assertThat(server.stats().eventsReceived()).isEqualTo(10);
        assertThat(server.stats().connections()).isZero();
    }
}
