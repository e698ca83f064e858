package io.valise.ipc.testkit.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.CloseReason;
import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.Candidate;
import io.valise.ipc.testkit.link.LeftoverFiles;
import io.valise.ipc.testkit.process.ForkedJvm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Z: servers and the exit of their JVM. */
public abstract class ExitRules extends SessionRules {
    private static final int AFTER_SIGTERM = 128 + 15;

    protected ExitRules(Candidate candidate) {
        super(candidate);
    }

    @BeforeEach
    void connectsProcesses() {
        assumeTrue(candidate.betweenProcesses(), "this transport stays within the process");
    }

    /** A program that serves these addresses. */
    private ForkedJvm program(boolean keepAlive, String grace, Endpoint... addresses) {
        Stream<String> options = Stream.of(transport.getClass().getName(), Boolean.toString(keepAlive), grace);
        ForkedJvm program = closing(ForkedJvm.start(
                ExitPeer.class,
                Stream.concat(options, Stream.of(addresses).map(Endpoint::toString))
                        .toArray(String[]::new)));
        assertThat(program.hear()).isEqualTo("serving");
        return program;
    }

    private static void assumeSigterm() {
        assumeTrue(ProcessHandle.current().supportsNormalTermination(), "no SIGTERM here");
    }

    /** Calls until the server, which is about to exit, refuses new calls. */
    private static void refusedInTheEnd(IpcConnection client) {
        IpcException refused = failsWith(IpcStatus.CONNECTION_CLOSED, () -> {
            echoes(client, Integer.MAX_VALUE);
            return null;
        });
        assertThat(refused.delivery()).isIn(Delivery.NOT_SENT, Delivery.REJECTED);
    }

    private static CompletableFuture<ValueSet> waiting(ForkedJvm program, IpcConnection client, int number) {
        CompletableFuture<ValueSet> call = client.requestAsync("wait", ValueSet.of("n", number));
        assertThat(program.hear()).isEqualTo("wait");
        return call;
    }

    private static CloseReason reason(IpcConnection connection) throws Exception {
        return get(connection.closed().toCompletableFuture());
    }

    @Test
    void Z01_terminatedServersFinishWhatRuns() throws Exception {
        assumeSigterm();
        LeftoverFiles before = LeftoverFiles.of(candidate);
        List<Endpoint> addresses = List.of(address(), address());
        ForkedJvm program = program(true, LONG.toString(), addresses.toArray(Endpoint[]::new));
        List<IpcConnection> clients = addresses.stream().map(this::connect).toList();
        List<CompletableFuture<ValueSet>> running = new ArrayList<>();
        for (IpcConnection client : clients) {
            running.add(waiting(program, client, running.size()));
        }
        program.terminate();
        for (int i = 0; i < addresses.size(); i++) { // each of them, while both wait
            Endpoint address = addresses.get(i);
            refusedInTheEnd(clients.get(i));
            failsWith(IpcStatus.ENDPOINT_NOT_FOUND, () -> connect(address));
        }
        assertThat(program.ask("serve-late", address())).contains("this JVM is exiting already");
        assertThat(running).noneMatch(CompletableFuture::isDone);
        program.ask("open");
        for (int i = 0; i < running.size(); i++) {
            assertThat(get(running.get(i)).getInt("n")).isEqualTo(i);
            assertThat(reason(clients.get(i)).status()).isEqualTo(IpcStatus.CONNECTION_CLOSED);
        }
        assertThat(program.awaitExit()).isEqualTo(AFTER_SIGTERM);
        echoes(connect(serve(addresses.get(0), builder -> builder)), 3);
        closeAll();
        before.assertNothingNew();
    }

    @Test
    void Z02_terminatedServerWaitsNoLongerThanItsGrace() throws Exception {
        assumeSigterm();
        for (Duration grace : List.of(Duration.ZERO, Duration.ofMillis(20))) {
            Endpoint address = address();
            ForkedJvm program = program(true, grace.toString(), address);
            IpcConnection client = connect(address);
            CompletableFuture<ValueSet> stuck = waiting(program, client, 0);
            program.terminate();
            failsWith(IpcStatus.CONNECTION_CLOSED, () -> get(stuck));
            assertThat(program.awaitExit()).isEqualTo(AFTER_SIGTERM);
            assertThat(reason(client).status()).isEqualTo(IpcStatus.CONNECTION_CLOSED);
            echoes(connect(serve(address, builder -> builder)), 3);
        }
    }

    @Test
    void Z03_closeEndsTheGrace() throws Exception {
        assumeSigterm();
        Endpoint address = address();
        ForkedJvm program = program(true, LONG.toString(), address);
        IpcConnection client = connect(address);
        CompletableFuture<ValueSet> stuck = waiting(program, client, 0);
        program.terminate();
        refusedInTheEnd(client);
        program.tell("close");
        failsWith(IpcStatus.CONNECTION_CLOSED, () -> get(stuck));
        assertThat(program.awaitExit()).isEqualTo(AFTER_SIGTERM);
    }

    @Test
    void Z04_exitByAHandlerClosesTheServer() throws Exception {
        Endpoint address = address();
        ForkedJvm program = program(true, "PT0.02S", address);
        IpcConnection client = connect(address);
        IpcConnection other = connect(address);
        failsWith(IpcStatus.CONNECTION_CLOSED, () -> client.request("exit", ValueSet.of("status", 7)));
        assertThat(program.awaitExit()).isEqualTo(7);
        assertThat(reason(other).status()).isEqualTo(IpcStatus.CONNECTION_CLOSED);
        failsWith(IpcStatus.ENDPOINT_NOT_FOUND, () -> connect(address));
    }

    @Test
    void Z05_serverThatKeepsItsJvmAliveServesUntilClosed() throws Exception {
        for (String grace : List.of(ExitPeer.NEVER, LONG.toString())) {
            Endpoint address = address();
            ForkedJvm program = program(true, grace, address);
            program.ask("returned");
            IpcConnection client = connect(address);
            echoes(client, 20);
            program.tell("close");
            assertThat(reason(client).status()).isEqualTo(IpcStatus.CONNECTION_CLOSED);
            assertThat(program.awaitExit()).isZero();
        }
    }

    @Test
    void Z06_otherServersDoNotKeepTheirJvmAlive() {
        for (String grace : List.of(ExitPeer.NEVER, LONG.toString())) {
            ForkedJvm program = program(false, grace, address());
            assertThat(program.awaitExit()).isZero();
        }
    }
}
