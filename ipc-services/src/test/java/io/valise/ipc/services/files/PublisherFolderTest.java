package io.valise.ipc.services.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import io.valise.ipc.testkit.process.ForkedJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(HangWatchdog.class)
class PublisherFolderTest {
    private static final String CONFIG = "valise.config";

    @TempDir
    private Path temp;

    @BeforeEach
    void haveAConfiguration() {
        System.setProperty(CONFIG, temp.resolve("config").toString());
    }

    @AfterEach
    void forgetIt() {
        ForkedJvm.killAll();
        TestHome.restoreConfiguration();
    }

    @Test
    void filesAreWrittenWholeReadListedAndDeleted() throws IOException {
        AppIdentity app = AppIdentity.open("acme", "editor");
        PublisherFolder.declare(app, "fonts", "cache");
        PublisherFolder folder = PublisherFolder.open(app, "fonts");
        assertThat(folder.read("a.ttf")).isEmpty();
        folder.write("a.ttf", new byte[] {1});
        folder.write("a.ttf", new byte[] {2, 3});
        assertThat(folder.read("a.ttf"))
                .hasValueSatisfying(bytes -> assertThat(bytes).containsExactly(2, 3));
        assertThat(folder.list()).containsExactly("a.ttf");
        assertThat(PublisherFolder.open(app, "cache").list()).isEmpty();
        assertThat(folder.delete("a.ttf")).isTrue();
        assertThat(folder.delete("a.ttf")).isFalse();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.path())))
                .isEqualTo("rwx------");
    }

    @Test
    void onlyDeclaredFoldersOpenAndDeclarationsAddUp() {
        AppIdentity app = AppIdentity.open("acme", "editor");
        assertDenied(() -> PublisherFolder.open(app, "fonts"), "declared=[]; declare it first");
        PublisherFolder.declare(app, "fonts");
        PublisherFolder.declare(AppIdentity.open("acme", "viewer"), "cache");
        assertThat(PublisherFolder.open(app, "cache").path()).isDirectory();
        assertDenied(() -> PublisherFolder.open(app, ".."), "declared=[cache, fonts]");
        assertThatThrownBy(() -> PublisherFolder.declare(app, "../x")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void namesCannotLeaveTheFolderNorMeetItsDrafts() {
        AppIdentity app = AppIdentity.open("acme", "editor");
        PublisherFolder.declare(app, "fonts");
        PublisherFolder folder = PublisherFolder.open(app, "fonts");
        for (String name : List.of("..", "../x", "a/b", "", ".draft-1", "/etc/passwd", "a\0b", "x".repeat(129))) {
            assertThatThrownBy(() -> folder.write(name, new byte[1])).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> folder.read(name)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aFolderThatOthersCouldEnterIsNotUsed() throws IOException {
        AppIdentity app = AppIdentity.open("acme", "editor");
        PublisherFolder.declare(app, "fonts");
        PublisherFolder folder = PublisherFolder.open(app, "fonts");
        Files.setPosixFilePermissions(folder.path(), PosixFilePermissions.fromString("rwxrwxr-x"));
        assertDenied(() -> PublisherFolder.open(app, "fonts"), "expected=0700");
        assertThatThrownBy(() -> folder.write("a", new byte[1])).isInstanceOf(IpcException.class);
    }

    @Test
    void applicationsOfOnePublisherShareItAndThoseOfAnotherDoNotSeeIt() throws Exception {
        AppIdentity app = AppIdentity.open("acme", "editor");
        PublisherFolder.declare(app, "fonts");
        PublisherFolder.declare(AppIdentity.open("umbrella", "editor"), "fonts");
        PublisherFolder folder = PublisherFolder.open(app, "fonts");
        folder.write("shared", "of acme".getBytes(UTF_8));
        try (ForkedJvm sibling = start("acme", "viewer");
                ForkedJvm otherPublisher = start("umbrella", "editor")) {
            assertThat(sibling.ask("read", "shared")).isEqualTo("of acme");
            assertThat(otherPublisher.ask("list")).isEqualTo("[]");
            assertThat(otherPublisher.ask("read", "shared")).isEqualTo("nothing");

            CompletableFuture<String> done = CompletableFuture.supplyAsync(() -> sibling.ask("fight", "b", 200));
            sibling.hear();
            while (!done.isDone()) {
                folder.write("contended", "a".repeat(3000).getBytes(UTF_8));
                String whole = new String(folder.read("contended").orElseThrow(), UTF_8);
                assertThat(whole).matches("a{3000}|b+");
            }
            assertThat(done.get()).isEqualTo("done");

            otherPublisher.ask("clear");
            assertThat(folder.list()).containsExactly("contended", "shared");
            sibling.ask("clear");
            assertThat(folder.list()).isEmpty();
            assertThat(folder.path()).isEmptyDirectory();
        }
    }

    private ForkedJvm start(String publisher, String application) {
        return ForkedJvm.start(
                List.of("-D" + CONFIG + "=" + System.getProperty(CONFIG)), FolderProgram.class, publisher, application);
    }

    private static void assertDenied(Runnable action, String message) {
        assertThatThrownBy(action::run).isInstanceOfSatisfying(IpcException.class, e -> {
            assertThat(e.status()).isEqualTo(IpcStatus.ACCESS_DENIED);
            assertThat(e).hasMessageContaining(message);
        });
    }
}
