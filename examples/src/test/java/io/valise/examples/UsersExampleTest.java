package io.valise.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.examples.users.UserPrice;
import io.valise.examples.users.UserQuotes;
import io.valise.ipc.spi.runtime.SystemInstallation;
import io.valise.ipc.spi.runtime.SystemPlace;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.process.OtherUser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The example of a service for other users, each in a process of a user without rights. */
@ExtendWith(HangWatchdog.class)
class UsersExampleTest {
    /** Of this JVM alone. */
    private static final int ACCOUNT =
            100_000 + 3 * Math.toIntExact(ProcessHandle.current().pid());

    private static final int ANN = ACCOUNT + 1;
    private static final int BOB = ACCOUNT + 2;

    @TempDir
    Path temp;

    private ForkedJvm user(int user, Class<?> example, String... arguments) {
        List<String> options = List.of(
                "-D" + SystemPlace.PROPERTY + "=" + temp.resolve("place"),
                "-D" + TestHome.PROPERTY + "=" + temp.resolve("none"));
        return OtherUser.start(user, options, example, arguments);
    }

    @Test
    void aServiceServesTheUsersThatItNames() throws Exception {
        OtherUser.assumePossible();
        assumeTrue(SystemPlace.missing().isEmpty(), SystemPlace.missing().orElse(""));
        assertThat(TestHome.path()).isDirectory();
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
        System.setProperty(SystemPlace.PROPERTY, temp.resolve("place").toString());
        try {
            SystemInstallation.install("quotes", "" + ACCOUNT, Optional.empty());
        } finally {
            System.clearProperty(SystemPlace.PROPERTY);
        }
        try (ForkedJvm server = user(ACCOUNT, UserQuotes.class, "ann", "" + ANN)) {
            server.awaitPrinted("system-pipe:quotes]");
            try (ForkedJvm ann = user(ANN, UserPrice.class);
                    ForkedJvm bob = user(BOB, UserPrice.class)) {
                ann.awaitPrinted(ACCOUNT + " says 101.25 to " + ANN);
                bob.awaitPrinted("ACCESS_DENIED: access denied");
            }
        } finally {
            TestHome.deleteAll(Path.of("/dev/shm/valise-system-" + ACCOUNT));
        }
    }
}
