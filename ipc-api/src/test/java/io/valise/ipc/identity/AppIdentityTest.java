package io.valise.ipc.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.internal.identity.Ed25519;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AppIdentityTest {
    private static final byte[] DATA = "data".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    Path temp;

    private Path keys;

    @BeforeEach
    void ownConfiguration() {
        System.setProperty("valise.config", temp.resolve("config").toString());
        keys = temp.resolve("config/keys");
    }

    @AfterEach
    void forget() {
        System.clearProperty("valise.config");
    }

    @Test
    void isTheSameAtEachOpening() {
        AppIdentity first = AppIdentity.open("quotes");
        AppIdentity again = AppIdentity.open("quotes");
        assertThat(again.id()).isEqualTo(first.id()).matches("quotes_[0-9a-hjkmnp-tv-z]{13}");
        assertThat(again.publicKey()).isEqualTo(first.publicKey());
        assertThat(AppIdentity.verify(first.publicKey(), DATA, again.sign(DATA)))
                .isTrue();
        assertThat(first).hasToString(first.application() + '_' + first.publisherId());
    }

    @Test
    void applicationsOfAPublisherShareItsKeyAndPublishersShareNothing() {
        AppIdentity quotes = AppIdentity.open("acme", "quotes");
        AppIdentity orders = AppIdentity.open("acme", "orders");
        AppIdentity otherPublisher = AppIdentity.open("other", "quotes");
        assertThat(orders.publisherId()).isEqualTo(quotes.publisherId()).isNotEqualTo(otherPublisher.publisherId());
        assertThat(orders.id()).isNotEqualTo(quotes.id());
        assertThat(AppIdentity.verify(otherPublisher.publicKey(), DATA, quotes.sign(DATA)))
                .isFalse();
    }

    @Test
    void aSignatureIsGoodForItsDataAndPurposeOnly() {
        AppIdentity quotes = AppIdentity.open("quotes");
        byte[] signature = quotes.sign(DATA);
        byte[] changed = signature.clone();
        changed[7] ^= 1;
        assertThat(AppIdentity.verify(quotes.publicKey(), DATA, changed)).isFalse();
        assertThat(AppIdentity.verify(quotes.publicKey(), new byte[1], signature))
                .isFalse();
        assertThat(AppIdentity.verify(quotes.publicKey(), DATA, new byte[0])).isFalse();
        assertThat(AppIdentity.verify(quotes.publicKey(), DATA, new byte[65])).isFalse();
        assertThat(AppIdentity.verify(quotes.publicKey(), DATA, quotes.signFor("hello", DATA)))
                .isFalse();
    }

    /** Of the key of RFC 8032, section 7.1, test 1, as computed by a program in another language. */
    @Test
    void namesAKeyAsTheProtocolSays() {
        byte[] raw = HexFormat.of().parseHex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
        assertThat(Ed25519.raw(Ed25519.key(raw))).isEqualTo(raw);
        assertThat(Ed25519.idOf(Ed25519.key(raw))).isEqualTo("47z33qx1ajh62");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "..", "a/b", ".hidden", "a b", "../../etc/passwd", "é"})
    void refusesNamesThatCouldLeaveTheFolder(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AppIdentity.open(name, "quotes"))
                .withMessageContaining("publisher name");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AppIdentity.open(name))
                .withMessageContaining("application name");
        assertThat(temp.resolve("config")).doesNotExist();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void keepsTheKeyFromOthers() throws IOException {
        AppIdentity.open("quotes");
        assertThat(mode(keys)).isEqualTo("rwx------");
        assertThat(mode(keys.resolve("default.key"))).isEqualTo("rw-------");
        try (Stream<Path> files = Files.list(keys)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .as("no draft stays")
                    .containsOnly("default.key", ".lock");
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void usesNoKeyThatOthersMayHaveReadOrPut() throws IOException {
        AppIdentity.open("quotes");
        Path file = keys.resolve("default.key");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertRefused(IpcStatus.ACCESS_DENIED, "mode=0644, expected=0600");
        Files.move(file, keys.resolve("moved"));
        Files.createSymbolicLink(file, keys.resolve("moved"));
        assertRefused(IpcStatus.ACCESS_DENIED, "symbolic link");
        Files.delete(file);
        Files.createDirectory(file);
        assertRefused(IpcStatus.ACCESS_DENIED, "it is no file");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void usesNoFolderThatOthersCanEnter() throws IOException {
        AppIdentity.open("quotes");
        Files.setPosixFilePermissions(keys, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertRefused(IpcStatus.ACCESS_DENIED, "mode=0755, expected=0700");
    }

    @Test
    void saysWhatIsWrongWithADamagedKeyAndNeverReplacesIt() throws IOException {
        AppIdentity.open("quotes");
        Path file = keys.resolve("default.key");
        for (String damaged : List.of("", "nonsense", halves(), "x".repeat(5000))) {
            Files.writeString(file, damaged);
            assertRefused(IpcStatus.PROTOCOL_ERROR, "default.key");
            assertThat(file).hasContent(damaged);
        }
    }

    /** The private key of one pair and the public one of another. */
    private static String halves() {
        KeyPair one = Ed25519.generate();
        KeyPair other = Ed25519.generate();
        return KeyFile.format(new KeyPair(other.getPublic(), one.getPrivate()));
    }

    @Test
    void processesThatRaceForTheFirstUseGetOneKey() throws IOException {
        List<Process> racers = new ArrayList<>();
        try {
            for (int i = 0; i < 4; i++) {
                racers.add(racer());
            }
            List<BufferedReader> outputs =
                    racers.stream().map(Process::inputReader).toList();
            for (BufferedReader output : outputs) {
                assertThat(output.readLine()).isEqualTo("ready 0");
            }
            for (Process racer : racers) {
                racer.outputWriter().append('\n').flush();
            }
            Set<String> signatures = new HashSet<>();
            for (BufferedReader output : outputs) {
                signatures.add(output.readLine());
            }
            AppIdentity settled = AppIdentity.open("raced", "quotes");
            assertThat(signatures)
                    .containsExactly(settled.id() + " " + HexFormat.of().formatHex(settled.sign(new byte[0])));
        } finally {
            racers.forEach(Process::destroyForcibly);
        }
    }

    private static Process racer() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Dvalise.config=" + System.getProperty("valise.config"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        IdentityPrinter.class.getName(),
                        "raced",
                        "quotes")
                .redirectErrorStream(true)
                .start();
    }

    private static void assertRefused(IpcStatus status, String words) {
        ThrowingCallable open = () -> AppIdentity.open("quotes");
        assertThatThrownBy(open)
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(status))
                .hasMessageContaining(words);
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
