package io.valise.ipc.internal.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.valise.ipc.ConnectionState;
import io.valise.ipc.Delivery;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ReconnectPolicy;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.frame.Frames;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Connections that reconnect: which calls are repeated, and what the others report. */
class ReconnectTest {
    private static final ValueSet HI = ValueSet.of("say", "hi");
    private static final Duration LONG = Duration.ofSeconds(20);

    /** To be under way when the peer ends; a test waits as long. */
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(2);

    private final ScriptedTransport transport = new ScriptedTransport();
    private IpcConnection connection;

    private ScriptedPeer connect(ReconnectPolicy policy) throws InterruptedException {
        CompletableFuture<IpcConnection> connecting = IpcClient.builder("scripted:reconnect")
                .transport(transport)
                .reconnect(policy)
                .connectAsync();
        ScriptedPeer peer = transport.nextClient().welcome();
        connection = connecting.join();
        return peer;
    }

    @AfterEach
    void close() {
        connection.close();
    }

    private CompletableFuture<ValueSet> call(boolean async, Duration timeout) {
        IpcConnection.Call call = connection.call("s").timeout(timeout);
        return async ? call.requestAsync(HI) : CompletableFuture.supplyAsync(() -> call.request(HI));
    }

    private static IpcException failure(CompletableFuture<?> call) {
        return (IpcException)
                catchThrowableOfType(CompletionException.class, call::join).getCause();
    }

    @Test
    void callThatMayHaveRunIsNotRepeated() throws InterruptedException {
        ScriptedPeer peer = connect(ReconnectPolicy.standard());
        for (boolean async : new boolean[] {false, true}) {
            CompletableFuture<ValueSet> call = call(async, LONG);
            peer.next(Frames.REQUEST);
            peer.end();
            assertThat(failure(call).status()).isEqualTo(IpcStatus.PEER_DIED);
            assertThat(failure(call).delivery()).isEqualTo(Delivery.UNKNOWN);
            CompletableFuture<ValueSet> next = call(async, LONG);
            peer = transport.nextClient().welcome();
            peer.send(RawFrame.response(peer.next(Frames.REQUEST).id(), HI));
            assertThat(next.join()).isEqualTo(HI);
        }
    }

    @Test
    void callThatWasRejectedForTheShutdownIsRepeated() throws InterruptedException {
        ScriptedPeer peer = connect(ReconnectPolicy.standard());
        for (boolean async : new boolean[] {false, true}) {
            CompletableFuture<ValueSet> call = call(async, LONG);
            long id = peer.next(Frames.REQUEST).id();
            peer.send(RawFrame.error(id, Frames.FLAG_REJECTED, IpcStatus.CONNECTION_CLOSED, "closing"));
            ScriptedPeer next = answer(call); // not on the connection that has no GOAWAY yet
            peer.send(RawFrame.goAway(0, IpcStatus.OK, "bye")).end();
            peer = next;
        }
    }

    private ScriptedPeer answer(CompletableFuture<ValueSet> call) throws InterruptedException {
        ScriptedPeer peer = transport.nextClient().welcome();
        peer.send(RawFrame.response(peer.next(Frames.REQUEST).id(), HI));
        assertThat(call.join()).isEqualTo(HI);
        return peer;
    }

    @Test
    void idempotentCallIsRepeated() throws InterruptedException {
        ScriptedPeer peer = connect(ReconnectPolicy.standard().idempotent("s"));
        for (boolean async : new boolean[] {false, true}) {
            CompletableFuture<ValueSet> call = call(async, LONG);
            peer.next(Frames.REQUEST);
            peer.end();
            peer = answer(call);
        }
    }

    /** The last attempt was not sent, but the first may have run: so the delivery is UNKNOWN. */
    @Test
    void repeatedCallThatMayHaveRunSaysSo() throws InterruptedException {
        ScriptedPeer peer = connect(ReconnectPolicy.standard().idempotent("s"));
        List<CompletableFuture<ValueSet>> calls = List.of(call(false, LONG_ENOUGH), call(true, LONG_ENOUGH));
        peer.next(Frames.REQUEST);
        peer.next(Frames.REQUEST);
        transport.refuse(true);
        peer.end();
        for (CompletableFuture<ValueSet> call : calls) {
            IpcException failure = failure(call);
            assertThat(failure.status()).isIn(IpcStatus.ENDPOINT_NOT_FOUND, IpcStatus.PEER_DIED);
            assertThat(failure.delivery()).isEqualTo(Delivery.UNKNOWN);
        }
        transport.refuse(false);
        answer(call(true, LONG));
    }

