package io.valise.ipc.testkit.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.testkit.Candidate;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.rule.DependsOnConnection;
import io.valise.ipc.testkit.rule.Running;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** P: between processes. */
public abstract class ProcessRules extends LinkRules {
    private static final int LENGTH = 1000;

    protected ProcessRules(Candidate candidate) {
        super(candidate);
    }

    @BeforeEach
    void connectsProcesses() {
        assumeTrue(candidate.betweenProcesses(), "this transport stays within the process");
    }

    private ForkedJvm fork() {
        return closing(ForkedJvm.start(LinkPeer.class, transport.getClass().getName()));
    }

    /** A link to a server in another process. */
    private LinkEnd connectTo(ForkedJvm server, Endpoint address) {
        assertThat(server.ask("listen", address)).isEqualTo("OK");
        LinkEnd client = connect(address);
        isKnown(server.ask("accept"));
        return client;
    }

    private void isKnown(String peer) {
        if (candidate.provesSameUser()) {
            assertThat(peer).startsWith("true/").doesNotContain("NONE");
        } else {
            assertThat(peer).startsWith("false/");
        }
    }

    private static void send(LinkEnd end, int first, int count) {
        for (int i = first; i < first + count; i++) {
            end.send(LinkEnd.frame(i, LENGTH));
        }
    }

    private static void expect(LinkEnd end, int first, int count) {
        for (int i = first; i < first + count; i++) {
            end.expect(LinkEnd.frame(i, LENGTH));
        }
    }

    @Test
    @DependsOnConnection
    void P01_serverInAnotherProcess() throws Exception {
        ForkedJvm server = fork();
        LinkEnd client = connectTo(server, address());
        assertThat(client.link().peer().sameUser()).isEqualTo(candidate.provesSameUser());
        Running<Void> sender = start(() -> {
            send(client, 0, 5_000);
            return null;
        });
        server.ask("receive", 0, 0, 5_000);
        sender.join();
        server.ask("echo", 0);
        for (int i = 0; i < 2_000; i++) {
            send(client, i, 1);
            expect(client, i, 1);
        }
    }

    @Test
    void P02_clientInAnotherProcess() throws Exception {
        Served served = serve();
        ForkedJvm peer = fork();
        for (int link = 0; link < 2; link++) {
            isKnown(peer.ask("connect", served.address()));
            LinkEnd server = served.accept();
            Running<Void> receiver = start(() -> {
                expect(server, 0, 2_000);
                return null;
            });
            peer.ask("send", link, 0, 2_000);
            receiver.join();
            if (link == 0) {
                peer.ask("close", link);
                assertThat(server.awaitEnd()).isTrue();
            } else {
                server.link().close();
                assertThat(peer.ask("end", link)).isEqualTo("true");
            }
        }
    }

    @Test
    void P03_killedPeerEndsTheLink() {
        for (int round = 0; round < 3; round++) {
            ForkedJvm server = fork();
            LinkEnd client = connectTo(server, address());
            server.ask("send", 0, 0, 20);
            server.ask("flood", 0);
            expect(client, 0, 20);
            expect(client, 0, 500 * round);
            server.kill();
            expectThenEnd(client, 500 * round);
        }
    }

    /** Whole frames in order, then the end. */
    private static void expectThenEnd(LinkEnd end, int next) {
        int[] number = {next};
        try {
            end.forEachFrame(frame -> assertThat(frame).isEqualTo(LinkEnd.frame(number[0]++, LENGTH)));
        } catch (IpcException e) {
            assertThat(e.status()).isEqualTo(IpcStatus.PEER_DIED);
        }
    }

    @Test
    void P04_killedServersAddressIsFree() {
        Endpoint address = address();
        ForkedJvm server = fork();
        LinkEnd client = connectTo(server, address);
        server.kill();
        failsWith(IpcStatus.ENDPOINT_NOT_FOUND, () -> connect(address));
        Served successor = serve(transport, address);
        connect(address).send(LinkEnd.frame(1, 10));
        successor.accept().expect(LinkEnd.frame(1, 10));
        assertThat(client.awaitEnd()).isIn(true, false);
    }

