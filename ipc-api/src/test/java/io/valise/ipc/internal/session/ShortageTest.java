package io.valise.ipc.internal.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.CloseReason;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.WaitStrategy;
import io.valise.ipc.internal.frame.Frames;
import io.valise.ipc.testlog.Logs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Links that cannot be waited for, because the process lacks descriptors, memory or threads: connections live on. */
class ShortageTest {
    private static final ValueSet HI = ValueSet.of("say", "hi");

    private final ScriptedTransport transport = new ScriptedTransport();
    private final BlockingQueue<CloseReason> disconnects = new LinkedBlockingQueue<>();
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    static Stream<Throwable> lacks() {
        return Stream.of(
                new IpcException(IpcStatus.RESOURCE_EXHAUSTED, "no descriptor to wait with"),
                new OutOfMemoryError("unable to create native thread"));
    }

    private ScriptedPeer serve() throws InterruptedException {
        open.add(IpcServer.builder("scripted:short")
                .transport(transport)
                .onDisconnect((connection, reason) -> disconnects.add(reason))
                .service("echo", request -> request.message())
                .start());
        return transport.dial().greet();
    }

    private ScriptedPeer connect() throws InterruptedException {
        CompletableFuture<IpcConnection> connecting = IpcClient.builder("scripted:short")
                .transport(transport)
                .waitStrategy(WaitStrategy.blocking())
                .connectAsync();
        ScriptedPeer peer = transport.nextClient().welcome();
        open.add(connecting.join());
        return peer;
    }

    private Session session() {
        return (Session) open.get(0);
    }

    @ParameterizedTest
    @MethodSource("lacks")
    void aServerThatCannotWaitForItsClientServesIt(Throwable lack) throws Exception {
        ScriptedPeer client = serve();
        client.link().lacks(lack);
        client.link().awaitRefusedWaits(5);
        for (int i = 1; i <= 20; i++) {
            client.send(RawFrame.request(i, "echo", HI));
            assertThat(client.next().message()).isEqualTo(HI);
        }
        client.link().lacks(null);
        client.send(RawFrame.request(21, "echo", HI));
        assertThat(client.next().message()).isEqualTo(HI);
        assertThat(disconnects).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("lacks")
    void aCallerThatCannotWaitForItsReplyGetsIt(Throwable lack) throws Exception {
        ScriptedPeer server = connect();
        server.link().lacks(lack);
        CompletableFuture<ValueSet> reply =
                CompletableFuture.supplyAsync(() -> session().request("x", HI));
        long id = server.next(Frames.REQUEST).id();
        server.link().awaitRefusedWaits(5);
        server.send(RawFrame.response(id, HI));
        assertThat(reply.join()).isEqualTo(HI);
        assertThat(session().isOpen()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("lacks")
    void aSenderThatCannotWaitForRoomSendsOnceThereIsSome(Throwable lack) throws Exception {
        ScriptedPeer server = connect();
        server.link().capacity(0);
        server.link().lacks(lack);
        CompletableFuture<ValueSet> reply =
                CompletableFuture.supplyAsync(() -> session().request("x", HI));
        server.link().awaitRefusedWaits(5);
        server.link().capacity(10);
        server.send(RawFrame.response(server.next(Frames.REQUEST).id(), HI));
        assertThat(reply.join()).isEqualTo(HI);
    }

    @Test
    @Logs("no memory to tell the peer that a call")
    void aCallThatIsOverdueEndsAndTheConnectionIsReadOnThoughThePeerCannotBeTold() throws Exception {
        ScriptedPeer server = connect();
        IpcConnection connection = (IpcConnection) open.get(0);
        server.link().lacksMemoryAfter(1); // which is the request
        assertThatThrownBy(() -> connection.request("never", HI, Duration.ofMillis(10)))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.TIMEOUT));
        CompletableFuture<ValueSet> next = connection.requestAsync("echo", HI);
        server.next(Frames.REQUEST);
        server.send(RawFrame.response(server.next(Frames.REQUEST).id(), HI));
        assertThat(next.get()).isEqualTo(HI);
    }

    /** The link has ended; this process lacks nothing. */
    @Test
    void aBrokenMediumIsNoShortage() throws Exception {
        ScriptedPeer client = serve();
        client.link().lacks(new IpcException(IpcStatus.PEER_DIED, "the medium is broken"));
        assertThat(disconnects.take().status()).isEqualTo(IpcStatus.PEER_DIED);
    }

    /** The link has room, but the sending thread gets no processor: simulated by a link that blocks it. */
    @Test
    void aBroadcastWaitsForTheThreadsOfThisProcessAndDropsNoClient() throws Exception {
        ScriptedPeer client = serve();
        IpcServer server = (IpcServer) open.get(0);
        IpcConnection connection = server.connections().get(0);
        client.link().holdsUpSenders(true);
        CompletableFuture<Void> heldUp = CompletableFuture.runAsync(() -> connection.send("first", HI));
        client.link().awaitBlockedSender();
        ValueSet chunk = ValueSet.of("b", new byte[4 << 10]);
        int count = (16 << 20) / (4 << 10);
        Thread broadcaster = new Thread(() -> {
            for (int i = 0; i < count; i++) {
                server.broadcast("e", chunk);
            }
        });
        broadcaster.start();
        while (disconnects.isEmpty() && !waitsInBroadcast(broadcaster)) {
            Thread.onSpinWait();
        }
        client.link().holdsUpSenders(false);
        heldUp.join();
        for (int i = 0; i <= count; i++) {
            assertThat(client.next().kind()).isEqualTo(Frames.EVENT);
        }
        broadcaster.join();
        assertThat(disconnects).isEmpty();
    }

    private static boolean waitsInBroadcast(Thread broadcaster) {
        return broadcaster.getState() == Thread.State.TIMED_WAITING
                && Stream.of(broadcaster.getStackTrace())
                        .anyMatch(frame -> frame.getClassName().equals(Broadcasts.class.getName()));
    }
}
