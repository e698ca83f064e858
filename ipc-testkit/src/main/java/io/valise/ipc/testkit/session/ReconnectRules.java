package io.valise.ipc.testkit.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.ConnectionState;
import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ReconnectPolicy;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.Candidate;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.rule.Running;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

/** R: connections that reconnect. */
public abstract class ReconnectRules extends SessionRules {
    /**
     * A policy for calls that may run twice: the client cannot know whether a call ran that it made between the
     * server's close and the arrival of GOAWAY.
     */
    private static final ReconnectPolicy REPEATING = ReconnectPolicy.standard().idempotent("echo");

    private static final List<String> ENDS = List.of("kill", "stop");

    private final Endpoint address = address();
    private final BlockingQueue<ConnectionState> states = new LinkedBlockingQueue<>();
    private final BlockingQueue<ValueSet> begun = new LinkedBlockingQueue<>();
    private final Semaphore mayAnswer = new Semaphore(0);

    protected ReconnectRules(Candidate candidate) {
        super(candidate);
    }

    /** A server, at the same address every time, whose service {@code work} waits for permission. */
    private IpcServer serve() {
        return serve(
                address,
                builder -> builder.service("work", request -> {
                    begun.add(request.message());
                    mayAnswer.acquire();
                    return request.message();
                }));
    }

    private IpcConnection connect(ReconnectPolicy policy) {
        return closing(client(address).reconnect(policy).connect());
    }

    @Test
    void R01_nextCallFindsTheServerAgain() throws Exception {
        IpcServer server = serve();
        IpcConnection client = connect(REPEATING);
        for (int i = 0; i < 5; i++) {
            echoes(client, 2);
            server.close();
            server = serve();
            assertThat(client.isOpen()).isTrue();
            if (i % 2 == 0) {
                assertThat(get(client.requestAsync("echo", ValueSet.of("n", i))).getInt("n"))
                        .isEqualTo(i);
            }
        }
        echoes(client, 2);
    }

    @Test
    void R02_callWaitsForTheServerWithinItsDeadline() throws Exception {
        IpcServer first = serve();
        IpcConnection client = connect(REPEATING);
        first.close();
        Running<ValueSet> caller = start(() -> client.request("echo", ValueSet.of("n", 1)));
        CompletableFuture<ValueSet> future = client.requestAsync("echo", ValueSet.of("n", 2));
        meet(0, caller);
        serve();
        assertThat(caller.join().getInt("n")).isEqualTo(1);
        assertThat(get(future).getInt("n")).isEqualTo(2);
    }

    @Test
    void R03_callEndsWithItsDeadline() throws Exception {
        IpcServer first = serve();
        IpcConnection client = listen(REPEATING);
        first.close();
        becomes(ConnectionState.RECONNECTING);
        Duration soon = Duration.ofMillis(100);
        for (int i = 0; i < 3; i++) {
            IpcException sync = fails(() -> client.request("echo", EMPTY, soon));
            IpcException async =
                    fails(() -> get(client.call("echo").timeout(soon).requestAsync(EMPTY)));
            for (IpcException e : List.of(sync, async)) {
                assertThat(e.status()).isIn(IpcStatus.ENDPOINT_NOT_FOUND, IpcStatus.TIMEOUT);
                assertThat(e.delivery()).isEqualTo(Delivery.NOT_SENT);
            }
        }
    }

    private static IpcException fails(Callable<?> call) {
        try {
            call.call();
        } catch (IpcException e) {
            return e;
        } catch (Exception e) {
            if (e.getCause() instanceof IpcException failure) {
                return failure;
            }
            throw new AssertionError("expected an IpcException", e);
        }
        throw new AssertionError("nothing was thrown");
    }

    @Test
    void R04_callThatMayHaveRunIsNotRepeated() throws Exception {
        IpcServer first = serve();
        IpcConnection client = connect(ReconnectPolicy.standard());
        Running<ValueSet> caller = start(() -> client.request("work", ValueSet.of("n", 1)));
        CompletableFuture<ValueSet> future = client.requestAsync("work", ValueSet.of("n", 2));
        take(begun);
        take(begun);
        first.close();
        serve();
        assertThat(failsWith(IpcStatus.CONNECTION_CLOSED, caller::join).delivery())
                .isEqualTo(Delivery.UNKNOWN);
        failsWith(IpcStatus.CONNECTION_CLOSED, () -> get(future));
        echoes(client, 2);
        assertThat(begun).isEmpty();
    }

