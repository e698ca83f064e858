package io.valise.ipc.spi.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.runtime.PublishedFiles;
import io.valise.ipc.spi.runtime.RuntimeDirectory;
import io.valise.ipc.testlog.Logs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a server publishes its secret, and that no other user and no log sees it. */
class SecretFilesTest {
    private static final String FIRST_LINE = "valise-test 1";

    private SecretFiles<Server> files;
    private Path folder;

    private record Server(String name, String port, Secret secret) implements SecretFiles.Published {
        static Server parse(String name, Map<String, String> lines, Secret secret) {
            String port = lines.get("port");
            if (port == null) {
                throw new IllegalArgumentException("port: missing");
            }
            return new Server(name, port, secret);
        }

        @Override
        public Map<String, String> otherLines() {
            return Map.of("port", port);
        }
    }

    @BeforeEach
    void open(@TempDir Path directory) {
        folder = directory;
        files = new SecretFiles<>(folder, ".key-", FIRST_LINE, Server::parse);
    }

    private Server published(String name) {
        Server server = new Server(name, "4711", Secret.fresh());
        files.publish(server);
        return server;
    }

    private void refused(IpcStatus status, String why) {
        assertThatThrownBy(() -> files.read("quotes"))
                .isInstanceOfSatisfying(IpcException.class, e -> {
                    assertThat(e.status()).isEqualTo(status);
                    assertThat(e.delivery()).isEqualTo(Delivery.NOT_SENT);
                })
                .hasMessageContaining(files.pathOf("quotes").toString())
                .hasMessageContaining(why);
        assertThat(files.readable("quotes")).isEmpty();
        assertThat(files.all()).isEmpty();
    }

    @Test
    void fileIsThisUsersAloneAndSaysWhatTheServerPublishes() throws IOException {
        assertThat(files.read("quotes")).isEmpty();
        Server server = published("quotes");
        assertThat(files.read("quotes")).contains(server);
        assertThat(files.all()).containsExactly(server);
        Path file = folder.resolve(".key-quotes");
        assertThat(files.pathOf("quotes")).isEqualTo(file);
        assertThat(file)
                .hasContent(FIRST_LINE + "\nname=quotes\nport=4711\nsecret="
                        + server.secret().digits() + "\n");
        assumeTrue(file.getFileSystem().supportedFileAttributeViews().contains("posix"), "needs POSIX");
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void unknownLinesAreSkipped() throws IOException {
        Server server = published("quotes");
        Path file = files.pathOf("quotes");
        Files.writeString(file, Files.readString(file) + "color=green\nno line of ours\n");
        assertThat(files.read("quotes")).contains(server);
    }

    @Test
    void fileThatOthersCouldReadIsRefused() throws IOException {
        published("quotes");
        Path file = files.pathOf("quotes");
        assumeTrue(file.getFileSystem().supportedFileAttributeViews().contains("posix"), "needs POSIX");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        refused(IpcStatus.ACCESS_DENIED, "mode=0644");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "valise-test 2\n",
                FIRST_LINE + "\n",
                FIRST_LINE + "\nname=quotes\nport=1\nsecret=0123\n",
                FIRST_LINE + "\nname=quotes\nsecret=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n",
            })
    void fileThatCannotBeUnderstoodIsNamed(String text) throws IOException {
        published("quotes");
        Files.writeString(files.pathOf("quotes"), text);
        refused(IpcStatus.PROTOCOL_ERROR, "restart the server to replace it");
    }

    @Test
    void fileOfAnotherNameIsNotTakenForThisOne() throws IOException {
        published("Quotes");
        Files.copy(files.pathOf("Quotes"), files.pathOf("quotes"));
        assertThat(files.read("quotes")).isEmpty();
    }

    @Test
    void serverTakesBackItsOwnFileAlone() {
        Server first = published("quotes");
        Server second = published("quotes");
        files.retract(first);
        assertThat(files.read("quotes")).contains(second);
        files.retract(second);
        files.retract(second);
        assertThat(files.pathOf("quotes")).doesNotExist();
    }

    @Test
    void filesOfServersThatAreGoneAreSweptWithDrafts() throws IOException {
        published("gone");
        published("here");
        Path damaged = Files.createFile(files.pathOf("damaged"));
        Path draft = Files.createFile(folder.resolve(".draft-1"));
        Path other = Files.createFile(folder.resolve("other"));
        files.sweep(name -> !name.equals("here"));
        assertThat(files.all()).extracting(Server::name).containsExactly("here");
        assertThat(damaged).doesNotExist();
        assertThat(draft).doesNotExist();
        assertThat(other).exists();
    }

