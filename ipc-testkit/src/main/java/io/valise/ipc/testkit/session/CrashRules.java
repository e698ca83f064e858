package io.valise.ipc.testkit.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.CloseReason;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.Candidate;
import io.valise.ipc.testkit.link.LeftoverFiles;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.rule.DependsOnConnection;
import io.valise.ipc.testkit.rule.Running;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * K: several processes, also killed or stopped ones. The system property {@code valise.testkit.crashRounds} (default 2)
 * says how often each is killed.
 */
public abstract class CrashRules extends SessionRules {
    private static final long BOUND = 1L << 30;

    protected CrashRules(Candidate candidate) {
        super(candidate);
    }

    @BeforeEach
    void connectsProcesses() {
        assumeTrue(candidate.betweenProcesses(), "this transport stays within the process");
    }

    private ForkedJvm fork() {
        return closing(ForkedJvm.start(SessionPeer.class, transport.getClass().getName()));
    }

    private ForkedJvm server(Endpoint address) {
        ForkedJvm server = fork();
        assertThat(server.ask("serve", address)).isEqualTo("OK");
        return server;
    }

    private static void hears(ForkedJvm jvm, String what, int times) {
        for (int i = 0; i < times; i++) {
            assertThat(jvm.hear()).isEqualTo(what);
        }
    }

    @Test
    @DependsOnConnection
    void K01_everyTypeCrossesToAnotherProcess() {
        Endpoint address = address();
        server(address);
        assertThat(connect(address).request("echo", Samples.ofEveryType())).isEqualTo(Samples.ofEveryType());
        ForkedJvm client = fork();
        client.ask("connect", address);
        assertThat(client.ask("samples")).isEqualTo("true");
        client.ask("call", 500);
        IpcServer here = serve(builder -> builder);
        client.ask("connect", here.endpoints().get(0));
        assertThat(client.ask("samples")).isEqualTo("true");
        echoes(only(here), 500);
        assertThat(only(here).peer().pid()).hasValue(client.pid());
    }

