package io.valise.ipc.testkit.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.runtime.RuntimeDirectory;
import io.valise.ipc.testkit.Candidate;
import io.valise.ipc.testkit.TestHome;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.process.Namespaces;
import io.valise.ipc.testlog.MayLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Q: a server can be found for as long as it lives, also after its files were removed, and from other namespaces. */
@MayLog("was removed while its server runs")
public abstract class PublicationRules extends RuntimeDirectoryRules {
    protected PublicationRules(Candidate candidate) {
        super(candidate);
    }

    /** Connects as soon as the server can be found: it checks its files once a second. */
    private IpcConnection connectSoon(Endpoint address) {
        Optional<IpcConnection> connection = Optional.empty();
        while (connection.isEmpty()) {
            if (Thread.currentThread().isInterrupted()) {
                throw new AssertionError("not found again: " + address);
            }
            LockSupport.parkNanos(20_000_000); // there is no notification
            connection = connectOnce(address);
        }
        return connection.get();
    }

    private Optional<IpcConnection> connectOnce(Endpoint address) {
        try {
            return Optional.of(connect(address));
        } catch (IpcException e) {
            // CONNECTION_CLOSED, PEER_DIED: the socket was replaced while the connection waited in its queue.
            assertThat(e.status()).isIn(IpcStatus.ENDPOINT_NOT_FOUND, IpcStatus.CONNECTION_CLOSED, IpcStatus.PEER_DIED);
            return Optional.empty();
        }
    }

    private ForkedJvm peer(Path home) {
        return closing(ForkedJvm.start(
                List.of("-D" + TestHome.PROPERTY + "=" + home),
                SessionPeer.class,
                transport.getClass().getName()));
    }

    private static List<Path> leftIn(Path home) throws IOException {
        return filesIn(home).stream().filter(path -> !Candidate.mayStay(path)).toList();
    }

    @Test
    void Q01_serverWhoseFilesWereRemovedIsFoundAgain() throws Exception {
        Path home = moveTo(commons().resolve("home"));
        Endpoint address = address();
        IpcServer server = serve(address, builder -> builder);
        IpcConnection before = connect(server);
        for (Path file : filesIn(home)) {
            Files.delete(file);
        }
        echoes(connectSoon(address), 3);
        awaitConnections(server, 2);
        echoes(before, 3);
        assertThat(transport.endpoints()).contains(address);
        failsWith(IpcStatus.ADDRESS_IN_USE, () -> serve(address, builder -> builder));
        server.close();
        assertThat(leftIn(home)).isEmpty();
        failsWith(IpcStatus.ENDPOINT_NOT_FOUND, () -> connect(address));
        echoes(connect(serve(address, builder -> builder)), 3);
    }

    @Test
    void Q02_serverWhoseRuntimeDirectoryWasRemovedMakesItAgain() throws Exception {
        Path home = moveTo(commons().resolve("home"));
        Endpoint address = address();
        IpcServer server = serve(address, builder -> builder);
        TestHome.deleteAll(home);
        echoes(connectSoon(address), 3);
        only(server);
        server.close();
        assertThat(leftIn(home)).isEmpty();
        failsWith(IpcStatus.ENDPOINT_NOT_FOUND, () -> connect(address));
    }

    @Test
    void Q03_nameThatAnotherServerTookMeanwhileStaysWithThatServer() throws Exception {
        Path home = moveTo(commons().resolve("absent").resolve("home"));
        Endpoint address = address();
        ForkedJvm first = peer(home);
        assertThat(first.ask("serve", address)).isEqualTo("OK");
        IpcConnection old = connect(address);
        echoes(old, 3);
        first.freeze();
        TestHome.deleteAll(home);
        IpcServer second = serve(address, builder -> builder);
        first.thaw();
        echoes(connect(address), 3);
        only(second);
        echoes(old, 3);
        first.ask("stop");
        get(old.closed().toCompletableFuture());
        echoes(connect(address), 3);
        awaitConnections(second, 2);
        second.close();
        assertThat(leftIn(home)).isEmpty();
    }

    @Test
    void Q04_stoppedServerKeepsItsName() throws Exception {
        Path home = moveTo(commons().resolve("home"));
        Endpoint address = address();
        ForkedJvm server = peer(home);
        assertThat(server.ask("serve", address)).isEqualTo("OK");
        server.freeze();
        assertThat(transport.endpoints()).contains(address);
        failsWith(IpcStatus.ADDRESS_IN_USE, () -> serve(address, builder -> builder));
        server.thaw();
        echoes(connect(address), 3);
        server.kill();
        assertThat(transport.endpoints()).doesNotContain(address);
        echoes(connect(serve(address, builder -> builder)), 3);
    }

    @Test
    void Q05_serverIsTheSameFromAnotherPidNamespace() throws Exception {
        Path home = moveTo(commons().resolve("home"));
        Endpoint address = address();
        ForkedJvm server = peer(home);
        assertThat(server.ask("serve", address)).isEqualTo("OK");
        ForkedJvm elsewhere = closing(Namespaces.startWithOtherPids(
                List.of("-D" + TestHome.PROPERTY + "=" + home),
                SessionPeer.class,
                transport.getClass().getName()));
        assertThat(elsewhere.ask("list")).contains(address.toString());
        elsewhere.ask("connect", address);
        elsewhere.ask("call", 3);
        assertThat(elsewhere.ask("serve", address)).isEqualTo("ADDRESS_IN_USE");
        server.freeze();
        assertThat(elsewhere.ask("list")).contains(address.toString());
        assertThat(elsewhere.ask("serve", address)).isEqualTo("ADDRESS_IN_USE");
        server.kill();
        assertThat(elsewhere.ask("list")).doesNotContain(address.toString());
        assertThat(elsewhere.ask("serve", address)).isEqualTo("OK");
        echoes(connect(address), 3);
    }

    @Test
    void Q06_freshClientNeedsToWriteNothingThere() throws Exception {
        Path home = moveTo(commons().resolve("home"));
        IpcServer server = serve(builder -> builder);
        ForkedJvm client = closing(Namespaces.startWithReadOnly(
                home,
                List.of("-D" + TestHome.PROPERTY + "=" + home),
                SessionPeer.class,
                transport.getClass().getName()));
        Endpoint address = server.endpoints().get(0);
        assertThat(client.ask("list")).contains(address.toString());
        client.ask("connect", address);
        client.ask("call", 3);
    }

    @Test
    void Q07_lookingCreatesNothingAndHoldsNothing() throws Exception {
        Path home = moveTo(commons().resolve("home"));
        assertThat(transport.availability().available()).isTrue();
        assertThat(transport.endpoints()).isEmpty();
        failsWith(IpcStatus.ENDPOINT_NOT_FOUND, () -> connect(address()));
        assertThat(home).doesNotExist();
        assertThat(RuntimeDirectory.current().clean().files()).isZero();
    }
}
