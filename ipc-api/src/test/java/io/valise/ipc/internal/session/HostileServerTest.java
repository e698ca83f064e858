package io.valise.ipc.internal.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.frame.Frames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Servers that break the protocol: a client's calls end with a status, in time, and its threads go on. */
class HostileServerTest {
    private static final ValueSet HI = ValueSet.of("say", "hi");
    private static final Duration SOON = Duration.ofMillis(300);
    /** So often is no thread of a test held up for seconds. */
    private static final int MANY = 50;

    private final ScriptedTransport transport = new ScriptedTransport();
    private CompletableFuture<IpcConnection> connecting = new CompletableFuture<>();

    private ScriptedPeer dialled() throws InterruptedException {
        connecting = IpcClient.builder("scripted:hostile")
                .transport(transport)
                .service(
                        "twice",
                        request -> ValueSet.of("n", 2 * request.message().getInt("n")))
                .connectAsync();
        return transport.nextClient();
    }

    private ScriptedPeer connected() throws InterruptedException {
        ScriptedPeer peer = dialled().welcome();
        connecting.join();
        return peer;
    }

    @AfterEach
    void close() {
        if (connecting.isDone() && !connecting.isCompletedExceptionally()) {
            connecting.join().close();
        }
    }

    private IpcException connectFailure() {
        return (IpcException) catchThrowableOfType(CompletionException.class, () -> connecting.join())
                .getCause();
    }

    private CompletableFuture<ValueSet> call(String service) {
        IpcConnection connection = connecting.join();
        return CompletableFuture.supplyAsync(() -> connection.request(service, HI), task -> new Thread(task).start());
    }

    private static IpcException failure(CompletableFuture<?> call) {
        Throwable thrown = catchThrowableOfType(CompletionException.class, call::join);
        return (IpcException) thrown.getCause();
    }

    // ---- greetings

    @Test
    void versionMismatchIsToldWithBothVersions() throws InterruptedException {
        ScriptedPeer peer = dialled();
        RawFrame hello = peer.next();
        peer.send(RawFrame.error(hello.id(), 4, IpcStatus.VERSION_MISMATCH, "server speaks 7, client 1 to 1"));
        IpcException failure = connectFailure();
        assertThat(failure.status()).isEqualTo(IpcStatus.VERSION_MISMATCH);
        assertThat(failure.delivery()).isEqualTo(Delivery.NOT_SENT);
        assertThat(failure)
                .hasMessageContaining("server speaks 7, client 1 to 1")
                .hasMessageContaining("scripted:");
    }

    @Test
    void welcomeInAVersionThatWasNotOffered() throws InterruptedException {
        ScriptedPeer peer = dialled();
        peer.send(RawFrame.of(2, 0, peer.next().id(), RawFrame.u16(3), new byte[] {(byte) 0xff}));
        assertThat(connectFailure().status()).isEqualTo(IpcStatus.VERSION_MISMATCH);
    }

    @Test
    void welcomeWithAnotherId() throws InterruptedException {
        ScriptedPeer peer = dialled();
        peer.send(RawFrame.welcome(peer.next().id() + 1));
        assertThat(connectFailure().status()).isEqualTo(IpcStatus.PROTOCOL_ERROR);
    }

    @Test
    void whatTheServerSaysBeforeTheHelloCouldBeSentIsTheReason() throws InterruptedException {
        transport.prepare(link -> {
            link.put(RawFrame.goAway(0, IpcStatus.RESOURCE_EXHAUSTED, "too many connections")
                    .bytes());
            link.end();
            link.refuseFrames();
        });
        dialled();
        IpcException failure = connectFailure();
        assertThat(failure.status()).isEqualTo(IpcStatus.RESOURCE_EXHAUSTED);
        assertThat(failure.delivery()).isEqualTo(Delivery.NOT_SENT);
        assertThat(failure).hasMessageContaining("too many connections");
    }

    @Test
    void welcomeTwice() throws InterruptedException {
        ScriptedPeer peer = connected().send(RawFrame.welcome(1));
        assertThat(peer.goaway().ipcStatus()).isEqualTo(IpcStatus.PROTOCOL_ERROR);
    }

    @Test
    void helloFromTheServer() throws InterruptedException {
        ScriptedPeer peer = dialled().send(RawFrame.hello(1, 1));
        assertThat(connectFailure().status()).isEqualTo(IpcStatus.PROTOCOL_ERROR);
        assertThat(peer.goaway().text()).contains("expected WELCOME", "kind=1");
    }

    @Test
    void requestInsteadOfWelcome() throws InterruptedException {
        dialled().send(RawFrame.request(1, "twice", HI));
        assertThat(connectFailure().status()).isEqualTo(IpcStatus.PROTOCOL_ERROR);
    }