    /** The client has no link, and gets none for this reason. */
    private void refusedWith(IpcStatus status) throws InterruptedException {
        ScriptedPeer peer = connect(ReconnectPolicy.standard());
        transport.refuse(status);
        peer.end();
        while (connection.state() == ConnectionState.CONNECTED) {
            Thread.onSpinWait();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ENDPOINT_NOT_FOUND", "RESOURCE_EXHAUSTED"})
    void callWithoutAServerEndsWithItsDeadline(IpcStatus status) throws InterruptedException {
        refusedWith(status);
        for (boolean async : new boolean[] {false, true}) {
            IpcException failure = failure(call(async, Duration.ofMillis(150)));
            // The time may be up before the first attempt has failed.
            assertThat(failure.status()).isIn(status, IpcStatus.TIMEOUT);
            assertThat(failure.delivery()).isEqualTo(Delivery.NOT_SENT);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ENDPOINT_NOT_FOUND", "TIMEOUT", "RESOURCE_EXHAUSTED"})
    void callWaitsForWhatPasses(IpcStatus status) throws InterruptedException {
        refusedWith(status);
        List<CompletableFuture<ValueSet>> calls = List.of(call(false, LONG), call(true, LONG));
        for (int goal = transport.refusals() + 3; transport.refusals() < goal; ) {
            assertThat(calls).noneMatch(CompletableFuture::isDone);
            Thread.onSpinWait();
        }
        transport.refuse(false);
        ScriptedPeer peer = transport.nextClient().welcome();
        for (int i = 0; i < calls.size(); i++) {
            peer.send(RawFrame.response(peer.next(Frames.REQUEST).id(), HI));
        }
        for (CompletableFuture<ValueSet> call : calls) {
            assertThat(call.join()).isEqualTo(HI);
        }
    }

    @Test
    void callEndsWithWhatDoesNotPass() throws InterruptedException {
        refusedWith(IpcStatus.ACCESS_DENIED);
        for (boolean async : new boolean[] {false, true}) {
            IpcException failure = failure(call(async, LONG));
            assertThat(failure.status()).isEqualTo(IpcStatus.ACCESS_DENIED);
            assertThat(failure.delivery()).isEqualTo(Delivery.NOT_SENT);
        }
    }

    @Test
    void streamWithoutAServerFailsInOnError() throws InterruptedException {
        connect(ReconnectPolicy.standard());
        connection.close();
        BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
        connection.stream("s", HI).subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(1);
                heard.add("subscribed");
            }

            @Override
            public void onNext(ValueSet item) {
                heard.add(item);
            }

            @Override
            public void onError(Throwable failure) {
                heard.add(((IpcException) failure).status());
            }

            @Override
            public void onComplete() {
                heard.add("completed");
            }
        });
        assertThat(heard.take()).isEqualTo("subscribed");
        assertThat(heard.take()).isEqualTo(IpcStatus.CONNECTION_CLOSED);
        assertThat(heard).isEmpty();
    }

    @Test
    void countersGoOnAcrossConnectionsAndCostNoWaiting() throws Exception {
        ScriptedPeer peer = connect(ReconnectPolicy.standard().idempotent("s"));
        CompletableFuture<ValueSet> call = call(true, LONG);
        peer.next(Frames.REQUEST);
        peer.end();
        ScriptedPeer second = transport.nextClient(); // dialled, and never welcomed
        assertThat(connection.stats().requestsSent()).isEqualTo(1);
        second.welcome();
        second.send(RawFrame.response(second.next(Frames.REQUEST).id(), HI));
        call.join();
        assertThat(connection.stats().requestsSent()).isEqualTo(2);
        assertThat(connection.stats().pending()).isZero();
        assertThat(connection.stats().connections()).isEqualTo(1);
    }

    @Test
    void serverThatComesBack() {
        IpcServer first = IpcServer.builder("local:reconnect").start();
        connection = IpcClient.builder("local:reconnect")
                .reconnect(
                        ReconnectPolicy.standard().idempotent("valise.ping")) // it may meet the end of the first server
                .connect();
        first.close();
        CompletableFuture<ValueSet> waits = connection.requestAsync("valise.ping", HI);
        CompletableFuture<ValueSet> waitsToo =
                CompletableFuture.supplyAsync(() -> connection.request("valise.ping", HI));
        try (IpcServer second = IpcServer.builder("local:reconnect").start()) {
            assertThat(waits.join()).isEqualTo(HI);
            assertThat(waitsToo.join()).isEqualTo(HI);
            connection.send("e", HI);
            assertThat(second.connections()).hasSize(1);
        }
    }
}
