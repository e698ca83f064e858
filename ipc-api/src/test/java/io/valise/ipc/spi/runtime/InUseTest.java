package io.valise.ipc.spi.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files in use are never removed, and a process that died uses none. */
@DisabledOnOs(OS.WINDOWS)
class InUseTest {
    @TempDir
    Path home;

    private String before = "";

    @BeforeEach
    void moveIn() {
        before = System.getProperty("valise.home", "");
        System.setProperty("valise.home", home.toString());
        PrivateDirectory.secure(home);
    }

    @AfterEach
    void moveOut() {
        if (before.isEmpty()) {
            System.clearProperty("valise.home");
        } else {
            System.setProperty("valise.home", before);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void cleaningIsRefusedWithThePidsUntilTheProcessesAreKilled(int processes) throws Exception {
        ForkedJvm[] occupants = new ForkedJvm[processes];
        for (int i = 0; i < processes; i++) {
            occupants[i] = ForkedJvm.start(List.of(), Map.of("VALISE_HOME", home.toString()), DirectoryHolder.class);
            assertThat(occupants[i].answer()).isEqualTo("in");
        }
        Path leftover = Files.writeString(home.resolve("occupied/leftover"), "x");

        for (ForkedJvm occupant : occupants) {
            assertThatThrownBy(() -> RuntimeDirectory.current().clean())
                    .isInstanceOfSatisfying(
                            IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.ADDRESS_IN_USE))
                    .hasMessageContaining("in use by pid ")
                    .hasMessageContaining("pid " + occupant.process.pid() + " (")
                    .hasMessageContaining("end that first");
            assertThat(leftover).exists();
            occupant.process.destroyForcibly().waitFor();
        }

        assertThat(RuntimeDirectory.current().clean().files()).isEqualTo(1);
        assertThat(leftover.getParent()).doesNotExist();
        assertThat(home).isDirectory();
    }

    @Test
    void cleaningIsRefusedToAProcessThatUsesIt() throws IOException {
        RuntimeDirectory directory = RuntimeDirectory.current();
        RuntimeDirectory.Hold hold = directory.hold();
        RuntimeDirectory.Hold another = directory.hold();
        hold.close();
        hold.close();
        assertThatThrownBy(directory::clean)
                .hasMessageContaining("pid " + ProcessHandle.current().pid());

        another.close();
        assertThat(directory.clean()).isEqualTo(new RuntimeDirectory.Cleaned(0, List.of()));
    }

    @Test
    void foldersThatItMadeAreRemovedAndNothingThatAUserKeepsBesideThem() throws IOException {
        Path made = OwnFolders.secure(home.resolve("made"));
        Files.createDirectories(made.resolve("b"));
        Files.writeString(made.resolve("b/c"), "x");
        Files.createSymbolicLink(made.resolve("link"), Path.of("/etc"));
        Path services = PrivateDirectory.secure(home.resolve("services")); // which is a name that Valise uses too
        Path report = Files.writeString(services.resolve("report"), "x");
        OwnFolders.secure(services);
        Files.writeString(home.resolve("diary"), "x");
        Files.createSymbolicLink(home.resolve("elsewhere"), OwnFolders.secure(home.resolve("made too")));

        assertThat(RuntimeDirectory.current().clean())
                .isEqualTo(new RuntimeDirectory.Cleaned(2, List.of("diary", "elsewhere", "services")));
        assertThat(RuntimeDirectory.current().clean().files()).isZero();
        assertThat(Path.of("/etc")).isNotEmptyDirectory();
        assertThat(report).exists();
        assertThat(made).doesNotExist();
    }

    @Test
    void whereKeysLieNothingIsCleanedUp() throws IOException {
        RuntimeDirectory directory = RuntimeDirectory.current();
        Path key = Files.createDirectories(home.resolve("config/keys")).resolve("acme.key");
        Files.writeString(key, "x");
        for (Path config : List.of(home, home.resolve("config"))) {
            System.setProperty("valise.config", config.toString());
            try {
                assertThatThrownBy(directory::clean)
                        .isInstanceOfSatisfying(
                                IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.ACCESS_DENIED))
                        .hasMessageContaining("the configuration, with keys, lies in it");
            } finally {
                System.clearProperty("valise.config");
            }
        }
        assertThat(key).exists();
    }

    @Test
    void itIsHeldAgainWhenTheLockFileWasSweptAway() throws Exception {
        RuntimeDirectory.current().folder("used");
        Files.delete(home.resolve(InUse.FILE));
        RuntimeDirectory.current().folder("used");
        RuntimeDirectory.current().folder("used");

        try (ForkedJvm cleaner =
                ForkedJvm.start(List.of(), Map.of("VALISE_HOME", home.toString()), CleaningProgram.class)) {
            assertThat(cleaner.answer())
                    .contains("in use by pid " + ProcessHandle.current().pid());
        }
    }

    @Test
    void secondCleanerIsToldOfTheFirstAndNotOfEveryProcess() {
        String said = InUse.of(home).alone(() -> {
            try (ForkedJvm cleaner =
                    ForkedJvm.start(List.of(), Map.of("VALISE_HOME", home.toString()), CleaningProgram.class)) {
                return cleaner.answer();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertThat(said)
                .contains("it is being cleaned up by another process right now")
                .doesNotContain("pid");
    }

    @Test
    void anInterruptedThreadKeepsItsLock() throws IOException {
        Thread.currentThread().interrupt();
        try (RuntimeDirectory.Hold hold = RuntimeDirectory.current().hold()) {
            assertThat(hold).isNotNull();
            assertThat(Thread.interrupted()).isTrue();
            assertThatThrownBy(() -> RuntimeDirectory.current().clean()).isInstanceOf(IpcException.class);
        }
        assertThat(RuntimeDirectory.current().clean().files()).isZero();
    }
}