    @Test
    void deathInsteadOfWelcome() throws InterruptedException {
        dialled().end();
        assertThat(connectFailure().status()).isEqualTo(IpcStatus.PEER_DIED);
        assertThat(connectFailure().delivery()).isEqualTo(Delivery.NOT_SENT);
    }

    @Test
    void goAwayInsteadOfWelcome() throws InterruptedException {
        ScriptedPeer peer = dialled();
        peer.send(RawFrame.goAway(0, IpcStatus.RESOURCE_EXHAUSTED, "too many connections"));
        peer.end();
        assertThat(connectFailure().status()).isEqualTo(IpcStatus.RESOURCE_EXHAUSTED);
        assertThat(connectFailure()).hasMessageContaining("too many connections");
    }

    @Test
    void silenceEndsWithTheConnectTimeout() throws InterruptedException {
        connecting = IpcClient.builder("scripted:hostile")
                .transport(transport)
                .connectTimeout(SOON)
                .connectAsync();
        ScriptedPeer peer = transport.nextClient();
        assertThat(connectFailure().status()).isEqualTo(IpcStatus.TIMEOUT);
        assertThat(peer.goaway()).isNotNull();
    }

    // ---- answers

    @Test
    void errorWithoutAStatusIsStillAnError() throws InterruptedException {
        ScriptedPeer peer = connected();
        CompletableFuture<ValueSet> call = call("x");
        peer.send(RawFrame.error(peer.next(Frames.REQUEST).id(), 0, IpcStatus.OK, "all is well"));
        assertThat(failure(call).status()).isEqualTo(IpcStatus.PROTOCOL_ERROR);
    }

    @Test
    void statusFromTheFutureIsAnError() throws InterruptedException {
        ScriptedPeer peer = connected();
        CompletableFuture<ValueSet> call = call("x");
        peer.send(new RawFrame(5, 4, 900, peer.next(Frames.REQUEST).id(), new byte[0]));
        assertThat(failure(call).status()).isEqualTo(IpcStatus.PROTOCOL_ERROR);
        assertThat(failure(call).delivery()).isEqualTo(Delivery.REJECTED);
    }

    @Test
    void streamEndIsNoAnswerToARequest() throws InterruptedException {
        ScriptedPeer peer = connected();
        CompletableFuture<ValueSet> call = call("x");
        peer.send(RawFrame.streamEnd(peer.next(Frames.REQUEST).id()));
        assertThat(failure(call).status()).isEqualTo(IpcStatus.PROTOCOL_ERROR);
        assertThat(peer.goaway().text()).contains("STREAM_END");
    }

    @Test
    void streamItemIsNoAnswerToARequest() throws InterruptedException {
        ScriptedPeer peer = connected();
        CompletableFuture<ValueSet> call = call("x");
        peer.send(RawFrame.streamItem(peer.next(Frames.REQUEST).id(), HI));
        assertThat(failure(call).status()).isEqualTo(IpcStatus.PROTOCOL_ERROR);
        assertThat(peer.goaway().text()).contains("STREAM_ITEM");
    }

    @Test
    void responseIsNoAnswerToAStream() throws InterruptedException {
        ScriptedPeer peer = connected();
        CompletableFuture<Throwable> error = subscribe(10);
        peer.send(RawFrame.response(peer.next(Frames.STREAM_OPEN).id(), HI));
        assertThat(((IpcException) error.join()).status()).isEqualTo(IpcStatus.PROTOCOL_ERROR);
    }

    @Test
    void moreItemsThanAskedFor() throws InterruptedException {
        ScriptedPeer peer = connected();
        CompletableFuture<Throwable> error = subscribe(2);
        long id = peer.next(Frames.STREAM_OPEN).id();
        peer.send(RawFrame.streamItem(id, HI), RawFrame.streamItem(id, HI), RawFrame.streamItem(id, HI));
        assertThat(peer.goaway().text()).contains("more than was asked for");
        assertThat(((IpcException) error.join()).status()).isEqualTo(IpcStatus.PROTOCOL_ERROR);
    }

