package io.valise.ipc.loopback.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.loopback.endpoint.EndpointFile;
import io.valise.ipc.spi.secret.Secret;
import io.valise.ipc.spi.secret.SecretFiles;
import io.valise.ipc.testkit.HangWatchdog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a server publishes: its ports and its file. */
@ExtendWith(HangWatchdog.class)
class PublishedTest {
    private static final String V4_LOOPBACK = "0100007F";
    private static final String V6_LOOPBACK = "00000000000000000000000001000000";
    private static final String LISTENING = "0A";

    private static EndpointFile published(Serving server) {
        return EndpointFile.files().read(server.name()).orElseThrow();
    }

    /** The local addresses at which a process listens on a port, as proc_net(5) spells them. */
    private static List<String> listenersAt(int port, String table) throws IOException {
        List<String> addresses = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of(table))) {
            String[] fields = line.trim().split("\\s+", -1);
            String[] local = fields[1].split(":", -1);
            if (fields[3].equals(LISTENING) && local[1].equals(String.format(Locale.ROOT, "%04X", port))) {
                addresses.add(local[0]);
            }
        }
        return addresses;
    }

    @Test
    void onlyLoopbackAddressesAreBound() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/net/tcp")), "needs Linux's /proc");
        try (Serving server = new Serving()) {
            EndpointFile file = published(server);
            assertThat(listenersAt(file.port(), "/proc/net/tcp")).containsExactly(V4_LOOPBACK);
            if (file.port6() != 0) {
                assertThat(listenersAt(file.port6(), "/proc/net/tcp6")).containsExactly(V6_LOOPBACK);
            }
        }
    }

    @Test
    void bothAddressesHaveTheSamePort() {
        try (Serving server = new Serving()) {
            EndpointFile file = published(server);
            assumeTrue(file.port6() != 0, "needs IPv6");
            assertThat(file.port6()).isEqualTo(file.port());
        }
    }

    @Test
    void everyAddressLeadsIn() throws Exception {
        try (Serving server = new Serving()) {
            EndpointFile file = published(server);
            assumeTrue(file.port6() != 0, "needs IPv6");
            // As if another program had taken the port on 127.0.0.1 and gone again.
            EndpointFile.files()
                    .publish(new EndpointFile(file.name(), 1, file.port6(), file.pid(), file.held(), file.secret()));
            Serving.connect(server.name()).link().close();
            assertThat(server.accept().awaitEnd()).isTrue();
        }
    }

    @Test
    void onlyTheUserCanReadTheFileAndNoLogContainsItsSecret() throws Exception {
        try (Serving server = new Serving()) {
            Path path = EndpointFile.files().pathOf(server.name());
            assumeTrue(path.getFileSystem().supportedFileAttributeViews().contains("posix"), "needs POSIX");
            assertThat(Files.getPosixFilePermissions(path)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
            assertThat(Files.getPosixFilePermissions(path.getParent()))
                    .isEqualTo(PosixFilePermissions.fromString("rwx------"));
            EndpointFile file = published(server);
            assertThat(file.toString())
                    .contains(server.name())
                    .doesNotContain(file.secret().digits());
        }
    }

    @Test
    void everyServerHasASecretOfItsOwn() {
        String name = Serving.freshName();
        Secret first;
        try (Serving server = new Serving(name)) {
            first = published(server).secret();
        }
        try (Serving server = new Serving(name)) {
            assertThat(published(server).secret()).isNotEqualTo(first);
        }
    }

    @Test
    void closeLeavesTheFileOfASuccessorAlone() {
        try (Serving server = new Serving()) {
            EndpointFile successor = EndpointFile.fresh(server.name(), 1, 0, false);
            EndpointFile.files().publish(successor);
            server.listener().close();
            assertThat(EndpointFile.files().read(server.name())).contains(successor);
            EndpointFile.files().retract(successor);
        }
    }

    @Test
    void startSweepsUpWhatCrashesLeft() throws Exception {
        SecretFiles<EndpointFile> folder = EndpointFile.files();
        String name = Serving.freshName();
        EndpointFile fresh = EndpointFile.fresh(name, 1, 0, false);
        folder.publish(new EndpointFile(name, 1, 0, 1L << 40, false, fresh.secret()));
        Path draft = Files.createFile(folder.pathOf(".draft-of-a-crash"));
        new Serving().close();
        assertThat(folder.pathOf(name)).doesNotExist();
        assertThat(draft).doesNotExist();
    }
}