    @Test
    void K02_killedServerEndsEveryPendingCall() throws Exception {
        Endpoint address = address();
        for (int round = 0; round < CRASH_ROUNDS; round++) {
            ForkedJvm server = server(address);
            IpcConnection client = connect(address);
            List<CompletableFuture<ValueSet>> pending = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                pending.add(client.requestAsync("never", EMPTY));
            }
            hears(server, "never", 20);
            CountDownLatch underWay = new CountDownLatch(3);
            List<Running<?>> callers = race(
                    3,
                    number -> failsWith(IpcStatus.PEER_DIED, () -> {
                        echoes(client, 20);
                        underWay.countDown();
                        echoes(client, Integer.MAX_VALUE);
                        return null;
                    }));
            underWay.await();
            dither(round * 300);
            server.kill();
            for (Running<?> caller : callers) {
                caller.join();
            }
            for (CompletableFuture<ValueSet> call : pending) {
                failsWith(IpcStatus.PEER_DIED, () -> get(call));
            }
            CloseReason reason = get(client.closed().toCompletableFuture());
            assertThat(reason.status()).isEqualTo(IpcStatus.PEER_DIED);
            assertThat(reason.byPeer()).isTrue();
            failsWith(IpcStatus.ENDPOINT_NOT_FOUND, () -> connect(address));
        }
        serve(address, builder -> builder);
        echoes(connect(address), 3);
    }

    @Test
    void K03_killedClientIsToldAndHarmsNoOther() throws Exception {
        BlockingQueue<CloseReason> ended = new LinkedBlockingQueue<>();
        BlockingQueue<Request> begun = new LinkedBlockingQueue<>();
        IpcServer server = serve(builder -> builder.onDisconnect((connection, reason) -> ended.add(reason))
                .asyncService("never", request -> {
                    begun.add(request);
                    return new CompletableFuture<>();
                }));
        IpcConnection other = connect(server);
        for (int round = 0; round < CRASH_ROUNDS; round++) {
            ForkedJvm doomed = fork();
            doomed.ask("connect", server.endpoints().get(0));
            doomed.ask("hang", 10);
            CountDownLatch cancelled = new CountDownLatch(10);
            for (int i = 0; i < 10; i++) {
                take(begun).onCancel(cancelled::countDown);
            }
            doomed.ask("flood", 3);
            hears(doomed, "flooding", 3);
            echoes(other, 200);
            doomed.kill();
            echoes(other, 200);
            assertThat(take(ended).status()).isEqualTo(IpcStatus.PEER_DIED);
            cancelled.await();
        }
        assertThat(ended).isEmpty();
        assertThat(awaitConnections(server, 1)).hasSize(1);
    }

    @Test
    void K04_serverThatWaitsForAKilledClientIsTold() throws Exception {
        IpcServer server = serve(builder -> builder);
        ForkedJvm doomed = fork();
        doomed.ask("connect", server.endpoints().get(0));
        IpcConnection back = only(server);
        echoes(back, 10);
        List<CompletableFuture<ValueSet>> pending = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            pending.add(back.requestAsync("never", EMPTY));
        }
        Running<ValueSet> caller = start(() -> back.request("never", EMPTY));
        hears(doomed, "never", 11);
        doomed.kill();
        failsWith(IpcStatus.PEER_DIED, caller::join);
        for (CompletableFuture<ValueSet> call : pending) {
            failsWith(IpcStatus.PEER_DIED, () -> get(call));
        }
    }

    @Test
    void K05_stoppedClientIsWaitedForAndHarmsNoOther() throws Exception {
        IpcServer server = serve(builder -> builder);
        ForkedJvm stopped = fork();
        stopped.ask("connect", server.endpoints().get(0));
        stopped.ask("call", 10);
        IpcConnection back = only(server);
        stopped.freeze();
        IpcConnection other = connect(server);
        for (int i = 0; i < 20; i++) {
            server.broadcast("tick", ValueSet.of("n", i));
        }
        CompletableFuture<ValueSet> late = back.requestAsync("echo", ValueSet.of("n", 7));
        echoes(other, 500);
        assertThat(late).isNotDone();
        stopped.thaw();
        stopped.ask("ticks", 20);
        assertThat(get(late).getInt("n")).isEqualTo(7);
        stopped.ask("call", 50);
        assertThat(back.isOpen()).isTrue();
    }

    @Test
    void K10_stoppedClientCostsBoundedMemory() throws Exception {
        BlockingQueue<CloseReason> ended = new LinkedBlockingQueue<>();
        BlockingQueue<Integer> heard = new LinkedBlockingQueue<>();
        IpcServer server = serve(
                builder -> builder.maxMessageBytes(1 << 20).onDisconnect((connection, reason) -> ended.add(reason)));
        ForkedJvm stopped = fork();
        stopped.ask("connect", server.endpoints().get(0));
        IpcConnection other = connect(
                server,
                builder -> builder.onEvent(
                        "tick", event -> heard.add(event.message().getInt("n"))));
        stopped.freeze();
        byte[] ballast = new byte[50_000];
        int sent = 0;
        for (; ended.isEmpty() && (long) sent * ballast.length < BOUND; sent++) {
            server.broadcast("tick", ValueSet.of("n", sent, "ballast", ballast));
            assertThat(take(heard)).isEqualTo(sent); // so this one keeps up
        }
        assertThat(ended)
                .as("after %s events of %s bytes", sent, ballast.length)
                .hasSize(1);
        assertThat(take(ended).status()).isEqualTo(IpcStatus.RESOURCE_EXHAUSTED);
        echoes(other, 3);
    }

    @Test
    void K06_closeInAnotherProcessIsNoDeath() throws Exception {
        Endpoint address = address();
        ForkedJvm server = server(address);
        IpcConnection client = connect(address);
        CompletableFuture<ValueSet> pending = client.requestAsync("never", EMPTY);
        hears(server, "never", 1);
        server.ask("stop");
        failsWith(IpcStatus.CONNECTION_CLOSED, () -> get(pending));
        IpcServer here = serve(builder -> builder);
        ForkedJvm leaving = fork();
        leaving.ask("connect", here.endpoints().get(0));
        IpcConnection back = only(here);
        leaving.ask("close");
        assertThat(get(back.closed().toCompletableFuture()).status()).isEqualTo(IpcStatus.CONNECTION_CLOSED);
    }

    @Test
    @DependsOnConnection
    void K07_oneServerPerNameAmongProcesses() {
        assumeExclusiveNames();
        Endpoint address = address();
        ForkedJvm first = server(address);
        failsWith(IpcStatus.ADDRESS_IN_USE, () -> serve(address, builder -> builder));
        ForkedJvm second = fork();
        assertThat(second.ask("serve", address)).isEqualTo("ADDRESS_IN_USE");
        echoes(connect(address), 3);
        first.ask("stop");
        assertThat(second.ask("serve", address)).isEqualTo("OK");
        echoes(connect(address), 3);
    }

    @Test
    void K08_processThatEndsWithoutCloseLeavesNoCallWaiting() throws Exception {
        Endpoint address = address();
        ForkedJvm server = server(address);
        IpcConnection client = connect(address);
        CompletableFuture<ValueSet> pending = client.requestAsync("never", EMPTY);
        hears(server, "never", 1);
        server.tell("exit");
        server.awaitExit();
        assertThat(pending.handle((reply, failure) -> failure).get()).isNotNull();
        assertThat(get(client.closed().toCompletableFuture()).status())
                .isIn(IpcStatus.PEER_DIED, IpcStatus.CONNECTION_CLOSED);
        serve(address, builder -> builder);
        echoes(connect(address), 3);
    }

    @Test
    @DependsOnConnection
    void K09_killedProcessesLeaveNothingBehind() throws Exception {
        LeftoverFiles before = LeftoverFiles.of(candidate);
        Endpoint address = address();
        ForkedJvm server = server(address);
        IpcConnection client = connect(address);
        echoes(client, 3);
        server.kill();
        get(client.closed().toCompletableFuture());
        IpcServer successor = serve(address, builder -> builder);
        ForkedJvm doomed = fork();
        doomed.ask("connect", address);
        doomed.ask("call", 3);
        IpcConnection back = only(successor);
        doomed.kill();
        get(back.closed().toCompletableFuture());
        closeAll();
        before.assertNothingNew();
    }

    /** A client that calls continuously, and must see no failure. */
    private Running<?> bystander(AtomicBoolean over) {
        IpcConnection connection = connect(serve(builder -> builder));
        return start(() -> {
            while (!over.get()) {
                echoes(connection, 20);
            }
            return null;
        });
    }

    private static void passUpTo(SplittableRandom random, long nanos) {
        LockSupport.parkNanos(random.nextLong(nanos));
    }

    @Test
    void K11_killAtAnyMomentUnderLoadEndsWhatIsPendingAndNothingElse() throws Exception {
        LeftoverFiles before = LeftoverFiles.of(candidate);
        SplittableRandom random = new SplittableRandom();
        AtomicBoolean over = new AtomicBoolean();
        Running<?> unaware = bystander(over);
        Endpoint address = address();
        for (int round = 0; round < CRASH_ROUNDS; round++) {
            serverDiesUnderLoad(address, random);
            clientDiesUnderLoad(address, random);
        }
        over.set(true);
        unaware.join();
        closeAll();
        before.assertNothingNew();
    }

    private void serverDiesUnderLoad(Endpoint address, SplittableRandom random) throws Exception {
        ForkedJvm server = server(address);
        List<IpcConnection> clients = List.of(connect(address), connect(address));
        List<CompletableFuture<ValueSet>> pending = new ArrayList<>();
        clients.forEach(client -> pending.add(client.requestAsync("never", EMPTY)));
        List<Running<?>> callers = race(
                4,
                number -> failsWith(IpcStatus.PEER_DIED, () -> {
                    echoes(clients.get(number % 2), Integer.MAX_VALUE);
                    return null;
                }));
        passUpTo(random, 20_000_000);
        server.kill();
        for (Running<?> caller : callers) {
            caller.join();
        }
        for (CompletableFuture<ValueSet> call : pending) {
            failsWith(IpcStatus.PEER_DIED, () -> get(call));
        }
    }

    /** At the address whose server has just been killed. */
    private void clientDiesUnderLoad(Endpoint address, SplittableRandom random) throws Exception {
        BlockingQueue<CloseReason> ended = new LinkedBlockingQueue<>();
        IpcServer.Builder successor =
                server(new Endpoint[] {address}).onDisconnect((connection, reason) -> ended.add(reason));
        try (IpcServer server = successor.start()) {
            ForkedJvm doomed = fork();
            doomed.ask("connect", address);
            IpcConnection back = only(server);
            List<CompletableFuture<ValueSet>> pending = List.of(back.requestAsync("never", EMPTY));
            doomed.ask("flood", 2);
            passUpTo(random, 20_000_000);
            doomed.kill();
            for (CompletableFuture<ValueSet> call : pending) {
                failsWith(IpcStatus.PEER_DIED, () -> get(call));
            }
            assertThat(take(ended).status()).isEqualTo(IpcStatus.PEER_DIED);
        }
    }

    @Test
    void K12_stoppedClientWithFullBuffersLosesAndRepeatsNothing() throws Exception {
        IpcServer server = serve(builder -> builder);
        ForkedJvm stopped = fork();
        stopped.ask("connect", server.endpoints().get(0));
        stopped.ask("call", 10);
        IpcConnection other = connect(server);
        stopped.freeze();
        byte[] ballast = new byte[50_000]; // more than any buffer holds, less than a server queues for one client
        for (int i = 0; i < 40; i++) {
            server.broadcast("tick", ValueSet.of("n", i, "ballast", ballast));
        }
        echoes(other, 500);
        stopped.thaw();
        stopped.ask("ticks", 40);
        stopped.ask("call", 50);
        assertThat(server.connections()).hasSize(2);
    }

    /** As on a suspended machine: all processes stop for a while. */
    @Test
    void K13_bothEndsStoppedGoOnAsIfNothingHadHappened() {
        Endpoint address = address();
        ForkedJvm server = server(address);
        ForkedJvm client = fork();
        client.ask("connect", address);
        client.ask("flood", 2);
        hears(client, "flooding", 2);
        server.freeze();
        client.freeze();
        LockSupport.parkNanos(300_000_000); // the time that passes must cause no failure
        client.thaw();
        server.thaw();
        assertThat(client.ask("call", 100)).as("on the same connection").isEmpty();
    }
}