    /** By Reactive Streams, rules 3.4 and 3.5, both return at once. */
    @Test
    void aSubscriberAsksForMoreAndCancelsWhileTheOpeningWaitsForRoom() throws Exception {
        ScriptedPeer peer = connected();
        for (int kind : new int[] {Frames.CREDIT, Frames.CANCEL}) {
            peer.link().holdsUpSenders(true);
            Flows.Manual subscriber = new Flows.Manual(new CompletableFuture<>(), new LinkedBlockingQueue<>());
            CompletableFuture<Void> opening = CompletableFuture.runAsync(
                    () -> connecting.join().stream("s", HI).subscribe(subscriber), task -> new Thread(task).start());
            peer.link().awaitBlockedSender();
            Flow.Subscription subscription = subscriber.subscribed().get();
            subscription.request(2);
            subscription.request(3);
            if (kind == Frames.CANCEL) {
                subscription.cancel();
            }
            assertThat(opening).isNotDone();
            peer.link().holdsUpSenders(false);
            opening.get();
            long id = peer.next(Frames.STREAM_OPEN).id();
            RawFrame said = peer.next(kind);
            assertThat(said.id()).isEqualTo(id);
            if (kind == Frames.CREDIT) {
                assertThat(said.number()).isEqualTo(5);
            }
        }
    }

    @Test
    void creditThatCannotBeSentSaysNothingOfTheStreamsDelivery() throws InterruptedException {
        ScriptedPeer peer = connected();
        CompletableFuture<Flow.Subscription> subscribed = new CompletableFuture<>();
        CompletableFuture<Throwable> error = subscribe(2, subscribed);
        peer.next(Frames.STREAM_OPEN);
        peer.link().refuseFrames();
        subscribed.join().request(1);
        assertThat(((IpcException) error.join()).delivery()).isEqualTo(Delivery.UNKNOWN);
    }

    private CompletableFuture<Throwable> subscribe(long demand) {
        return subscribe(demand, new CompletableFuture<>());
    }

    private CompletableFuture<Throwable> subscribe(long demand, CompletableFuture<Flow.Subscription> subscribed) {
        CompletableFuture<Throwable> error = new CompletableFuture<>();
        connecting.join().stream("s", HI).subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(demand);
                subscribed.complete(subscription);
            }

            @Override
            public void onNext(ValueSet item) {
                assertThat(item).isEqualTo(HI);
            }

            @Override
            public void onError(Throwable failure) {
                error.complete(failure);
            }

