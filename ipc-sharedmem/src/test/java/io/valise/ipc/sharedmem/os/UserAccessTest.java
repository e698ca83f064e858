package io.valise.ipc.sharedmem.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.runtime.PrivateFile;
import io.valise.ipc.testkit.process.OtherUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file is opened to the one user that was granted it, by name or number. */
class UserAccessTest {
    private static final String ANN = "20002";
    private static final String BOB = "20003";
    private static final String DAEMON = "1";

    @TempDir
    Path temp;

    @BeforeEach
    void open() throws IOException {
        OtherUser.assumePossible();
        assumeTrue(UserAccess.missing().isEmpty(), UserAccess.missing().orElse(""));
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwx--x--x"));
    }

    private Path file(String name) throws IOException {
        Path file = temp.resolve(name);
        return Files.createFile(file, PrivateFile.ownerOnly(file));
    }

    /** Opens it for reading and writing, as a user. */
    private static boolean opens(String user, Path file) throws IOException, InterruptedException {
        String[] command = {
            "setpriv",
            "--reuid=" + user,
            "--regid=" + user,
            "--clear-groups",
            "sh",
            "-c",
            ": <> \"$1\"",
            "sh",
            "" + file
        };
        return new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }

    @Test
    void theGrantedUserOpensTheFileAndNoOther() throws Exception {
        Path file = file("segment");
        assertThat(opens(ANN, file)).isFalse();
        UserAccess.grant(file, ANN);
        assertThat(opens(ANN, file)).isTrue();
        for (String other : Set.of(BOB, DAEMON)) {
            assertThat(opens(other, file)).as(other).isFalse();
        }
        Path named = file("named");
        UserAccess.grant(named, "daemon");
        assertThat(opens(DAEMON, named)).isTrue();
        assertThat(opens(ANN, named)).isFalse();
    }

    @Test
    void aFileThatIsAbsentAndAUserThatIsNoneAreReported() throws IOException {
        Path file = file("segment");
        assertThatThrownBy(() -> UserAccess.grant(file, "no such user"))
                .isInstanceOfSatisfying(IpcException.class, e -> {
                    assertThat(e.status()).isEqualTo(IpcStatus.UNSUPPORTED);
                    assertThat(e).hasMessageContainingAll("no such user", file.toString(), "use system-pipe:");
                });
        assertThatThrownBy(() -> UserAccess.grant(temp.resolve("none"), ANN))
                .isInstanceOf(IpcException.class)
                .hasMessageContaining("No such file");
    }

    @Test
    void whetherItWorksIsFoundOutWithoutATrace() throws IOException {
        UserAccess.tryOut(temp, ANN);
        assertThat(temp).isEmptyDirectory();
        assertThatThrownBy(() -> UserAccess.tryOut(Path.of("/proc/self"), ANN)).isInstanceOf(IpcException.class);
    }
}
