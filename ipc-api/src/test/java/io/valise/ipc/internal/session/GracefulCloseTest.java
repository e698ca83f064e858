package io.valise.ipc.internal.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.frame.Frames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the ends of a connection tell each other of calls that no handler has seen, frame by frame. */
class GracefulCloseTest {
    private static final ValueSet HI = ValueSet.of("say", "hi");
    private static final int DRAIN = Frames.FLAG_DRAIN;

    private final ScriptedTransport transport = new ScriptedTransport();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final AtomicInteger ran = new AtomicInteger();
    private final CountDownLatch release = new CountDownLatch(1);
    private final BlockingQueue<String> begun = new LinkedBlockingQueue<>();
    /** Tasks of an executor that runs none before the test says so. */
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

    private final CountDownLatch threeTasks = new CountDownLatch(3);

    @AfterEach
    void close() throws Exception {
        release.countDown();
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    private <T extends AutoCloseable> T closing(T resource) {
        open.add(resource);
        return resource;
    }

    private IpcServer.Builder server() {
        return IpcServer.builder("scripted:closing")
                .transport(transport)
                .service("echo", request -> {
                    ran.incrementAndGet();
                    return request.message();
                })
                .service("wait", request -> {
                    begun.add("wait");
                    release.await();
                    return HI;
                });
    }

    private IpcServer queueing() {
        return closing(server().executor(task -> {
                    tasks.add(task);
                    threeTasks.countDown();
                })
                .start());
    }

    // ---- what this end says

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void goawayCountsTheCallsThatWereTaken(int version) throws Exception {
        IpcServer server = closing(server().start());
        ScriptedPeer peer = transport.dial().greet(version);
        peer.send(RawFrame.request(70, "echo", HI), RawFrame.request(7, "absent", HI));
        peer.send(RawFrame.event("seen", HI), RawFrame.streamOpen(8, 1, "echo", HI));
        for (int i = 0; i < 3; i++) {
            peer.next();
        }
        server.close();
        RawFrame goaway = peer.goaway();
        assertThat(goaway.ipcStatus()).isEqualTo(IpcStatus.OK);
        assertThat(goaway.id()).isEqualTo(version == 1 ? 0 : 3);
    }

    @Test
    void requestThatIsMalformedIsNotTaken() throws Exception {
        closing(server().start());
        ScriptedPeer peer = transport.dial().greet(2);
        peer.send(RawFrame.request(1, "echo", HI), RawFrame.of(Frames.REQUEST, 0, 2, new byte[] {4, 'e', 'c'}));
        RawFrame goaway = peer.goaway();
        assertThat(goaway.ipcStatus()).isEqualTo(IpcStatus.PROTOCOL_ERROR);
        assertThat(goaway.id()).isEqualTo(1);
    }

    @Test
    void whatWaitsForAThreadIsRefusedBeforeGoaway() throws Exception {
        IpcServer server = queueing();
        ScriptedPeer peer = transport.dial().greet(2);
        for (int id = 1; id <= 3; id++) {
            peer.send(RawFrame.request(id, "echo", HI));
        }
        threeTasks.await();
        server.close();
        List<RawFrame> rest = peer.rest();
        assertThat(rest).hasSize(4);
        assertThat(rest.subList(0, 3)).extracting(RawFrame::id).containsExactlyInAnyOrder(1L, 2L, 3L);
        for (RawFrame refusal : rest.subList(0, 3)) {
            assertThat(refusal.ipcStatus()).isEqualTo(IpcStatus.CONNECTION_CLOSED);
            assertThat(refusal.flags()).isEqualTo(Frames.FLAG_REJECTED);
        }
        assertThat(rest.get(3).kind()).isEqualTo(Frames.GOAWAY);
        assertThat(rest.get(3).id()).isEqualTo(3);
        tasks.forEach(Runnable::run);
        assertThat(ran).hasValue(0);
        assertThat(server.stats().requestsRefused()).isEqualTo(3);
    }

    @Test
    void drainTakesNothingMoreAndIsNotHeldUpByWhatComes() throws Exception {
        IpcServer server = closing(server().start());
        ScriptedPeer peer = transport.dial().greet(2);
        peer.send(RawFrame.request(1, "wait", HI));
        begun.take();
        CompletableFuture<Boolean> finished =
                CompletableFuture.supplyAsync(() -> server.shutdown(Duration.ofMinutes(10)));
        RawFrame drain = peer.next(Frames.GOAWAY);
        assertThat(drain.flags()).isEqualTo(DRAIN);
        assertThat(drain.id()).isEqualTo(1);
        for (int id = 2; id <= 5; id++) {
            peer.send(RawFrame.request(id, "echo", HI));
            RawFrame refusal = peer.next();
            assertThat(refusal.id()).isEqualTo(id);
            assertThat(refusal.flags()).isEqualTo(Frames.FLAG_REJECTED);
        }
        release.countDown();
        assertThat(peer.next().kind()).isEqualTo(Frames.RESPONSE);
        RawFrame goaway = peer.next();
        assertThat(goaway.kind()).isEqualTo(Frames.GOAWAY);
        assertThat(goaway.id()).isEqualTo(1);
        assertThat(finished.get()).isTrue();
        assertThat(ran).hasValue(0);
    }

    @Test
    void shutdownOfAPeerThatDoesNotReadItsAnswersSaysSo() throws Exception {
        IpcServer server = closing(server().start());
        ScriptedPeer peer = transport.dial().greet(2);
        peer.send(RawFrame.request(1, "wait", HI));
        begun.take();
        peer.link().capacity(0);
        CompletableFuture<Boolean> finished =
                CompletableFuture.supplyAsync(() -> server.shutdown(Duration.ofMillis(300)));
        release.countDown();
        assertThat(finished.get()).isFalse();
    }

    // ---- before a handler

    @Test
    void requestThatWasGivenUpWhileItWaitedIsNotRun() throws Exception {
        queueing();
        ScriptedPeer peer = transport.dial().greet(2);
        for (int id = 1; id <= 3; id++) {
            peer.send(RawFrame.request(id, "echo", HI));
        }
        threeTasks.await();
        peer.send(RawFrame.cancel(2), RawFrame.request(4, "absent", HI));
        assertThat(peer.next().id()).isEqualTo(4);
        tasks.forEach(Runnable::run);
        assertThat(List.of(peer.next().id(), peer.next().id())).containsExactly(1L, 3L);
        assertThat(ran).hasValue(2);
    }

    @Test
    void requestWhoseTimeWasUpWhileItWaitedIsRejected() throws Exception {
        queueing();
        ScriptedPeer peer = transport.dial().greet(2);
        peer.send(
                RawFrame.request(1, 1, "echo", HI),
                RawFrame.request(2, TimeUnit.HOURS.toNanos(1), "echo", HI),
                RawFrame.request(3, "echo", HI));
        threeTasks.await();
        tasks.forEach(Runnable::run);
        RawFrame refusal = peer.next();
        assertThat(refusal.id()).isEqualTo(1);
        assertThat(refusal.ipcStatus()).isEqualTo(IpcStatus.TIMEOUT);
        assertThat(refusal.flags()).isEqualTo(Frames.FLAG_REJECTED);
        assertThat(ran).hasValue(2);
    }

    // ---- what this end makes of what the peer says

    private ScriptedPeer connect(int version) throws Exception {
        CompletableFuture<IpcConnection> connecting =
                IpcClient.builder("scripted:closing").transport(transport).connectAsync();
        ScriptedPeer peer = transport.nextClient().welcome(version);
        closing(connecting.get());
        return peer;
    }

    private List<CompletableFuture<ValueSet>> calls(ScriptedPeer peer, int count) throws Exception {
        List<CompletableFuture<ValueSet>> calls = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            calls.add(((IpcConnection) open.get(0)).requestAsync("work", HI));
            assertThat(peer.next().kind()).isEqualTo(Frames.REQUEST);
        }
        return calls;
    }