            @Override
            public void onComplete() {
                error.complete(new AssertionError("completed"));
            }
        });
        return error;
    }

    @Test
    void malformedReplyFailsTheCallWithTheConnection() throws InterruptedException {
        ScriptedPeer peer = connected();
        CompletableFuture<ValueSet> call = call("x");
        CompletableFuture<ValueSet> other = connecting.join().requestAsync("y", HI);
        peer.send(RawFrame.of(4, 0, peer.next(Frames.REQUEST).id(), new byte[] {(byte) 0xa1, 0x61}));
        assertThat(failure(call).status()).isEqualTo(IpcStatus.PROTOCOL_ERROR);
        assertThat(failure(other).status()).isEqualTo(IpcStatus.PROTOCOL_ERROR);
    }

    @Test
    void repliesThatCameWithAMalformedOneCount() throws InterruptedException {
        ScriptedPeer peer = connected();
        List<CompletableFuture<ValueSet>> calls = new ArrayList<>();
        List<RawFrame> replies = new ArrayList<>();
        for (int n = 0; n < 5; n++) {
            calls.add(connecting.join().requestAsync("x", HI));
            replies.add(RawFrame.response(peer.next(Frames.REQUEST).id(), ValueSet.of("n", n)));
        }
        replies.set(3, RawFrame.of(4, 0, replies.get(3).id(), new byte[] {(byte) 0xa1, 0x61}));
        peer.sendTogether(replies.toArray(RawFrame[]::new));
        for (int n = 0; n < 3; n++) {
            assertThat(calls.get(n).join()).isEqualTo(ValueSet.of("n", n));
        }
        assertThat(failure(calls.get(3)).status()).isEqualTo(IpcStatus.PROTOCOL_ERROR);
        assertThat(failure(calls.get(4)).status()).isEqualTo(IpcStatus.PROTOCOL_ERROR);
    }

    /** More than are completed at a time, and between them one with work for a handler and one that a stage depends on. */
    @Test
    void repliesThatComeTogetherReachAllCallers() throws Exception {
        ScriptedPeer peer = connected();
        List<CompletableFuture<ValueSet>> calls = new ArrayList<>();
        List<RawFrame> frames = new ArrayList<>();
        for (int n = 0; n < 50; n++) {
            calls.add(connecting.join().requestAsync("x", HI));
            frames.add(RawFrame.response(peer.next(Frames.REQUEST).id(), ValueSet.of("n", n)));
        }
        CompletableFuture<ValueSet> last = calls.get(49);
        CompletableFuture<Integer> dependent =
                calls.get(20).thenApply(reply -> reply.getInt("n") + last.join().getInt("n"));
        frames.add(10, RawFrame.request(1, "twice", ValueSet.of("n", 21)));
        peer.sendTogether(frames.toArray(RawFrame[]::new));
        for (int n = 49; n >= 0; n--) {
            assertThat(calls.get(n).get(20, TimeUnit.SECONDS)).isEqualTo(ValueSet.of("n", n));
        }
        assertThat(dependent.get(20, TimeUnit.SECONDS)).isEqualTo(69);
        assertThat(peer.next(Frames.RESPONSE).message().getInt("n")).isEqualTo(42);
    }

    @Test
    void lateAndDoubleAnswersAreIgnored() throws InterruptedException {
        ScriptedPeer peer = connected();
        IpcConnection connection = connecting.join();
        assertThatThrownBy(() -> connection.request("late", HI, Duration.ofMillis(1)))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.TIMEOUT));
        long late = peer.next(Frames.REQUEST).id();
        assertThat(peer.next(Frames.CANCEL).id()).isEqualTo(late);
        CompletableFuture<ValueSet> call = call("x");
        long id = peer.next(Frames.REQUEST).id();
        peer.send(RawFrame.response(late, ValueSet.empty()), RawFrame.response(id, HI), RawFrame.response(id, HI));
        peer.send(RawFrame.error(id, 0, IpcStatus.TIMEOUT, "?"));
        assertThat(call.join()).isEqualTo(HI);
        peer.send(RawFrame.request(1, "twice", ValueSet.of("n", 21)));
        assertThat(peer.next(Frames.RESPONSE).message().getInt("n")).isEqualTo(42);
    }

    // ---- GOAWAY

    @Test
    void drainingServerStillAnswersAndCallsBack() throws InterruptedException {
        ScriptedPeer peer = connected();
        CompletableFuture<ValueSet> call = call("x");
        long id = peer.next(Frames.REQUEST).id();
        peer.send(RawFrame.goAway(Frames.FLAG_DRAIN, IpcStatus.OK, "soon"));
        peer.send(RawFrame.request(1, "twice", ValueSet.of("n", 4)));
        assertThat(peer.next().message().getInt("n")).isEqualTo(8);
        IpcException refused =
                catchThrowableOfType(IpcException.class, () -> connecting.join().request("y", HI));
        assertThat(refused.status()).isEqualTo(IpcStatus.CONNECTION_CLOSED);
        assertThat(refused.delivery()).isEqualTo(Delivery.NOT_SENT);
        peer.send(RawFrame.response(id, HI));
        assertThat(call.join()).isEqualTo(HI);
    }

    @Test
    void goAwayEndsPendingCallsWithItsReason() throws InterruptedException {
        ScriptedPeer peer = connected();
        CompletableFuture<ValueSet> call = call("x");
        peer.next(Frames.REQUEST);
        peer.send(RawFrame.goAway(0, IpcStatus.OK, "going home")).end();
        assertThat(failure(call).status()).isEqualTo(IpcStatus.CONNECTION_CLOSED);
        assertThat(failure(call)).hasMessageContaining("going home");
    }

    @Test
    void deathEndsPendingCalls() throws InterruptedException {
        ScriptedPeer peer = connected();
        CompletableFuture<ValueSet> sync = call("x");
        CompletableFuture<ValueSet> async = connecting.join().requestAsync("y", HI);
        CompletableFuture<Throwable> stream = subscribe(3);
        peer.next(Frames.STREAM_OPEN);
        peer.end();
        assertThat(failure(sync).status()).isEqualTo(IpcStatus.PEER_DIED);
        assertThat(failure(async).status()).isEqualTo(IpcStatus.PEER_DIED);
        assertThat(((IpcException) stream.join()).status()).isEqualTo(IpcStatus.PEER_DIED);
    }

    /** Whether there is a reason that was not read yet is waited for, but not again for each call, and not beyond its time. */
    @Test
    void linkThatTakesNothingAndTellsNoReasonHoldsUpNoCallForLong() throws InterruptedException {
        connected().link().refuseFrames();
        IpcConnection connection = connecting.join();
        for (int i = 0; i < MANY; i++) {
            assertNotSent(() -> connection.request("x", HI, Duration.ofMillis(1)));
        }
        for (int i = 0; i < MANY; i++) {
            assertNotSent(() -> connection.send("x", HI));
        }
    }

    private static void assertNotSent(ThrowableAssert.ThrowingCallable call) {
        IpcException failure = catchThrowableOfType(IpcException.class, call);
        assertThat(failure.status()).isEqualTo(IpcStatus.PEER_DIED);
        assertThat(failure.delivery()).isEqualTo(Delivery.NOT_SENT);
    }
}
