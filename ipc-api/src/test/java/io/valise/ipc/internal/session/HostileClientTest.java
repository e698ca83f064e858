package io.valise.ipc.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.CloseReason;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.frame.Frames;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SubmissionPublisher;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients that break the protocol: the server closes that connection with the reason, and goes on serving the others. */
class HostileClientTest {
    private static final ValueSet HI = ValueSet.of("say", "hi");

    private final ScriptedTransport transport = new ScriptedTransport();
    private final BlockingQueue<CloseReason> disconnects = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final CountDownLatch release = new CountDownLatch(1);
    private final CountDownLatch cancelled = new CountDownLatch(1);
    private final SubmissionPublisher<ValueSet> items = new SubmissionPublisher<>(Runnable::run, 1024);
    private IpcServer server;

    @BeforeEach
    void start() {
        server = IpcServer.builder("scripted:hostile")
                .transport(transport)
                .maxMessageBytes(64 << 10)
                .service("echo", request -> request.message())
                .service("wait", request -> {
                    request.onCancel(cancelled::countDown);
                    release.await();
                    return null;
                })
                .stream("items", request -> items)
                .onEvent("event", event -> events.add(event.message().getString("say")))
                .onDisconnect((connection, reason) -> disconnects.add(reason))
                .start();
    }

    @AfterEach
    void othersAreServedStill() throws InterruptedException {
        release.countDown();
        ScriptedPeer other = transport.dial().greet();
        other.send(RawFrame.request(77, "echo", HI));
        assertThat(other.next(Frames.RESPONSE).message()).isEqualTo(HI);
        server.close();
    }

    private static void assertThrownOut(ScriptedPeer peer, String... saying) throws InterruptedException {
        RawFrame goaway = peer.goaway();
        assertThat(goaway).as("GOAWAY").isNotNull();
        assertThat(goaway.ipcStatus()).isEqualTo(IpcStatus.PROTOCOL_ERROR);
        for (String part : saying) {
            assertThat(goaway.text()).contains(part);
        }
    }

    private void assertThrownOut(RawFrame frame, String... saying) throws InterruptedException {
        ScriptedPeer peer = transport.dial().greet();
        peer.send(frame);
        assertThrownOut(peer, saying);
        assertThat(disconnects.take().status()).isEqualTo(IpcStatus.PROTOCOL_ERROR);
    }

    private static void assertServed(ScriptedPeer peer) throws InterruptedException {
        peer.send(RawFrame.request(1000, "echo", HI));
        RawFrame answer = peer.next();
        assertThat(answer.kind()).as(answer.toString()).isEqualTo(Frames.RESPONSE);
        assertThat(answer.id()).isEqualTo(1000);
    }

    // ---- greetings

    @Test
    void requestBeforeHello() throws InterruptedException {
        ScriptedPeer peer = transport.dial().send(RawFrame.request(1, "echo", HI));
        assertThrownOut(peer, "expected HELLO", "kind=3");
    }

    @Test
    void wrongMagic() throws InterruptedException {
        ScriptedPeer peer = transport.dial();
        peer.send(RawFrame.of(1, 0, 1, RawFrame.u32(0x47455420), RawFrame.u16(1), RawFrame.u16(1), HI.toCbor()));
        assertThrownOut(peer, "magic");
    }

    @Test
    void versionsWithoutOverlapNameBoth() throws InterruptedException {
        ScriptedPeer peer = transport.dial();
        byte[] unreadable = {(byte) 0xff, 1, 2, 3};
        peer.send(RawFrame.of(1, 0, 5, RawFrame.u32(0x564c5345), RawFrame.u16(3), RawFrame.u16(9), unreadable));
        RawFrame error = peer.next();
        assertThat(error.kind()).isEqualTo(Frames.ERROR);
        assertThat(error.id()).isEqualTo(5);
        assertThat(error.ipcStatus()).isEqualTo(IpcStatus.VERSION_MISMATCH);
        assertThat(error.text()).contains("speaks 1 to 2", "client 3 to 9");
        assertThat(peer.goaway().ipcStatus()).isEqualTo(IpcStatus.VERSION_MISMATCH);
        assertThat(disconnects).isEmpty();
    }

