package io.valise.ipc.services.files;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.services.files.FileAccessPolicy.Place;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileAccessPolicyTest {
    private Path root;
    private Path outside;
    private FileAccessPolicy policy;

    @BeforeEach
    void lay(@TempDir Path temp) throws IOException {
        Path base = temp.toRealPath();
        root = Files.createDirectories(base.resolve("root"));
        Files.createDirectories(root.resolve("a/b"));
        Files.writeString(root.resolve("a/b/file"), "inside");
        outside = Files.createDirectories(base.resolve("rooted")); // its name begins like the root's
        Files.writeString(outside.resolve("secret"), "outside");
        policy = new FileAccessPolicy(root);
    }

    @Test
    void opensReadsAndWritesBelowItsRoot() throws IOException {
        assertThat(read(root.resolve("a/b/file"))).isEqualTo("inside");
        assertThat(read(root.resolve("a/../a/./b/file"))).isEqualTo("inside");
        try (SeekableByteChannel fresh = policy.open(root.resolve("a/new"), CREATE, WRITE)) {
            fresh.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        }
        assertThat(root.resolve("a/new")).hasSize(3);
        assertThat(policy.check(root.resolve("a/../a/new"))).isEqualTo(root.resolve("a/new"));
        assertThat(policy.list(root.resolve("a"))).containsExactly(Path.of("b"), Path.of("new"));
        assertThat(policy.list(root)).containsExactly(Path.of("a"));
        policy.delete(root.resolve("a/new"));
        assertThat(root.resolve("a/new")).doesNotExist();
        assertThatThrownBy(() -> read(root.resolve("a/new"))).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void deniesWhatIsElsewhereWhetherItExistsOrNot() {
        assertDenied(outside.resolve("secret"));
        assertDenied(outside.resolve("nothing"));
        assertDenied(outside.resolve("nothing/at/all"));
        assertDenied(Path.of("/etc/passwd"));
        assertDenied(Path.of("relative"));
        assertDenied(Path.of("/"));
    }

    @Test
    void deniesDotsThatLeaveTheRoot() {
        assertDenied(root.resolve("../rooted/secret"));
        assertDenied(root.resolve("a/../../rooted/secret"));
        assertDenied(root.resolve("nothing/../../rooted/secret"));
        assertDenied(root.resolve("a/b/file/../../../../rooted/secret"));
        assertDenied(root.resolve(".."));
        assertDenied(root.resolve("nothing/.."));
        assertThatThrownBy(() -> policy.delete(root.resolve("a/.."))).isInstanceOf(IpcException.class);
    }

    @Test
    void followsLinksThatStayAndDeniesThoseThatLeave() throws IOException {
        Files.createSymbolicLink(root.resolve("stays"), Path.of("a/b"));
        Files.createSymbolicLink(root.resolve("leaves"), outside);
        Files.createSymbolicLink(root.resolve("leavesToo"), Path.of("../rooted/secret"));
        Files.createSymbolicLink(root.resolve("dangles"), outside.resolve("new"));
        Files.createSymbolicLink(root.resolve("loops"), Path.of("loops"));
        assertThat(read(root.resolve("stays/file"))).isEqualTo("inside");
        assertDenied(root.resolve("leaves/secret"));
        assertDenied(root.resolve("leaves/nothing"));
        assertDenied(root.resolve("leaves/secret/below")); // else it would tell that secret is a file
        assertDenied(root.resolve("leaves").resolve("x".repeat(300)));
        assertDenied(root.resolve("leavesToo"));
        assertThatThrownBy(() -> policy.open(root.resolve("dangles"), CREATE, WRITE))
                .isInstanceOf(IpcException.class);
        assertThat(outside.resolve("new")).doesNotExist();
        assertThatThrownBy(() -> read(root.resolve("loops"))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> policy.list(root.resolve("leaves"))).isInstanceOf(IpcException.class);
        policy.delete(root.resolve("leavesToo"));
        assertThat(outside.resolve("secret"))
                .as("the link was deleted, not what it points to")
                .exists();
    }

    @Test
    void whatWasCheckedCannotBeExchangedForALink() throws IOException {
        Path folder = root.resolve("a/b");
        Files.move(folder, root.resolve("a/moved"));
        Files.createSymbolicLink(folder, outside);
        Files.writeString(outside.resolve("file"), "outside");

        assertThatThrownBy(() -> ClosedPath.enter(new Place(root, folder.resolve("file"))))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> {
                    try (ClosedPath path = ClosedPath.enter(new Place(root, folder))) {
                        path.list();
                    }
                })
                .isInstanceOf(IOException.class);
    }

    @Test
    void aRootCannotBeExchangedForALink() throws IOException {
        Files.writeString(outside.resolve("file"), "outside");
        Place checked = new Place(root.resolve("a/b"), root.resolve("a/b/file"));
        ClosedPath.enter(checked).close();
        Files.move(root.resolve("a/b"), root.resolve("a/moved"));
        Files.createSymbolicLink(root.resolve("a/b"), outside);
        assertThatThrownBy(() -> ClosedPath.enter(checked)).hasMessageContaining("it changed while it was opened");
        Files.move(root.resolve("a"), root.resolve("moved")); // and a directory above it
        Files.delete(root.resolve("moved/b"));
        Files.move(root.resolve("moved/moved"), root.resolve("moved/b"));
        Files.createSymbolicLink(root.resolve("a"), Path.of("moved"));
        assertThatThrownBy(() -> ClosedPath.enter(checked)).hasMessageContaining("it changed while it was opened");
    }

    @Test
    void opensNothingButRegularFiles() throws Exception {
        assertThatThrownBy(() -> read(root.resolve("a"))).hasMessageContaining("not a regular file");
        assertThatThrownBy(() -> read(root)).hasMessageContaining("not a regular file");
        Path pipe = root.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        assertThatThrownBy(() -> read(pipe)).hasMessageContaining("not a regular file");
    }

    @Test
    void rootsAreRevokedAndAllowedWhileItIsUsed() throws IOException {
        Path file = root.resolve("a/b/file");
        policy.allow(root.resolve("a"));
        assertThat(policy.revoke(root)).isTrue();
        assertThat(policy.revoke(root)).isFalse();
        assertThat(read(file)).as("another root allows it").isEqualTo("inside");
        policy.revokeAll();
        assertDenied(file);
        policy.allow(root);
        assertThat(read(file)).isEqualTo("inside");
        assertThat(policy.roots()).isEqualTo(List.of(root));
        assertThatThrownBy(() -> policy.allow(file)).isInstanceOf(IllegalArgumentException.class);
    }

    private String read(Path path) throws IOException {
        try (SeekableByteChannel channel = policy.open(path, READ)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) channel.size());
            assertThat(channel.read(bytes)).isEqualTo(bytes.capacity());
            return new String(bytes.array(), StandardCharsets.UTF_8);
        }
    }

    private void assertDenied(Path path) {
        assertThatThrownBy(() -> policy.open(path, READ)).isInstanceOfSatisfying(IpcException.class, e -> {
            assertThat(e.status()).isEqualTo(IpcStatus.ACCESS_DENIED);
            assertThat(e).hasMessage("ACCESS_DENIED: " + path + ": not below an allowed root");
        });
    }
}