    @Test
    void clientTriesAgainWhenTheServerHadNoRoom() {
        Server tried = published("quotes");
        assertThat(files.isWorthAnotherTry(failure(IpcStatus.PEER_DIED), tried, 4))
                .isTrue();
        assertThat(files.isWorthAnotherTry(failure(IpcStatus.PEER_DIED), tried, 5))
                .isFalse();
        published("quotes");
        assertThat(files.isWorthAnotherTry(failure(IpcStatus.PEER_DIED), tried, 5))
                .isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"ENDPOINT_NOT_FOUND", "AUTHENTICATION_FAILED", "PROTOCOL_ERROR"})
    void clientTriesAgainWhenTheServerWasReplaced(IpcStatus status) throws IOException {
        Server tried = published("quotes");
        assertThat(files.isWorthAnotherTry(failure(status), tried, 1)).isFalse();
        published("quotes");
        assertThat(files.isWorthAnotherTry(failure(status), tried, 5)).isTrue();
        // Reading the file again tells what is wrong with it, which says more than the failure.
        Files.writeString(files.pathOf("quotes"), "damaged");
        assertThat(files.isWorthAnotherTry(failure(status), tried, 5)).isTrue();
        Files.delete(files.pathOf("quotes"));
        assertThat(files.isWorthAnotherTry(failure(status), tried, 5)).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"TIMEOUT", "CANCELLED", "RESOURCE_EXHAUSTED", "VERSION_MISMATCH", "ACCESS_DENIED"})
    void clientDoesNotTryAgainWhateverWasReplaced(IpcStatus status) {
        Server tried = published("quotes");
        published("quotes");
        assertThat(files.isWorthAnotherTry(failure(status), tried, 1)).isFalse();
    }

    private static IpcException failure(IpcStatus status) {
        return new IpcException(status, "failed", Delivery.NOT_SENT);
    }

    @Test
    void damagedFileIsNotTakenBack() throws IOException {
        Server server = published("quotes");
        Files.writeString(files.pathOf("quotes"), "damaged");
        files.retract(server);
        assertThat(files.pathOf("quotes")).exists(); // it may be another server's, whose disk is full
    }

    /** One in whose file's place something lies that cannot be removed, at the moment of {@link SecretFiles#retract}. */
    private record Obstructed(String name, Secret kept, Path file, AtomicBoolean obstructs)
            implements SecretFiles.Published {
        @Override
        public Secret secret() {
            if (obstructs.get()) {
                try {
                    Files.delete(file);
                    Files.createDirectories(file.resolve("content"));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            return kept;
        }
    }

    @Test
    @Logs("what a server left stays: ")
    void fileThatCannotBeTakenBackIsLoggedWithItsPath() {
        AtomicBoolean obstructs = new AtomicBoolean();
        Path file = files.pathOf("quotes");
        SecretFiles<Obstructed> obstructed = new SecretFiles<>(
                folder,
                ".key-",
                FIRST_LINE,
                (name, lines, secret) -> new Obstructed(name, secret, file, new AtomicBoolean()));
        Obstructed server = new Obstructed("quotes", Secret.fresh(), file, obstructs);
        obstructed.publish(server);
        obstructs.set(true);
        obstructed.retract(server);
        assertThat(file).isDirectory();
    }

    @Test
    @Logs("what a server left stays: ")
    void folderThatCannotBeListedIsSweptLater() throws IOException {
        Path file = Files.createFile(folder.resolve("no-folder"));
        new SecretFiles<>(file, ".key-", FIRST_LINE, Server::parse).sweep(name -> true);
        assertThat(file).exists();
    }

    @ParameterizedTest
    @ValueSource(strings = {"name", "secret"})
    void lineOfTheFormatIsNotOneOfTheTransport(String line) {
        record Bent(String name, String line, Secret secret) implements SecretFiles.Published {
            @Override
            public Map<String, String> otherLines() {
                return Map.of(line, "another");
            }
        }
        SecretFiles<Bent> bent =
                new SecretFiles<>(folder, ".key-", FIRST_LINE, (name, lines, secret) -> new Bent(name, "", secret));
        assertThatThrownBy(() -> bent.publish(new Bent("quotes", line, Secret.fresh())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining('[' + line + ']');
        assertThat(bent.pathOf("quotes")).doesNotExist();
    }

    @Test
    @Logs("was removed while its server runs; it is published again")
    void removedFileIsPublishedAgainUntilItIsNotKept() throws IOException {
        String before = System.getProperty("valise.home", "");
        System.setProperty("valise.home", folder.resolve("run").toString());
        try {
            open(RuntimeDirectory.current().folder("kept"));
            removedFileIsPublishedAgain(published("quotes"));
        } finally {
            if (before.isEmpty()) {
                System.clearProperty("valise.home");
            } else {
                System.setProperty("valise.home", before);
            }
        }
    }

    private void removedFileIsPublishedAgain(Server server) throws IOException {
        try (PublishedFiles.Kept keeping = files.keep(server)) {
            assertThat(keeping.isOpen()).isTrue();
            Files.delete(files.pathOf("quotes"));
            while (files.read("quotes").isEmpty()) {
                Thread.onSpinWait();
            }
            assertThat(files.read("quotes")).contains(server);
        }
        files.retract(server);
        assertThat(files.read("quotes")).isEmpty();
    }

    @Test
    void secretIsFreshAndNotShown() {
        Secret secret = Secret.fresh();
        assertThat(Secret.ofDigits(secret.digits())).isEqualTo(secret).hasSameHashCodeAs(secret);
        assertThat(Secret.fresh()).isNotEqualTo(secret);
        assertThat(secret.digits()).hasSize(64);
        assertThat(secret.toString()).doesNotContain(secret.digits());
        assertThat(new Server("quotes", "1", secret).toString()).doesNotContain(secret.digits());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0123", "not hexadecimal, but perhaps half of a secret"})
    void wrongSecretIsNotQuoted(String digits) {
        assertThatThrownBy(() -> Secret.ofDigits(digits))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("secret: expected 64 hexadecimal digits")
                .hasNoCause()
                .message()
                .doesNotContain("half");
    }
}