    @Test
    void laterVersionsThatReachBackAreWelcome() throws InterruptedException {
        ScriptedPeer peer = transport.dial().send(RawFrame.hello(0, 900));
        RawFrame welcome = peer.next();
        assertThat(welcome.kind()).isEqualTo(Frames.WELCOME);
        assertThat(welcome.body()).startsWith(0, 2);
        assertServed(peer);
    }

    @Test
    void helloTwice() throws InterruptedException {
        assertThrownOut(RawFrame.hello(1, 1), "HELLO");
    }

    @Test
    void helloTwiceIsNoOptionalFrame() throws InterruptedException {
        RawFrame hello = RawFrame.hello(1, 1);
        assertThrownOut(new RawFrame(1, RawFrame.OPTIONAL, 0, 2, hello.body()), "HELLO");
    }

    @Test
    void welcomeFromAClient() throws InterruptedException {
        assertThrownOut(transport.dial().send(RawFrame.welcome(0)), "expected HELLO", "kind=2");
        assertThrownOut(RawFrame.welcome(0), "WELCOME");
    }

    @Test
    void truncatedHello() throws InterruptedException {
        assertThrownOut(transport.dial().send(RawFrame.of(1, 0, 1, RawFrame.u32(0x564c5345))), "too early");
    }

    @Test
    void fragmentBeforeHello() throws InterruptedException {
        assertThrownOut(
                transport.dial().send(RawFrame.fragment(RawFrame.FIRST, RawFrame.u32(100), new byte[8])),
                "expected HELLO");
    }

    /** Nothing but a HELLO may stop the clock by which silent connections are ended. */
    @Test
    void errorInsteadOfHello() throws InterruptedException {
        ScriptedPeer peer = transport.dial().send(RawFrame.error(0, 0, IpcStatus.TIMEOUT, "hush"));
        assertThrownOut(peer, "expected HELLO");
    }

    @Test
    void goAwayInsteadOfHello() throws InterruptedException {
        ScriptedPeer peer = transport.dial().send(RawFrame.goAway(0, IpcStatus.OK, "bye"));
        peer.end();
        assertThat(peer.rest()).isEmpty();
        assertThat(disconnects).isEmpty();
    }

    @Test
    void silenceIsEndedInTime() throws InterruptedException {
        ScriptedPeer peer = transport.dial();
        RawFrame goaway = peer.goaway();
        assertThat(goaway.ipcStatus()).isEqualTo(IpcStatus.TIMEOUT);
        assertThat(goaway.text()).contains("HELLO");
    }

    // ---- frames

    @Test
    void unknownKindEndsTheConnectionUnlessOptional() throws InterruptedException {
        ScriptedPeer peer = transport.dial().greet();
        peer.send(RawFrame.of(99, RawFrame.OPTIONAL, 3, new byte[100]));
        peer.send(RawFrame.of(0, RawFrame.OPTIONAL, 3));
        assertServed(peer);
        assertThrownOut(RawFrame.of(99, 0, 3), "kind", "actual=99");
        assertThrownOut(RawFrame.of(-1, 0x7f, 3), "kind", "actual=-1");
    }

    @Test
    void unknownFlagsAndStatusAreIgnored() throws InterruptedException {
        ScriptedPeer peer = transport.dial().greet();
        RawFrame request = RawFrame.request(4, "echo", HI);
        peer.send(new RawFrame(3, 0x78, 0xffff, 4, request.body()));
        assertThat(peer.next(Frames.RESPONSE).message()).isEqualTo(HI);
    }

    @Test
    void truncatedHeaders() throws InterruptedException {
        for (int length = 1; length < 12; length++) {
            ScriptedPeer peer = transport.dial().greet();
            peer.sendBytes(new byte[length]);
            assertThrownOut(peer, "minimum=12", "actual=" + length);
        }
    }

    @Test
    void namesThatAreNone() throws InterruptedException {
        assertThrownOut(RawFrame.of(3, 0, 1, new byte[] {0}, HI.toCbor()), "name", "minimum=1");
        assertThrownOut(RawFrame.of(3, 0, 1, new byte[] {(byte) 200, 'a'}), "199 bytes too early");
        assertThrownOut(RawFrame.of(3, 0, 1), "1 bytes too early");
        assertThrownOut(RawFrame.of(3, 0, 1, new byte[] {2, (byte) 0xc3, 'a'}, HI.toCbor()), "UTF-8");
        assertThrownOut(RawFrame.of(6, 0, 0, new byte[] {0}, HI.toCbor()), "name", "minimum=1");
    }

