package io.valise.ipc.internal.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.ThreadMXBean;
import io.valise.ipc.CloseReason;
import io.valise.ipc.Delivery;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.frame.Frames;
import io.valise.ipc.internal.frame.Reassembly;
import io.valise.ipc.testlog.Logs;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Peers that read slower than this end sends: memory stays bounded, and other connections are not delayed. */
class PressureTest {
    private static final ValueSet HI = ValueSet.of("say", "hi");
    private static final int CHUNK = 4 << 10;

    private final ScriptedTransport transport = new ScriptedTransport();
    private final BlockingQueue<CloseReason> disconnects = new LinkedBlockingQueue<>();
    private final CountDownLatch release = new CountDownLatch(1);
    private final CountDownLatch handling = new CountDownLatch(1);
    private final List<AutoCloseable> open = new ArrayList<>();

    private IpcServer.Builder builder() {
        return IpcServer.builder("scripted:pressure")
                .transport(transport)
                .onDisconnect((connection, reason) -> disconnects.add(reason))
                .service("echo", request -> request.message())
                .onEvent("slow", event -> {
                    handling.countDown();
                    release.await();
                });
    }

    private IpcServer start(IpcServer.Builder builder) {
        IpcServer server = builder.start();
        open.add(server);
        return server;
    }

