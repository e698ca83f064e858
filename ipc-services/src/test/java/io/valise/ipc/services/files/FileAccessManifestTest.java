package io.valise.ipc.services.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.OwnHome;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.rule.Variants;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files {@code access/ID.json} and {@code consent/ID.json}. */
@ExtendWith(HangWatchdog.class)
@DisabledOnOs(OS.WINDOWS)
class FileAccessManifestTest {
    @RegisterExtension
    final OwnHome own = new OwnHome();

    private AppIdentity editor;
    private Path documents;
    private Path letter;

    @BeforeEach
    void lay() throws IOException {
        editor = AppIdentity.open("acme", "editor");
        documents = Files.createDirectory(own.path().toRealPath().resolve("dok\u00fcmente"));
        letter = Files.writeString(documents.resolve("letter"), "dear");
    }

    @AfterEach
    void endPrograms() {
        ForkedJvm.killAll();
    }

    private Path manifest(String kind) {
        return own.configuration().resolve(kind).resolve(editor.id() + ".json");
    }

    @Test
    void whatIsDeclaredAndConsentedToIsAllowedAndNothingElse() throws IOException {
        FileAccessPolicy policy = FileAccessManifest.policy(editor);
        assertThat(FileAccessManifest.applicationIds()).isEmpty();
        assertThat(own.configuration().resolve("access"))
                .as("to look makes nothing")
                .doesNotExist();
        assertDenied(policy, letter);
        Path pictures = Files.createDirectory(own.path().resolve("pictures"));
        FileAccessManifest declared = FileAccessManifest.declare(editor, documents, pictures);
        assertThat(declared.declared()).containsExactlyInAnyOrder(documents, pictures);
        assertThat(declared.consented()).isEmpty();
        assertDenied(policy, letter);

        FileAccessManifest allowed = FileAccessManifest.allow(editor.id(), documents);
        assertThat(allowed.allowed()).containsExactly(documents);
        assertThat(allowed.allows(documents)).isTrue();
        assertThat(allowed.allows(pictures)).isFalse();
        policy.open(letter).close();
        assertThat(policy.roots()).containsExactly(documents);
        assertDenied(policy, pictures.resolve("portrait"));
        assertDenied(policy, documents.resolve("../secret"));
        assertThat(FileAccessManifest.applicationIds()).containsExactly(editor.id());

        FileAccessManifest.declare(editor, pictures); // a later version of the application
        assertDenied(policy, letter);
        assertThat(FileAccessManifest.of(editor.id()).consented()).containsExactly(documents);
        FileAccessManifest.declare(editor, documents);
        policy.open(letter).close();
        FileAccessManifest.withdraw(editor.id(), documents);
        assertDenied(policy, letter);
        assertThatThrownBy(() -> FileAccessManifest.withdraw(editor.id(), documents))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("that the user has consented to");
        FileAccessManifest.allow(editor.id());
        policy.open(letter).close();
        FileAccessManifest.withdraw(editor.id());
        assertDenied(policy, letter);
        assertThat(manifest("consent")).doesNotExist();
    }

    @Test
    void aLinkThatLeadsElsewhereSinceHasNoConsent() throws IOException {
        Path link = Files.createSymbolicLink(own.path().toRealPath().resolve("link"), documents);
        FileAccessManifest.declare(editor, link);
        FileAccessPolicy policy = FileAccessManifest.policy(editor);
        assertThat(FileAccessManifest.allow(editor.id(), documents).consented())
                .as("the directory that it leads to")
                .containsExactly(documents);
        policy.open(link.resolve("letter")).close();
        policy.open(letter).close();
        Path secret = Files.createDirectory(own.path().toRealPath().resolve("secret"));
        Files.writeString(secret.resolve("letter"), "key");
        Files.delete(link);
        Files.createSymbolicLink(link, secret);
        assertDenied(policy, link.resolve("letter"));
        assertDenied(policy, letter);
        Files.delete(link);
        Files.createSymbolicLink(link, documents);
        policy.open(letter).close();
        FileAccessManifest.withdraw(editor.id(), link);
        assertDenied(policy, letter);
    }