    @Test
    void longestNameIsLookedUp() throws InterruptedException {
        ScriptedPeer peer = transport.dial().greet();
        peer.send(RawFrame.request(1, "x".repeat(255), HI));
        RawFrame error = peer.next();
        assertThat(error.ipcStatus()).isEqualTo(IpcStatus.SERVICE_NOT_FOUND);
        assertThat(error.flags()).isEqualTo(Frames.FLAG_REJECTED);
    }

    @Test
    void bodiesThatAreNone() throws InterruptedException {
        assertThrownOut(RawFrame.of(3, 0, 1, RawFrame.name("echo")));
        assertThrownOut(RawFrame.of(3, 0, 1, RawFrame.name("echo"), new byte[] {(byte) 0xff}));
        assertThrownOut(RawFrame.of(3, 0, 1, RawFrame.name("echo"), new byte[] {1}));
        assertThrownOut(RawFrame.of(3, 0, 1, RawFrame.name("echo"), HI.toCbor(), new byte[] {0}), "1 bytes too many");
        assertThrownOut(RawFrame.of(3, 1, 1, RawFrame.name("echo"), HI.toCbor()));
        assertThrownOut(RawFrame.of(3, 2, 1, RawFrame.name("e")));
        assertThrownOut(RawFrame.of(6, 0, 0, RawFrame.name("event"), new byte[] {(byte) 0xbf}));
        assertThrownOut(RawFrame.of(10, 0, 1, new byte[7]), "too early");
    }

    @Test
    void requestIdInUse() throws InterruptedException {
        assertInUse(7, 7);
    }

    /** Ids 7 and 71 share a slot of the table. The first 71 is kept outside of it, and is still in use when the slot is free. */
    @Test
    void requestIdInUseElsewhere() throws InterruptedException {
        ScriptedPeer peer = transport.dial().greet();
        peer.send(RawFrame.streamOpen(7, 1, "items", HI), RawFrame.request(71, "wait", HI), RawFrame.cancel(7));
        peer.send(RawFrame.request(71, "wait", HI));
        assertThrownOut(peer, "request id 71", "under way");
    }

    private void assertInUse(long first, long second) throws InterruptedException {
        ScriptedPeer peer = transport.dial().greet();
        peer.send(RawFrame.request(first, "wait", HI), RawFrame.request(second, "wait", HI));
        assertThrownOut(peer, "request id " + second, "under way");
        cancelled.await();
    }

    @Test
    void requestOfNoServiceWithAnIdInUse() throws InterruptedException {
        ScriptedPeer peer = transport.dial().greet();
        peer.send(RawFrame.request(7, "wait", HI), RawFrame.request(7, "unoffered", HI));
        assertThrownOut(peer, "request id 7", "under way");
        cancelled.await();
    }

    @Test
    void answersToNoCallAreIgnored() throws InterruptedException {
        ScriptedPeer peer = transport.dial().greet();
        peer.send(RawFrame.response(12, HI), RawFrame.error(13, 0, IpcStatus.TIMEOUT, "late"));
        peer.send(RawFrame.streamItem(14, HI), RawFrame.streamEnd(15), RawFrame.credit(16, 5), RawFrame.cancel(17));
        peer.send(RawFrame.of(4, 0, 18, new byte[] {(byte) 0xff}));
        assertServed(peer);
    }

    @Test
    void eventsWithoutAHandlerAreIgnored() throws InterruptedException {
        ScriptedPeer peer = transport.dial().greet();
        peer.send(RawFrame.event("unoffered", HI), RawFrame.event("event", HI));
        assertThat(events.take()).isEqualTo("hi");
        assertServed(peer);
    }

    // ---- streams

    @Test
    void creditMustBePositive() throws InterruptedException {
        for (long credit : new long[] {0, -1, Long.MIN_VALUE}) {
            ScriptedPeer peer = transport.dial().greet();
            peer.send(RawFrame.streamOpen(3, 1, "items", HI), RawFrame.credit(3, credit));
            assertThrownOut(peer, "CREDIT", "actual=" + credit);
        }
    }

    @Test
    void firstCreditMustNotBeNegative() throws InterruptedException {
        assertThrownOut(RawFrame.streamOpen(3, -5, "items", HI), "STREAM_OPEN", "actual=-5");
    }