    private static IpcException failure(CompletableFuture<?> call) {
        return (IpcException)
                catchThrowableOfType(CompletionException.class, call::join).getCause();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void whatThePeerHasNotTakenIsRejected(int version) throws Exception {
        ScriptedPeer peer = connect(version);
        List<CompletableFuture<ValueSet>> calls = calls(peer, 4);
        peer.send(RawFrame.goAway(0, IpcStatus.OK, 2, "bye")).end();
        for (int i = 0; i < 4; i++) {
            IpcException e = failure(calls.get(i));
            assertThat(e.status()).isEqualTo(IpcStatus.CONNECTION_CLOSED);
            assertThat(e.delivery()).isEqualTo(version == 1 || i < 2 ? Delivery.UNKNOWN : Delivery.REJECTED);
        }
    }

    @Test
    void drainThatEndsInDeathStillTellsWhatWasNotTaken() throws Exception {
        ScriptedPeer peer = connect(2);
        List<CompletableFuture<ValueSet>> calls = calls(peer, 3);
        peer.send(RawFrame.goAway(DRAIN, IpcStatus.OK, 1, "soon")).end();
        for (int i = 0; i < 3; i++) {
            IpcException e = failure(calls.get(i));
            assertThat(e.status()).isEqualTo(IpcStatus.PEER_DIED);
            assertThat(e.delivery()).isEqualTo(i < 1 ? Delivery.UNKNOWN : Delivery.REJECTED);
        }
    }

    @Test
    void laterGoawayCannotTakeBackThatACallWasNotTaken() throws Exception {
        ScriptedPeer peer = connect(2);
        List<CompletableFuture<ValueSet>> calls = calls(peer, 2);
        peer.send(RawFrame.goAway(DRAIN, IpcStatus.OK, 1, "soon"), RawFrame.goAway(0, IpcStatus.OK, 2, "bye"))
                .end();
        assertThat(failure(calls.get(0)).delivery()).isEqualTo(Delivery.UNKNOWN);
        assertThat(failure(calls.get(1)).delivery()).isEqualTo(Delivery.REJECTED);
    }
}
