package io.valise.ipc.services.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.services.files.PublisherFolder.Content;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import io.valise.ipc.testkit.process.ForkedJvm;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
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

    private String cacheBefore = "";

    @BeforeEach
    void haveAConfiguration() {
        System.setProperty(CONFIG, temp.resolve("config").toString());
        cacheBefore = TestHome.cache().toString();
        System.setProperty(TestHome.CACHE_PROPERTY, temp.resolve("cache").toString());
    }

    @AfterEach
    void forgetIt() {
        ForkedJvm.killAll();
        TestHome.restoreConfiguration();
        System.setProperty(TestHome.CACHE_PROPERTY, cacheBefore);
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

    @Test
    void itLiesInTheCacheDirectoryAndIsMadeAgainWhereThatWasEmptied() throws IOException {
        AppIdentity app = AppIdentity.open("acme", "editor");
        PublisherFolder.declare(app, "fonts");
        PublisherFolder folder = PublisherFolder.open(app, "fonts");
        assertThat(folder.path()).isEqualTo(temp.resolve("cache/publishers/" + app.publisherId() + "/fonts"));
        assertThat(temp.resolve("cache/CACHEDIR.TAG")).exists();
        folder.write("a", new byte[1]);
        TestHome.deleteAll(temp.resolve("cache"));
        assertThat(folder.list()).isEmpty();
        assertThat(folder.read("a")).isEmpty();
        assertThat(folder.delete("a")).isFalse();
        assertThat(folder.content()).isEqualTo(new Content(0, 0));
        folder.clear();
        assertThat(temp.resolve("cache")).doesNotExist();
        folder.write("a", new byte[2]);
        assertThat(folder.content()).isEqualTo(new Content(1, 2));
        TestHome.deleteAll(temp.resolve("cache"));
        assertThat(PublisherFolder.open(app, "fonts").list())
                .as("it is still declared")
                .isEmpty();
    }

    @Test
    void toClearHarmsNoProgramThatReadsOrWrites() throws Exception {
        AppIdentity app = AppIdentity.open("acme", "editor");
        PublisherFolder.declare(app, "fonts");
        PublisherFolder folder = PublisherFolder.open(app, "fonts");
        folder.write("read", "whole".getBytes(UTF_8));
        BlockingQueue<Integer> content = new LinkedBlockingQueue<>(List.of((int) 'n'));
        InputStream slow = new InputStream() {
            @Override
            public int read() {
                try {
                    return content.take();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }

            @Override
            public int read(byte[] bytes, int from, int most) {
                int next = read();
                bytes[from] = (byte) next;
                return next < 0 ? -1 : 1;
            }
        };
        try (ForkedJvm writer = start("acme", "viewer");
                InputStream open = folder.newInputStream("read")) {
            writer.tell("hang", "killed");
            writer.hear();
            Files.createFile(folder.path().resolve(".draft-of-a-killed-writer"));
            CompletableFuture<Void> here = CompletableFuture.runAsync(() -> write(folder, slow));
            while (drafts(folder) < 3 || !content.isEmpty()) {
                Thread.onSpinWait(); // until this process writes too
            }
            folder.clear();
            assertThat(folder.list()).isEmpty();
            assertThat(drafts(folder)).as("of the writers that live").isEqualTo(2);
            assertThat(open.readAllBytes()).isEqualTo("whole".getBytes(UTF_8));
            content.addAll(List.of((int) 'o', -1));
            here.get();
            assertThat(folder.read("slow").orElseThrow()).isEqualTo("no".getBytes(UTF_8));
            writer.kill();
        }
        folder.clear();
        assertThat(folder.path()).isEmptyDirectory();
    }

    @Test
    void whatAKilledWriterLeavesIsRemovedAtTheNextOpening() throws IOException {
        AppIdentity app = AppIdentity.open("acme", "editor");
        PublisherFolder.declare(app, "fonts");
        PublisherFolder folder = PublisherFolder.open(app, "fonts");
        try (ForkedJvm writer = start("acme", "viewer")) {
            writer.tell("hang", "killed");
            writer.hear();
            PublisherFolder.open(app, "fonts");
            assertThat(drafts(folder)).as("its writer lives").isOne();
            writer.kill();
        }
        PublisherFolder.open(app, "fonts");
        assertThat(folder.path()).isEmptyDirectory();
    }

    private static void write(PublisherFolder folder, InputStream content) {
        try {
            folder.write("slow", content);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static long drafts(PublisherFolder folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder.path())) {
            return entries.filter(each -> each.getFileName().toString().startsWith(".draft-"))
                    .count();
        }
    }

    @Test
    void hostileFoldersAreRefusedAndLinksAreNotFollowed() throws Exception {
        AppIdentity app = AppIdentity.open("acme", "editor");
        PublisherFolder.declare(app, "fonts", "images");
        PublisherFolder fonts = PublisherFolder.open(app, "fonts");
        PublisherFolder images = PublisherFolder.open(app, "images");
        Path precious = Files.createDirectories(temp.resolve("precious/inner"));
        Files.writeString(precious.resolve("letter"), "dear");
        Files.createSymbolicLink(fonts.path().resolve("file"), precious.resolve("letter"));
        Files.createSymbolicLink(fonts.path().resolve("directory"), precious);
        Files.createSymbolicLink(fonts.path().resolve(".draft-link"), precious.resolve("letter"));
        Files.writeString(Files.createDirectories(fonts.path().resolve("a/b/c")).resolve("deep"), "x");
        assertThat(new ProcessBuilder(
                                "mkfifo", fonts.path().resolve(".draft-pipe").toString())
                        .start()
                        .waitFor())
                .isZero();
        assertThat(fonts.content().files()).isEqualTo(5);
        fonts.clear();
        assertThat(fonts.path()).isEmptyDirectory();
        assertThat(precious.resolve("letter")).hasContent("dear");

        Files.delete(images.path());
        Files.createSymbolicLink(images.path(), precious);
        assertThat(PublisherFolder.allOf(app.publisherId()))
                .extracting(PublisherFolder::name)
                .containsExactly("fonts", "images");
        assertDenied(() -> clear(images), "symbolic link: remove it");
        Path publisher = fonts.path().getParent();
        Path moved = Files.move(publisher, temp.resolve("moved"));
        Files.createSymbolicLink(publisher, moved);
        assertDenied(() -> PublisherFolder.allOf(app.publisherId()), "symbolic link: remove it");
        assertDenied(() -> clear(fonts), "symbolic link: remove it");
        assertThat(PublisherFolder.publisherIds()).containsExactly(app.publisherId());
        assertThatThrownBy(() -> PublisherFolder.allOf("..")).isInstanceOf(IllegalArgumentException.class);
        assertThat(precious.resolve("letter")).hasContent("dear");
    }

    private static void clear(PublisherFolder folder) {
        try {
            folder.clear();
        } catch (IOException e) {
            throw new AssertionError(e);
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