    @Test
    void neverMoreItemsThanCredit() throws InterruptedException {
        ScriptedPeer peer = transport.dial().greet();
        peer.send(RawFrame.streamOpen(3, 0, "items", HI), RawFrame.credit(3, 2), RawFrame.request(4, "echo", HI));
        peer.next(Frames.RESPONSE);
        for (int i = 0; i < 10; i++) {
            items.submit(ValueSet.of("i", i));
        }
        assertThat(peer.next().message().getInt("i")).isZero();
        assertThat(peer.next().message().getInt("i")).isEqualTo(1);
        assertServed(peer);
        peer.send(RawFrame.credit(3, Long.MAX_VALUE), RawFrame.credit(3, Long.MAX_VALUE));
        for (int i = 2; i < 10; i++) {
            assertThat(peer.next().message().getInt("i")).isEqualTo(i);
        }
        items.close();
        assertThat(peer.next().kind()).isEqualTo(Frames.STREAM_END);
    }

    @Test
    void flagOfADeadlineMeansNothingToAStream() throws InterruptedException {
        ScriptedPeer peer = transport.dial().greet();
        RawFrame open = RawFrame.streamOpen(3, 1, "items", HI);
        peer.send(new RawFrame(open.kind(), Frames.FLAG_DEADLINE, 0, 3, open.body()));
        assertServed(peer);
        items.submit(HI);
        assertThat(peer.next(Frames.STREAM_ITEM).message()).isEqualTo(HI);
    }

    @Test
    void cancelledStreamEndsInSilence() throws InterruptedException {
        ScriptedPeer peer = transport.dial().greet();
        peer.send(
                RawFrame.streamOpen(3, 5, "items", HI), RawFrame.cancel(3), RawFrame.cancel(3), RawFrame.credit(3, 1));
        assertServed(peer);
        while (items.hasSubscribers()) { // the thread that opened it may have been overtaken
            Thread.onSpinWait();
        }
    }

    @Test
    void callsOfTheWrongKindAreToldSo() throws InterruptedException {
        ScriptedPeer peer = transport.dial().greet();
        peer.send(RawFrame.request(1, "items", HI));
        assertThat(peer.next().ipcStatus()).isEqualTo(IpcStatus.UNSUPPORTED);
        peer.send(RawFrame.streamOpen(2, 1, "echo", HI));
        assertThat(peer.next().ipcStatus()).isEqualTo(IpcStatus.UNSUPPORTED);
    }

    // ---- fragments

    private static RawFrame[] fragments(byte[] whole, int partBytes) {
        int parts = (whole.length + partBytes - 1) / partBytes;
        RawFrame[] all = new RawFrame[parts];
        for (int i = 0; i < parts; i++) {
            byte[] part = Arrays.copyOfRange(whole, i * partBytes, Math.min(whole.length, (i + 1) * partBytes));
            int flags = (i == 0 ? RawFrame.FIRST : 0) | (i == parts - 1 ? RawFrame.LAST : 0);
            all[i] = i == 0
                    ? RawFrame.fragment(flags, RawFrame.u32(whole.length), part)
                    : RawFrame.fragment(flags, part);
        }
        return all;
    }

    @Test
    void smallFramesPassBetweenFragments() throws InterruptedException {
        ScriptedPeer peer = transport.dial().greet();
        ValueSet large = ValueSet.of("b", new byte[20_000]);
        for (RawFrame part : fragments(RawFrame.request(1, "echo", large).bytes(), 3000)) {
            assertServed(peer);
            peer.send(part);
        }
        RawFrame first = peer.next();
        assertThat(first.kind()).isEqualTo(Frames.FRAGMENT);
        assertThat(first.flags()).isEqualTo(RawFrame.FIRST);
    }

    @Test
    void newFirstFragmentDropsWhatIsUnfinished() throws InterruptedException {
        ScriptedPeer peer = transport.dial().greet();
        peer.send(fragments(
                RawFrame.request(1, "echo", ValueSet.of("b", new byte[9000])).bytes(), 3000)[0]);
        peer.send(fragments(RawFrame.request(2, "echo", HI).bytes(), 10));
        RawFrame answer = peer.next();
        assertThat(answer.id()).isEqualTo(2);
        assertThat(answer.message()).isEqualTo(HI);
    }