    @Test
    void R05_idempotentCallIsRepeated() throws Exception {
        IpcServer first = serve();
        IpcConnection client = connect(ReconnectPolicy.standard().idempotent("work"));
        Running<ValueSet> caller = start(() -> client.request("work", ValueSet.of("n", 1)));
        CompletableFuture<ValueSet> future = client.requestAsync("work", ValueSet.of("n", 2));
        take(begun);
        take(begun);
        first.close();
        serve();
        take(begun);
        take(begun);
        mayAnswer.release(4);
        assertThat(caller.join().getInt("n")).isEqualTo(1);
        assertThat(get(future).getInt("n")).isEqualTo(2);
    }

    @Test
    void R06_ownCloseIsFinal() throws Exception {
        serve();
        IpcConnection client = connect(REPEATING);
        client.close();
        failsWith(IpcStatus.CONNECTION_CLOSED, () -> client.request("echo", EMPTY));
        failsWith(IpcStatus.CONNECTION_CLOSED, () -> get(client.requestAsync("echo", EMPTY)));
        assertThat(client.isOpen()).isFalse();
        assertThat(get(client.closed().toCompletableFuture()).status()).isEqualTo(IpcStatus.CONNECTION_CLOSED);
    }

    @Test
    void R07_withoutPolicyItStaysEnded() throws Exception {
        IpcServer first = serve();
        IpcConnection client = closing(client(address).connect());
        first.close();
        get(client.closed().toCompletableFuture());
        serve();
        failsWith(IpcStatus.CONNECTION_CLOSED, () -> client.request("echo", EMPTY));
    }

    @Test
    void R08_manyCallersShareTheNewConnection() throws Exception {
        IpcServer server = serve();
        IpcConnection client = connect(REPEATING);
        for (int round = 0; round < 3; round++) {
            server.close();
            server = serve();
            together(8, number -> echoes(client, 20));
            assertThat(awaitConnections(server, 1)).hasSize(1);
        }
    }

    @Test
    void R09_handlersOfTheClientComeBackToo() throws Exception {
        IpcServer server = serve();
        IpcConnection client = closing(client(address)
                .reconnect(REPEATING)
                .service("client", request -> request.message())
                .onEvent("tick", event -> begun.add(event.message()))
                .connect());
        server.close();
        IpcServer successor = serve();
        echoes(client, 1);
        assertThat(only(successor).request("client", ValueSet.of("n", 1)).getInt("n"))
                .isEqualTo(1);
        successor.broadcast("tick", ValueSet.of("n", 2));
        assertThat(take(begun).getInt("n")).isEqualTo(2);
    }

    // ---- what is restored automatically

    private ForkedJvm fork() {
        assumeTrue(candidate.betweenProcesses(), "this transport stays within the process");
        ForkedJvm server =
                closing(ForkedJvm.start(SessionPeer.class, transport.getClass().getName()));
        assertThat(server.ask("serve", address)).isEqualTo("OK");
        return server;
    }

    private static void end(ForkedJvm server, String how) {
        if (how.equals("kill")) {
            server.kill();
        } else {
            server.ask("stop");
            server.close();
        }
    }

    private IpcConnection listen(ReconnectPolicy policy) throws Exception {
        IpcConnection client = closing(client(address)
                .reconnect(policy)
                .onEvent("tick", event -> begun.add(event.message()))
                .connect());
        client.onState(states::add);
        becomes(ConnectionState.CONNECTED);
        return client;
    }

    private void becomes(ConnectionState... expected) throws InterruptedException {
        for (ConnectionState state : expected) {
            assertThat(take(states)).isEqualTo(state);
        }
    }

    private void hears(ForkedJvm server, int number) throws InterruptedException {
        server.ask("broadcast", number);
        assertThat(take(begun).getInt("n")).isEqualTo(number);
    }

    @Test
    void R10_listenerHearsTheNextServerWithoutACall() throws Exception {
        ForkedJvm server = fork();
        IpcConnection client = listen(ReconnectPolicy.standard());
        hears(server, 0);
        for (int i = 0; i < ENDS.size(); i++) {
            end(server, ENDS.get(i));
            becomes(ConnectionState.RECONNECTING);
            assertThat(client.isOpen()).isTrue();
            server = fork();
            becomes(ConnectionState.CONNECTED);
            hears(server, i + 1);
            assertThat(client.peer().pid()).hasValue(server.pid());
        }
        assertThat(client.stats().eventsReceived()).isEqualTo(3);
        assertThat(client.stats().connections()).isEqualTo(1);
        client.close();
        becomes(ConnectionState.CLOSED);
        assertThat(states).isEmpty();
    }