    @Test
    @DependsOnConnection
    void P05_secondServerProcessIsRefused() {
        assumeExclusiveNames();
        Served served = serve();
        ForkedJvm other = fork();
        assertThat(other.ask("listen", served.address())).isEqualTo("ADDRESS_IN_USE");
        Endpoint theirs = address();
        assertThat(other.ask("listen", theirs)).isEqualTo("OK");
        failsWith(IpcStatus.ADDRESS_IN_USE, () -> serve(transport, theirs));
        other.ask("unlisten");
        assertThat(serve(transport, theirs).address()).isEqualTo(theirs);
        assertThat(transport.endpoints()).contains(served.address(), theirs);
    }

    @Test
    @DependsOnConnection
    void P05_orSharesTheClients() throws Exception {
        assumeSharedNames();
        Served served = serve();
        ForkedJvm other = fork();
        assertThat(other.ask("listen", served.address())).isEqualTo("OK");
        assertThat(transport.endpoints()).containsOnlyOnce(served.address());
        AtomicBoolean accepted = new AtomicBoolean();
        Running<Void> theirs = start(() -> {
            other.ask("accept");
            accepted.set(true);
            return null;
        });
        List<LinkEnd> clients = new ArrayList<>();
        while (clients.size() < MOST_CLIENTS
                && (!accepted.get() || served.waiting().isEmpty())) {
            clients.add(connect(served.address()));
        }
        theirs.join();
        LinkEnd survivor = served.accept();
        other.kill();
        survivor.send(LinkEnd.frame(1, 10));
        int hearing = 0;
        while (hearing == 0) {
            for (LinkEnd client : clients) {
                hearing += hears(client) ? 1 : 0;
            }
        }
        assertThat(hearing).isEqualTo(1);
        connect(served.address());
        assertThat(survivor.poll(1)).isZero();
    }

    /** Whether a frame has come; one that was connected with the killed process hears of its end instead. */
    private static boolean hears(LinkEnd client) {
        try {
            return client.poll(1) == 1;
        } catch (IpcException killed) {
            assertThat(killed.status()).isIn(IpcStatus.PEER_DIED, IpcStatus.CONNECTION_CLOSED);
            return false;
        }
    }

    @Test
    void P06_killedClientHarmsNoOther() throws Exception {
        Served served = serve();
        ForkedJvm doomed = fork();
        ForkedJvm other = fork();
        other.ask("connect", served.address());
        LinkEnd staying = served.accept();
        doomed.ask("connect", served.address());
        LinkEnd ending = served.accept();
        doomed.ask("flood", 0);
        Running<Void> reader = start(() -> {
            expectThenEnd(ending, 0);
            return null;
        });
        other.ask("echo", 0);
        for (int i = 0; i < 1_000; i++) {
            if (i == 300) {
                doomed.kill();
            }
            send(staying, i, 1);
            expect(staying, i, 1);
        }
        reader.join();
    }

    @Test
    void P07_stoppedPeerFillsItsOwnLinkOnly() throws Exception {
        Served served = serve();
        ForkedJvm stopped = fork();
        stopped.ask("connect", served.address());
        LinkEnd full = served.accept();
        Pair other = new Pair(connect(served.address()), served.accept());
        stopped.freeze();
        int sent = 0;
        while (sent < 1_000_000 && full.tryWrite(LinkEnd.frame(sent, LENGTH))) {
            sent++;
            if (!full.link().flush()) {
                break;
            }
        }
        assertThat(sent).isBetween(1, 999_999);
        send(other.client(), 0, 50);
        expect(other.server(), 0, 50);
        stopped.thaw();
        Running<Void> flusher = start(() -> {
            full.flush();
            return null;
        });
        stopped.ask("receive", 0, 0, sent);
        flusher.join();
        send(full, sent, 10);
        stopped.ask("receive", 0, sent, 10);
    }

    @Test
    @DependsOnConnection
    void P08_killedProcessesLeaveNothing() throws Exception {
        LeftoverFiles before = LeftoverFiles.of(candidate);
        Endpoint address = address();
        ForkedJvm server = fork();
        LinkEnd client = connectTo(server, address);
        server.kill();
        assertThat(client.awaitEnd()).isIn(true, false);
        Served successor = serve(transport, address);
        ForkedJvm leaving = fork();
        leaving.ask("connect", address);
        LinkEnd ending = successor.accept(); // what a killed client has sent may not have left its process
        leaving.kill();
        assertThat(ending.awaitEnd()).isIn(true, false);
        closeAll();
        before.assertNothingNew();
    }
}
