package io.valise.ipc.testkit.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.testkit.Candidate;
import io.valise.ipc.testkit.TestHome;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.process.LimitedJvm;
import io.valise.ipc.testkit.process.OtherUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * X: processes that have no descriptor or thread left for a while, and a log that throws. Connections survive that: a
 * call is answered, or only that call fails.
 */
public abstract class ShortageRules extends SessionRules {
    private static final int DESCRIPTORS = 256;
    private static final int CLIENTS = 400;

    /** As many clients as get in wherever each of them takes a descriptor. */
    private static final int FEW_CLIENTS = 10;

    /** What a transport may keep for the next clients, such as selectors. */
    private static final int KEPT_DESCRIPTORS = 40;

    private static final int IDLE = 80;
    private static final int ENOUGH_DESCRIPTORS = 400;
    private static final int THREADS = 120;
    private static final int CALLS = 20;
    private static final String ALL_WELL = "answered=" + IDLE + ",lacking=0,open=" + IDLE;

    protected ShortageRules(Candidate candidate) {
        super(candidate);
    }

    private void assumeLimits() {
        assumeTrue(candidate.betweenProcesses(), "this transport stays within the process");
        LimitedJvm.assumePossible();
    }

    private ForkedJvm limited(int descriptors) {
        assumeLimits();
        return closing(LimitedJvm.withDescriptors(descriptors, LimitedPeer.class, transportName()));
    }

    private String transportName() {
        return transport.getClass().getName();
    }

    private static void awaitFewer(ForkedJvm process, int descriptors) {
        while (Integer.parseInt(process.ask("descriptors")) > descriptors) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void X01_serverThatRanOutOfDescriptorsServesOnceClientsHaveLeft() {
        ForkedJvm server = limited(DESCRIPTORS);
        Endpoint address = address();
        server.ask("serve", address);
        echoes(connect(address), 1);
        int before = Integer.parseInt(server.ask("descriptors"));
        for (int round = 0; round < 2; round++) {
            List<IpcConnection> crowd = crowd(address);
            if (candidate.hasDescriptorPerConnection()) {
                assertThat(crowd).hasSizeBetween(FEW_CLIENTS, CLIENTS - 1);
            } else {
                assertThat(crowd).hasSize(CLIENTS);
            }
            crowd.forEach(IpcConnection::close);
            awaitFewer(server, before + KEPT_DESCRIPTORS);
        }
        echoes(connect(address), 3);
    }

    /** Opens clients until one is refused; only one that may be refused has a short timeout. */
    private List<IpcConnection> crowd(Endpoint address) {
        List<IpcConnection> crowd = new ArrayList<>();
        int certain = candidate.hasDescriptorPerConnection() ? FEW_CLIENTS : CLIENTS;
        try {
            while (crowd.size() < CLIENTS) {
                crowd.add(closing(client(address)
                        .connectTimeout(crowd.size() < certain ? LONG : Duration.ofMillis(500))
                        .connect()));
            }
        } catch (IpcException full) {
            assertThat(full.status()).isNotNull();
        }
        return crowd;
    }

    @Test
    void X02_idleConnectionsOfAClientOutliveItsLackOfDescriptors() {
        IpcServer server = serve(LimitedPeer::slow);
        ForkedJvm client = limited(ENOUGH_DESCRIPTORS);
        client.ask("connect", server.endpoints().get(0), IDLE);
        client.ask("rest");
        client.ask("open");
        assertThat(client.ask("call")).isEqualTo(ALL_WELL);
        client.ask("closed");
        assertThat(client.ask("call")).isEqualTo(ALL_WELL);
        assertThat(server.connections()).hasSize(IDLE);
    }

    @Test
    void X03_connectionsOfAServerOutliveItsLackOfDescriptors() {
        ForkedJvm server = limited(ENOUGH_DESCRIPTORS);
        Endpoint address = address();
        server.ask("serve", address);
        List<IpcConnection> clients = new ArrayList<>();
        for (int i = 0; i < IDLE; i++) {
            clients.add(connect(address));
        }
        server.ask("rest");
        server.ask("open");
        assertThat(LimitedPeer.call(clients, LimitedPeer.TIMEOUT)).isEqualTo(ALL_WELL);
        server.ask("closed");
        assertThat(LimitedPeer.call(clients, LimitedPeer.TIMEOUT)).isEqualTo(ALL_WELL);
    }

    @Test
    void X04_connectionsOfAClientOutliveItsLackOfThreads() throws IOException {
        User user = user();
        Endpoint address = address();
        user.fork().ask("serve", address);
        ForkedJvm client = user.forkLimited();
        outlivesLackOfThreads(client, client, address);
    }

    @Test
    void X05_connectionsOfAServerOutliveItsLackOfThreads() throws IOException {
        User user = user();
        Endpoint address = address();
        ForkedJvm server = user.forkLimited();
        server.ask("serve", address);
        outlivesLackOfThreads(user.fork(), server, address);
    }

    /** Enough calls in a row to start the optional threads, if they can start. */
    private static void outlivesLackOfThreads(ForkedJvm client, ForkedJvm lacking, Endpoint address) {
        client.ask("connect", address, 2);
        assertThat(lacking.ask("threads")).isNotEqualTo("unlimited");
        for (int i = 0; i < CALLS; i++) {
            assertThat(client.ask("try")).endsWith("open=2");
        }
        lacking.ask("unpark");
        String all = client.ask("try");
        while (!all.startsWith("answered=2")) { // a thread that was parked takes a moment to end
            assertThat(all).endsWith("open=2");
            all = client.ask("try");
        }
        assertThat(all).isEqualTo("answered=2,lacking=0,open=2");
    }

    /** A user number of this machine that no other process has, with a runtime directory of its own. */
    private User user() throws IOException {
        assumeLimits();
        OtherUser.assumePossible();
        Path home = Files.createTempDirectory("vx");
        closing(() -> TestHome.deleteAll(home));
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxrwxrwx"));
        return new User(200_000 + (int) (ProcessHandle.current().pid() % 100_000), home);
    }

    /** Starts processes as one user. */
    private final class User {
        private final int number;
        private final Path home;

        User(int number, Path home) {
            this.number = number;
            this.home = home;
        }

        ForkedJvm fork() {
            return closing(OtherUser.start(number, options(), LimitedPeer.class, transportName()));
        }

        /** With a limit of threads, those of the user's other processes counted. */
        ForkedJvm forkLimited() {
            return closing(LimitedJvm.withThreads(number, THREADS, options(), LimitedPeer.class, transportName()));
        }

        private List<String> options() {
            return List.of(
                    "-D" + TestHome.PROPERTY + "=" + home.resolve("home"),
                    "-D" + TestHome.CONFIGURATION_PROPERTY + "=" + home.resolve("config"),
                    "-Dvalise.shm.directory=" + home.resolve("shm"), // or shm: leaves a folder of this user behind
                    "-Xlog:os+thread=off");
        }
    }
}