    @Test
    void R11_listenerHearsAServerThatWasAwayForLongerThanThePauses() throws Exception {
        ForkedJvm first = fork();
        IpcConnection client = listen(new ReconnectPolicy(Duration.ofMillis(1), Duration.ofMillis(5), Set.of()));
        end(first, "kill");
        becomes(ConnectionState.RECONNECTING);
        // Every call that has timed out is at least one attempt.
        for (int i = 0; i < 5; i++) {
            fails(() -> client.request("echo", EMPTY, Duration.ofMillis(20)));
        }
        ForkedJvm second = fork();
        becomes(ConnectionState.CONNECTED);
        hears(second, 1);
    }

    @Test
    void R12_streamThatBeginsWithoutALinkWaitsForOne() throws Exception {
        ForkedJvm first = fork();
        IpcConnection client = listen(ReconnectPolicy.standard());
        TestSink running = new TestSink();
        client.stream("numbers", EMPTY).subscribe(running);
        running.request(5);
        running.receives(0, 5);
        end(first, "kill");
        failsWith(IpcStatus.PEER_DIED, () -> get(running.ended())); // it has received something
        TestSink waiting = new TestSink();
        client.stream("numbers", EMPTY).subscribe(waiting);
        waiting.request(5);
        fork();
        waiting.receives(0, 5);
        assertThat(waiting.ended()).isNotDone();
        assertThat(running.violations() + waiting.violations()).isZero();
    }

    @Test
    void R13_sendWithoutALinkWaitsForOne() throws Exception {
        IpcServer first = serve();
        IpcConnection client = listen(ReconnectPolicy.standard());
        first.close();
        becomes(ConnectionState.RECONNECTING);
        Running<?> sender = start(() -> {
            client.send("seen", ValueSet.of("n", 7));
            return true;
        });
        meet(0, sender);
        serve(address, builder -> builder.onEvent("seen", event -> begun.add(event.message())));
        sender.join();
        assertThat(take(begun).getInt("n")).isEqualTo(7);
    }

    @Test
    void R14_policyThatGivesUpEndsTheConnection() throws Exception {
        IpcServer server = serve();
        IpcConnection client = listen(ReconnectPolicy.standard().giveUpAfter(Duration.ofMillis(1)));
        server.close();
        assertThat(get(client.closed().toCompletableFuture()).status()).isEqualTo(IpcStatus.ENDPOINT_NOT_FOUND);
        becomes(ConnectionState.RECONNECTING, ConnectionState.CLOSED);
        assertThat(client.isOpen()).isFalse();
        serve();
        assertThat(failsWith(IpcStatus.ENDPOINT_NOT_FOUND, () -> client.request("echo", EMPTY))
                        .delivery())
                .isEqualTo(Delivery.NOT_SENT);
        failsWith(IpcStatus.ENDPOINT_NOT_FOUND, () -> get(client.requestAsync("echo", EMPTY)));
        failsWith(IpcStatus.ENDPOINT_NOT_FOUND, () -> {
            client.send("seen", EMPTY);
            return null;
        });
        TestSink sink = new TestSink();
        client.stream("numbers", EMPTY).subscribe(sink);
        failsWith(IpcStatus.ENDPOINT_NOT_FOUND, () -> get(sink.ended()));
    }

    @Test
    void R15_policyMayDialOnUseAlone() throws Exception {
        IpcServer first = serve();
        IpcConnection client = listen(REPEATING.onUse());
        first.close();
        becomes(ConnectionState.RECONNECTING);
        IpcServer second = serve();
        echoes(connect(second), 20);
        assertThat(client.state()).isEqualTo(ConnectionState.RECONNECTING);
        assertThat(second.connections()).hasSize(1);
        echoes(client, 1);
        becomes(ConnectionState.CONNECTED);
        second.broadcast("tick", ValueSet.of("n", 1));
        assertThat(take(begun).getInt("n")).isEqualTo(1);
    }

    @Test
    void R16_closeEndsTheDiallingAndWhatWaits() throws Exception {
        IpcServer first = serve();
        IpcConnection client = listen(new ReconnectPolicy(Duration.ofMinutes(5), Duration.ofMinutes(5), Set.of()));
        first.close();
        becomes(ConnectionState.RECONNECTING);
        CompletableFuture<ValueSet> future = client.requestAsync("echo", EMPTY);
        Running<ValueSet> caller = start(() -> client.request("echo", EMPTY));
        TestSink sink = new TestSink();
        client.stream("numbers", EMPTY).subscribe(sink);
        meet(0, caller);
        client.close();
        failsWith(IpcStatus.CONNECTION_CLOSED, () -> get(future));
        failsWith(IpcStatus.CONNECTION_CLOSED, caller::join);
        failsWith(IpcStatus.CONNECTION_CLOSED, () -> get(sink.ended()));
        becomes(ConnectionState.CLOSED);
        IpcServer second = serve();
        echoes(connect(second), 20);
        assertThat(second.connections()).hasSize(1);
    }
}
