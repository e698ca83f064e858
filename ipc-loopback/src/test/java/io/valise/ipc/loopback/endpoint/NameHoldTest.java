package io.valise.ipc.loopback.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcException;
import io.valise.ipc.testkit.process.CommandLoop;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.process.OtherUser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NameHoldTest {
    @TempDir
    Path temp;

    @Test
    void aNameInADirectoryThatCannotBeEnteredIsNotFree() throws Exception {
        OtherUser.assumePossible();
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path home = temp.resolve("home");
        try (ForkedJvm user = OtherUser.start(List.of("-Dvalise.home=" + home), Asker.class)) {
            assertThat(user.ask("isHeld")).as("no folder, no server").isEqualTo("false");
            assertThat(user.ask("hold")).isEqualTo("true");
            Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("---------"));
            assertThat(user.ask("isHeld"))
                    .startsWith("ACCESS_DENIED cannot inspect " + home.resolve(NameHold.FOLDER))
                    .contains(" may not enter " + home + " (owner=uid ", ", mode=0000)");
        }
    }

    /** A process of an ordinary user, to which file modes apply. */
    static final class Asker {
        private Asker() {}

        public static void main(String[] arguments) {
            CommandLoop.run((command, words) -> {
                try {
                    return String.valueOf(
                            command.equals("hold") ? NameHold.of("name").isProvable() : NameHold.isHeld("name"));
                } catch (IpcException e) {
                    return e.status() + " " + e.reason();
                }
            });
        }
    }
}
