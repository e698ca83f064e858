package io.valise.ipc.spi.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class RuntimeDirectoryTest {
    @TempDir
    Path temp;

    @Test
    void createsWhatIsMissingForTheOwnerOnly() throws IOException {
        Path directory = PrivateDirectory.secure(temp.resolve("a/b/c"));
        assertThat(mode(directory)).isEqualTo("rwx------");
        assertThat(mode(temp.resolve("a"))).isEqualTo("rwx------");
    }

    @Test
    void isNeverSeenWithALaxerMode() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        Path parent = Files.createDirectory(temp.resolve("watched"));
        AtomicBoolean lax = new AtomicBoolean();
        Thread watcher = new Thread(() -> {
            while (!done.get()) {
                if (seen(parent).stream().anyMatch(mode -> !mode.equals("rwx------"))) {
                    lax.set(true);
                }
            }
        });
        watcher.start();
        for (int i = 0; i < 200; i++) {
            Files.delete(PrivateDirectory.secure(parent.resolve("d" + i)));
        }
        done.set(true);
        watcher.join();
        assertThat(lax).isFalse();
    }

    @Test
    void refusesALaxMode() throws IOException {
        Path directory = Files.createDirectory(temp.resolve("lax"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-x---"));
        assertDenied(() -> PrivateDirectory.secure(directory), directory, "mode=0750", "chmod 700");
    }

    @Test
    void refusesASymbolicLinkEvenToAGoodDirectory() throws IOException {
        Path good = PrivateDirectory.secure(temp.resolve("good"));
        Path link = Files.createSymbolicLink(temp.resolve("link"), good);
        assertDenied(() -> PrivateDirectory.secure(link), link, "symbolic link");
        Path dangling = Files.createSymbolicLink(temp.resolve("dangling"), temp.resolve("nowhere"));
        assertDenied(() -> PrivateDirectory.secure(dangling), dangling, "symbolic link");
        assertThat(temp.resolve("nowhere")).doesNotExist();
    }

    @Test
    void refusesAFile() throws IOException {
        Path file = Files.createFile(temp.resolve("file"));
        assertDenied(() -> PrivateDirectory.secure(file), file, "not a directory");
    }

    @Test
    void refusesAnothersDirectory() throws IOException {
        assumeTrue(ProcessUser.uid() == 0, "only root can give a directory to another user");
        Path directory = PrivateDirectory.secure(temp.resolve("theirs"));
        Files.setAttribute(directory, "unix:uid", 65534);
        assertDenied(() -> PrivateDirectory.secure(directory), directory, "owner=uid 65534", "expected=uid 0");
    }

    @Test
    void saysWhatToDoWhenTheFileSystemRefuses() {
        Path impossible = Path.of("/proc/valise");
        assertThatThrownBy(() -> PrivateDirectory.secure(impossible))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.RESOURCE_EXHAUSTED))
                .hasMessageContainingAll("/proc/valise", "VALISE_HOME");
    }

    @Test
    void followsThePropertyAndChecksAgainAtEachUse() throws IOException {
        withHome(temp.resolve("home"), () -> {
            RuntimeDirectory directory = RuntimeDirectory.current();
            assertThat(directory.path()).isEqualTo(temp.resolve("home"));
            assertThat(RuntimeDirectory.current()).isSameAs(directory);
            Path folder = directory.folder("pipe");
            assertThat(mode(folder)).isEqualTo("rwx------");
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
            assertDenied(() -> directory.folder("pipe"), folder, "mode=0777");
            Files.setPosixFilePermissions(directory.path(), PosixFilePermissions.fromString("rwxr-xr-x"));
            assertDenied(() -> directory.folder("other"), directory.path(), "mode=0755");
        });
    }

    @Test
    void comesBackWhenACleanerRemovedIt() throws IOException {
        withHome(temp.resolve("swept"), () -> {
            RuntimeDirectory directory = RuntimeDirectory.current();
            Path folder = directory.folder("pipe");
            Files.delete(folder.resolve(OwnFolders.MARK));
            Files.delete(folder);
            Files.delete(directory.path().resolve(InUse.FILE));
            Files.delete(directory.path());
            assertThat(directory.folder("pipe")).isDirectory();
        });
    }

    @Test
    void aFolderNameCannotLeaveTheDirectory() throws IOException {
        withHome(temp.resolve("inside"), () -> {
            for (String name : List.of("..", ".lock", "a/b", "", "/tmp")) {
                assertThatThrownBy(() -> RuntimeDirectory.current().folder(name))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining('"' + name + '"');
            }
        });
    }

    @Test
    void anUnusableXdgDirectoryFallsThrough() throws IOException {
        Map<String, String> environment = Map.of("XDG_RUNTIME_DIR", "/proc/nowhere", "VALISE_HOME", "");
        try (ForkedJvm jvm = ForkedJvm.start(List.of(), environment, WhereIsIt.class)) {
            String said =
                    new String(jvm.process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            assertThat(said).contains("XDG_RUNTIME_DIR is not used").contains("PATH=/tmp/valise-" + ProcessUser.uid());
        }
    }

    /** Prints the runtime directory. */
    static final class WhereIsIt {
        public static void main(String[] arguments) {
            System.out.println("PATH=" + RuntimeDirectory.current().path());
        }
    }

    static void withHome(Path home, ThrowingAction action) throws IOException {
        String before = System.getProperty("valise.home");
        System.setProperty("valise.home", home.toString());
        try {
            action.run();
        } finally {
            if (before == null) {
                System.clearProperty("valise.home");
            } else {
                System.setProperty("valise.home", before);
            }
        }
    }

    interface ThrowingAction {
        void run() throws IOException;
    }

    private static void assertDenied(ThrowingCallable call, Path path, String... words) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.ACCESS_DENIED))
                .hasMessageContaining(path.toString())
                .hasMessageContainingAll(words);
    }

    private static Set<String> seen(Path parent) {
        try (var entries = Files.newDirectoryStream(parent)) {
            Set<String> modes = new java.util.HashSet<>();
            for (Path entry : entries) {
                if (Files.exists(entry)) {
                    modes.add(mode(entry));
                }
            }
            return modes;
        } catch (IOException vanished) {
            return Set.of();
        }
    }

    private static String mode(Path path) throws IOException {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS);
        return PosixFilePermissions.toString(permissions);
    }
}