    @Test
    void theProgramCannotChangeWhatTheUserDecides() throws IOException {
        FileAccessManifest.declare(editor, documents);
        FileAccessManifest.allow(editor.id());
        FileAccessPolicy policy = FileAccessManifest.policy(editor);
        assertThatThrownBy(() -> policy.allow(own.path()))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("`ipc access` changes that");
        assertThatThrownBy(() -> policy.revoke(documents)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(policy::revokeAll).isInstanceOf(UnsupportedOperationException.class);
        policy.open(letter).close();
    }

    @Test
    void whatIsNotDeclaredOrNoDirectoryCannotBeConsentedTo() {
        FileAccessManifest.declare(editor, documents, letter, documents.resolve("absent"));
        for (Path wrong : List.of(own.path(), letter, documents.resolve("absent"))) {
            assertThatThrownBy(() -> FileAccessManifest.allow(editor.id(), wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("root " + wrong + ": expected");
        }
        assertThat(FileAccessManifest.allow(editor.id()).consented()).containsExactly(documents);
        assertThatThrownBy(() -> FileAccessManifest.of("editor")).isInstanceOf(IllegalArgumentException.class);
        List<Path> many = new ArrayList<>();
        for (int i = 0; i <= FileAccessManifest.MAX_ROOTS; i++) {
            many.add(documents.resolve("d" + i));
        }
        assertThatThrownBy(() -> FileAccessManifest.declare(editor, many.toArray(Path[]::new)))
                .hasMessageContaining("limit=100, actual=101");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"application\": \"ID\", \"roots\": [\"relative\"]} # expected absolute paths",
                "{\"application\": \"ID\", \"roots\": [\"/\\u0000\"]} # \"roots\": ",
                "{\"application\": \"ID\", \"roots\": \"/\"} # roots",
                "{\"application\": \"other_0000000000000\", \"roots\": [\"/\"]} # expected the file's",
                "{\"roots\": [\"/\"]} # expected the file's",
                "{\"application\": \"ID\", \"root\": [\"/\"]} # unknown member",
                "{\"application\": # line 1",
            })
    void aDamagedFileAllowsNothingUntilItIsMended(String text) throws IOException {
        FileAccessManifest.declare(editor, documents);
        FileAccessManifest.allow(editor.id());
        FileAccessPolicy policy = FileAccessManifest.policy(editor);
        String[] parts = text.split(" # ", 2);
        for (String kind : List.of("access", "consent")) {
            String good = Files.readString(manifest(kind));
            Files.writeString(manifest(kind), parts[0].replace("ID", editor.id()));
            assertThatThrownBy(() -> policy.open(letter)).isInstanceOfSatisfying(IpcException.class, e -> {
                assertThat(e.status()).isEqualTo(IpcStatus.PROTOCOL_ERROR);
                assertThat(e).hasMessageContaining("manifest " + manifest(kind)).hasMessageContaining(parts[1]);
            });
            assertThatThrownBy(() -> FileAccessManifest.policy(editor)).isInstanceOf(IpcException.class);
            Files.writeString(manifest(kind), good);
            policy.open(letter).close();
        }
        Files.writeString(manifest("consent"), "{");
        assertThat(FileAccessManifest.withdraw(editor.id()).allowed()).isEmpty();
        assertDenied(policy, letter);
    }

    @ParameterizedTest
    @Variants({"shm:consent", "pipe:consent", "loopback:consent"})
    void consentCountsAtTheNextCallOfARunningService(String address) throws IOException {
        FileAccessManifest.declare(editor, documents);
        ValueSet asked = ValueSet.of("path", letter.toString());
        try (ForkedJvm service = ForkedJvm.start(ConsentProgram.class)) {
            service.ask("serve", address);
            try (IpcConnection connection = IpcClient.connect(address)) {
                assertThatThrownBy(() -> connection.request("size", asked))
                        .isInstanceOfSatisfying(IpcException.class, e -> {
                            assertThat(e.status()).isEqualTo(IpcStatus.ACCESS_DENIED);
                            assertThat(e).hasMessageContaining("`ipc access list " + editor.id() + "`");
                        });
                for (int i = 0; i < 3; i++) {
                    FileAccessManifest.allow(editor.id());
                    assertThat(connection.request("size", asked).getLong("size"))
                            .isEqualTo(4);
                    FileAccessManifest.withdraw(editor.id());
                    assertThatThrownBy(() -> connection.request("size", asked)).isInstanceOf(IpcException.class);
                }
            }
        }
    }

    @Test
    void consentIsNeededWhereADurableTokenIsRedeemedToo() throws IOException {
        FileAccessManifest.declare(editor, documents);
        FileAccessManifest.allow(editor.id());
        String token;
        try (ForkedJvm maker = ForkedJvm.start(ConsentProgram.class)) {
            token = maker.ask("add", letter);
            maker.kill();
        }
        assertThat(DurableToken.all()).singleElement().satisfies(shown -> {
            assertThat(shown.byConsent()).isTrue();
            assertThat(shown.roots()).isEmpty();
        });
        FileAccessManifest.withdraw(editor.id());
        assertThatThrownBy(() -> SharedFiles.redeem(token)).hasMessageContaining("cannot be read any more");
        FileAccessManifest.allow(editor.id());
        assertThat(SharedFiles.redeem(token).readAll()).hasSize(4);
    }

    @Test
    void changesOfSeveralThreadsAreAllKept() throws Exception {
        List<CompletableFuture<FileAccessManifest>> changes = new ArrayList<>();
        List<Path> roots = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            roots.add(Files.createDirectory(documents.resolve("d" + i)));
        }
        FileAccessManifest.declare(editor, roots.toArray(Path[]::new));
        for (Path root : roots) {
            changes.add(CompletableFuture.supplyAsync(() -> FileAccessManifest.allow(editor.id(), root)));
        }
        for (CompletableFuture<FileAccessManifest> change : changes) {
            change.get();
        }
        assertThat(FileAccessManifest.of(editor.id()).consented()).isEqualTo(Set.copyOf(roots));
    }

    private static void assertDenied(FileAccessPolicy policy, Path path) {
        assertThatThrownBy(() -> policy.open(path)).isInstanceOfSatisfying(IpcException.class, e -> {
            assertThat(e.status()).isEqualTo(IpcStatus.ACCESS_DENIED);
            assertThat(e).hasMessageStartingWith("ACCESS_DENIED: " + path + ": not below an allowed root");
        });
    }
}