    @Test
    void fragmentsThatDoNotAddUp() throws InterruptedException {
        assertThrownOut(RawFrame.fragment(RawFrame.FIRST, RawFrame.u32(20), new byte[21]), "announced=20", "actual=21");
        assertThrownOut(RawFrame.fragment(3, RawFrame.u32(20), new byte[19]), "announced=20", "actual=19");
        assertThrownOut(RawFrame.fragment(RawFrame.FIRST, RawFrame.u32(11), new byte[1]), "announced=11");
        assertThrownOut(RawFrame.fragment(RawFrame.FIRST, new byte[3]), "minimum=4");
        assertThrownOut(RawFrame.fragment(0, new byte[1]), "announced=0");
        assertThrownOut(RawFrame.fragment(RawFrame.LAST));
    }

    @Test
    void fragmentsBeyondTheLimit() throws InterruptedException {
        assertThrownOut(RawFrame.fragment(1, RawFrame.u32((64 << 10) + 1)), "limit=65536", "announced=65537");
        assertThrownOut(RawFrame.fragment(1, RawFrame.u32(-1)), "limit=65536");
        assertThrownOut(RawFrame.fragment(1, RawFrame.u32(Integer.MIN_VALUE)), "limit=65536");
    }

    @Test
    void nestedFragments() throws InterruptedException {
        byte[] inner = RawFrame.fragment(3, RawFrame.u32(12), new byte[12]).bytes();
        assertThrownOut(RawFrame.fragment(3, RawFrame.u32(inner.length), inner), "FRAGMENT");
        byte[] optional = RawFrame.fragment(3 | RawFrame.OPTIONAL, RawFrame.u32(12), new byte[12])
                .bytes();
        assertThrownOut(RawFrame.fragment(3, RawFrame.u32(optional.length), optional), "FRAGMENT");
    }

    @Test
    void endlessEmptyFragmentsCostNothing() throws InterruptedException {
        ScriptedPeer peer = transport.dial().greet();
        peer.send(RawFrame.fragment(RawFrame.FIRST, RawFrame.u32(100)));
        for (int i = 0; i < 10_000; i++) {
            peer.send(RawFrame.fragment(0));
        }
        assertServed(peer);
    }

    // ---- GOAWAY

    @Test
    void goAwayAndEndIsCloseInGoodOrder() throws InterruptedException {
        ScriptedPeer peer = transport.dial().greet();
        peer.send(RawFrame.goAway(0, IpcStatus.OK, "bye")).end();
        CloseReason reason = disconnects.take();
        assertThat(reason).isEqualTo(new CloseReason(IpcStatus.CONNECTION_CLOSED, true, "bye"));
    }

    @Test
    void endWithoutGoAwayIsDeath() throws InterruptedException {
        transport.dial().greet().end();
        assertThat(disconnects.take().status()).isEqualTo(IpcStatus.PEER_DIED);
    }

    @Test
    void goAwayForADrainIsNoClose() throws InterruptedException {
        ScriptedPeer peer = transport.dial().greet();
        peer.send(RawFrame.goAway(Frames.FLAG_DRAIN, IpcStatus.OK, "soon"));
        assertServed(peer);
        peer.end();
        assertThat(disconnects.take().status()).isEqualTo(IpcStatus.PEER_DIED);
    }

    @Test
    void goAwayMayNameAFaultAndAnythingElse() throws InterruptedException {
        ScriptedPeer peer = transport.dial().greet();
        byte[] text = new byte[5000];
        Arrays.fill(text, (byte) 0xfe);
        peer.send(new RawFrame(12, 0, 0xfff0, 9, text)).end();
        CloseReason reason = disconnects.take();
        assertThat(reason.status()).isEqualTo(IpcStatus.PROTOCOL_ERROR);
        assertThat(reason.detail().getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(6000);
    }

    @Test
    void callsAfterGoAwayAreRefused() throws InterruptedException {
        ScriptedPeer peer = transport.dial().greet();
        IpcConnection connection = server.connections().get(0);
        peer.send(RawFrame.goAway(0, IpcStatus.OK, "bye"), RawFrame.request(1, "echo", HI));
        RawFrame refusal = peer.next();
        assertThat(refusal.ipcStatus()).isEqualTo(IpcStatus.CONNECTION_CLOSED);
        assertThat(refusal.flags()).isEqualTo(Frames.FLAG_REJECTED);
        assertThat(connection.isOpen()).isFalse();
    }
}