    @AfterEach
    void close() throws Exception {
        release.countDown();
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    @Test
    void slowEventHandlerStopsTheReadingOfItsConnectionOnly() throws Exception {
        start(builder());
        ScriptedPeer flood = transport.dial().greet();
        RawFrame event = RawFrame.event("slow", ValueSet.of("b", new byte[CHUNK]));
        int frames = (64 << 20) / CHUNK;
        for (int i = 0; i < frames; i++) {
            flood.send(event);
        }
        handling.await();
        ScriptedPeer other = transport.dial().greet();
        for (int i = 0; i < 100; i++) {
            other.send(RawFrame.request(i + 1, "echo", HI));
            assertThat(other.next().id()).isEqualTo(i + 1);
        }
        // at most the backlog's limit of 16 MiB and a little more was read, whatever time there was
        assertThat((long) (frames - flood.link().unread()) * CHUNK).isLessThan(24L << 20);
        release.countDown();
        flood.send(RawFrame.request(1, "echo", HI));
        assertThat(flood.next().message()).isEqualTo(HI);
        assertThat(flood.link().unread()).isZero();
    }

    @Test
    void anInterruptThatAHandlerLeavesCostsNotTheReasonWhyThereIsNoReply() throws Exception {
        start(builder().service("large", request -> {
            Thread.currentThread().interrupt();
            return ValueSet.of("b", new byte[2 << 20]);
        }));
        ScriptedPeer peer = transport.dial().greet();
        peer.link().capacity(0);
        peer.send(RawFrame.request(1, "large", HI));
        peer.link().awaitBlockedSender();
        peer.link().capacity(Integer.MAX_VALUE);
        RawFrame answer = peer.next();
        assertThat(answer.kind()).isEqualTo(Frames.ERROR);
        assertThat(answer.id()).isEqualTo(1);
        assertThat(answer.ipcStatus()).isEqualTo(IpcStatus.MESSAGE_TOO_LARGE);
    }

    /** Memory grows with the bytes that have arrived, not with the length that was announced. */
    @Test
    void announcedLengthAllocatesLittleUntilItsBytesArrive() throws Exception {
        start(builder());
        ScriptedPeer peer = transport.dial().greet();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        ThreadLocal<Long> before = ThreadLocal.withInitial(threads::getCurrentThreadAllocatedBytes); // one may poll now
        BlockingQueue<Long> allocated = new LinkedBlockingQueue<>();
        peer.link().beforePoll(() -> before.set(threads.getCurrentThreadAllocatedBytes()));
        peer.link().afterFrames(() -> allocated.add(threads.getCurrentThreadAllocatedBytes() - before.get()));
        peer.send(RawFrame.fragment(RawFrame.FIRST, RawFrame.u32(15 << 20), new byte[100]));
        assertThat(allocated.take()).isLessThan(4L << 20);
        peer.send(RawFrame.request(1, "echo", HI));
        assertThat(peer.next().message()).isEqualTo(HI);
    }

    @Test
    void slowSubscriberOfAnEndlessStreamStopsTheReading() throws Exception {
        CompletableFuture<IpcConnection> connecting =
                IpcClient.builder("scripted:pressure").transport(transport).connectAsync();
        ScriptedPeer peer = transport.nextClient().welcome();
        open.add(connecting.join());
        connecting.join().stream("s", HI).subscribe(new Flows.Endless(item -> {
            handling.countDown();
            release.await();
        }));
        long id = peer.next(Frames.STREAM_OPEN).id();
        RawFrame item = RawFrame.streamItem(id, ValueSet.of("b", new byte[CHUNK]));
        int frames = (64 << 20) / CHUNK;
        for (int i = 0; i < frames; i++) {
            peer.send(item);
        }
        handling.await();
        CompletableFuture<ValueSet> call =
                CompletableFuture.supplyAsync(() -> connecting.join().request("x", HI, Duration.ofMillis(200)));
        assertThat(catchThrowableOfType(Exception.class, call::join)).isNotNull();
        assertThat((long) (frames - peer.link().unread()) * CHUNK).isLessThanOrEqualTo(160L << 20);
    }

    @Test
    void callersReadOnButNotWithoutLimit() throws Exception {
        CompletableFuture<IpcConnection> connecting = IpcClient.builder("scripted:pressure")
                .transport(transport)
                .maxMessageBytes(CHUNK * 2)
                .onEvent("slow", event -> {
                    handling.countDown();
                    release.await();
                })
                .connectAsync();
        ScriptedPeer peer = transport.nextClient().welcome();
        open.add(connecting.join());
        RawFrame event = RawFrame.event("slow", ValueSet.of("b", new byte[CHUNK]));
        for (int i = 0; i < (80 << 20) / CHUNK; i++) {
            peer.send(event);
        }
        handling.await();
        IpcException failure = catchThrowableOfType(
                IpcException.class, () -> connecting.join().request("x", HI, Duration.ofSeconds(20)));
        assertThat(failure.status()).isEqualTo(IpcStatus.RESOURCE_EXHAUSTED);
        assertThat(peer.goaway().ipcStatus()).isEqualTo(IpcStatus.RESOURCE_EXHAUSTED);
    }

    @Test
    void broadcastToAClientThatDoesNotRead() throws Exception {
        IpcServer server = start(builder());
        ScriptedPeer stuck = transport.dial().greet();
        stuck.link().capacity(0);
        ScriptedPeer fine = transport.dial().greet();
        ValueSet chunk = ValueSet.of("b", new byte[CHUNK]);
        int sent = 0;
        while (disconnects.isEmpty()) {
            server.broadcast("e", chunk);
            assertThat(fine.next().kind()).isEqualTo(Frames.EVENT);
            sent++;
            assertThat((long) sent * CHUNK)
                    .as("bytes kept for the stuck client")
                    .isLessThan(64L << 20);
        }
        assertThat(disconnects.take().status()).isEqualTo(IpcStatus.RESOURCE_EXHAUSTED);
        assertThat(stuck.link().isClosed()).isTrue();
        fine.send(RawFrame.request(1, "echo", HI));
        assertThat(fine.next().message()).isEqualTo(HI);
    }

    @Test
    void broadcastThatTheMediumTookInPartIsBroughtThere() throws Exception {
        IpcServer server = start(builder());
        ScriptedPeer peer = transport.dial().greet();
        peer.link().flushes(0);
        server.broadcast("e", HI);
        peer.link().awaitBlockedSender();
        peer.link().flushes(Integer.MAX_VALUE);
        assertThat(peer.next().kind()).isEqualTo(Frames.EVENT);
    }

    @Test
    @Logs("event large does not reach")
    void broadcastTooLargeForOneReachesTheOthers() throws Exception {
        IpcServer server = start(IpcServer.builder("local:pressure"));
        CountDownLatch heard = new CountDownLatch(1);
        CountDownLatch small = new CountDownLatch(1);
        IpcConnection narrow = IpcClient.builder("local:pressure")
                .maxMessageBytes(4096)
                .onEvent("small", event -> small.countDown())
                .connect();
        IpcConnection wide = IpcClient.builder("local:pressure")
                .onEvent("large", event -> heard.countDown())
                .connect();
        open.add(narrow);
        open.add(wide);
        server.broadcast("large", ValueSet.of("b", new byte[5000]));
        server.broadcast("small", HI);
        heard.await();
        small.await();
        assertThat(narrow.isOpen()).isTrue();
    }

    private Session clientOf(ScriptedPeer[] peer) throws InterruptedException {
        CompletableFuture<IpcConnection> connecting = IpcClient.builder("scripted:pressure")
                .transport(transport)
                .requestTimeout(Duration.ofSeconds(20))
                .connectAsync();
        peer[0] = transport.nextClient().welcome();
        open.add(connecting.join());
        return (Session) connecting.join();
    }

    @Test
    void interruptEndsASendThatWaitsForRoom() throws Exception {
        ScriptedPeer[] peer = new ScriptedPeer[1];
        Session session = clientOf(peer);
        peer[0].link().capacity(0);
        CompletableFuture<IpcException> failure = new CompletableFuture<>();
        CompletableFuture<Boolean> status = new CompletableFuture<>();
        Thread sender = new Thread(() -> {
            failure.complete(catchThrowableOfType(IpcException.class, () -> session.request("x", HI)));
            status.complete(Thread.currentThread().isInterrupted());
        });
        sender.start();
        peer[0].link().awaitBlockedSender();
        sender.interrupt();
        assertThat(failure.join().status()).isEqualTo(IpcStatus.CANCELLED);
        assertThat(failure.join().delivery()).isEqualTo(Delivery.NOT_SENT);
        assertThat(status.join()).isTrue();
        assertThat(session.stats().pending()).isZero();
        peer[0].link().capacity(100);
        CompletableFuture<ValueSet> reply = session.requestAsync("y", HI);
        peer[0].send(RawFrame.response(peer[0].next(Frames.REQUEST).id(), HI));
        assertThat(reply.join()).isEqualTo(HI);
    }

    @Test
    void requestThatCannotBeSentInTimeWasNotSent() throws Exception {
        ScriptedPeer[] peer = new ScriptedPeer[1];
        Session session = clientOf(peer);
        peer[0].link().capacity(0);
        IpcException failure =
                catchThrowableOfType(IpcException.class, () -> session.request("x", HI, Duration.ofMillis(20)));
        assertThat(failure.status()).isEqualTo(IpcStatus.TIMEOUT);
        assertThat(failure.delivery()).isEqualTo(Delivery.NOT_SENT);
        assertThat(session.stats().pending()).isZero();
    }

    /** A long frame that was abandoned half sent does not damage the next one. */
    @Test
    void longFrameThatWasCutShortIsDropped() throws Exception {
        ScriptedPeer[] peer = new ScriptedPeer[1];
        Session session = clientOf(peer);
        peer[0].link().capacity(2);
        ValueSet large = ValueSet.of("b", new byte[100_000]);
        IpcException failure =
                catchThrowableOfType(IpcException.class, () -> session.request("x", large, Duration.ofMillis(50)));
        assertThat(failure.status()).isEqualTo(IpcStatus.TIMEOUT);
        assertThat(failure.delivery()).isEqualTo(Delivery.NOT_SENT);
        peer[0].link().capacity(1000);
        CompletableFuture<ValueSet> reply = session.requestAsync("y", large);
        Reassembly reassembly = new Reassembly(1 << 20);
        byte[] whole = null;
        while (whole == null) {
            RawFrame part = peer[0].next(Frames.FRAGMENT);
            ByteBuffer done = reassembly.add(part.flags(), ByteBuffer.wrap(part.body()));
            whole = done == null ? null : Arrays.copyOf(done.array(), done.limit());
        }
        RawFrame request = RawFrame.parse(whole);
        assertThat(request.kind()).isEqualTo(Frames.REQUEST);
        peer[0].send(RawFrame.response(request.id(), HI));
        assertThat(reply.join()).isEqualTo(HI);
    }
}
