package io.valise.ipc.services.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.runtime.SystemPlace;
import io.valise.ipc.spi.runtime.SystemSettings;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.process.OtherUser;
import io.valise.ipc.testlog.MayLog;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Settings that one account changes and processes of other users, each without rights, read. Run by root, who installs;
 * elsewhere these tests are skipped, with that reason.
 */
@ExtendWith(HangWatchdog.class)
@MayLog("passed over")
class MachineSettingsTest {
    private static final int ACCOUNT = 130_001;
    private static final int ANN = 130_002;

    @TempDir
    Path temp;

    private Path place = Path.of("");
    private Path folder = Path.of("");
    private final List<ForkedJvm> users = new ArrayList<>();

    @BeforeEach
    void moveIn() throws IOException {
        OtherUser.assumePossible();
        assumeTrue(SystemPlace.missing().isEmpty(), SystemPlace.missing().orElse(""));
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
        place = temp.resolve("place");
        folder = place.resolve(".settings/quotes");
        System.setProperty(SystemPlace.PROPERTY, place.toString());
    }

    @AfterEach
    void moveOut() {
        users.forEach(ForkedJvm::close);
        System.clearProperty(SystemPlace.PROPERTY);
    }

    private ForkedJvm user(int user) {
        ForkedJvm jvm = OtherUser.start(
                user,
                List.of(
                        "-D" + SystemPlace.PROPERTY + "=" + place,
                        "-D" + TestHome.PROPERTY + "=/nonexistent/valise",
                        "-D" + TestHome.CONFIGURATION_PROPERTY + "=/nonexistent/config"),
                SettingsProgram.class,
                "quotes");
        users.add(jvm);
        return jvm;
    }

    @Test
    void whatTheAccountChangesOtherUsersReadAndWatchAndCannotChange() {
        SystemSettings installed = SystemSettings.install("quotes", "" + ACCOUNT);
        assertThat(installed.folder()).isEqualTo(folder);
        ForkedJvm account = user(ACCOUNT);
        ForkedJvm ann = user(ANN);
        assertThat(ann.ask("get", "theme")).isEqualTo("nothing");
        ann.ask("watchIn", "a");
        account.ask("put", "theme", "dark");
        account.ask("putIn", "a/b", "x", "1");
        assertThat(ann.ask("heard")).contains("key=a,");
        assertThat(ann.ask("heard")).contains("key=a/b, name=,");
        assertThat(ann.ask("heard")).contains("key=a/b, name=x, value=Optional[1]");
        assertThat(ann.ask("get", "theme")).isEqualTo("dark");
        assertThat(ann.ask("keys")).isEqualTo("[a]");
        for (String[] change : List.of(new String[] {"put", "theme", "mine"}, new String[] {"deleteTree", "a"})) {
            assertThatThrownBy(() -> ann.ask((Object[]) change))
                    .hasMessageContaining("ACCESS_DENIED")
                    .hasMessageContaining("only " + ACCOUNT + " may change it; run this as that account");
        }
        account.ask("sync");
        account.kill();
        assertThat(ann.ask("get", "theme")).isEqualTo("dark");
        ForkedJvm next = user(ACCOUNT);
        next.ask("putMany", "many", 1000);
        assertThat(ann.ask("get", "many999")).isEqualTo("999");
        try (SettingsHive ofRoot = SettingsHive.openMachine("quotes")) {
            assertThat(ofRoot.get("theme")).contains("dark");
            assertThatThrownBy(() -> ofRoot.put("theme", "root's"))
                    .isInstanceOfSatisfying(
                            IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.ACCESS_DENIED));
        }
        next.ask("put", "theme", "light");
        assertThat(ann.ask("get", "theme")).isEqualTo("light");
    }

    /** A writer that was killed in the middle of a change, as its readers, who have no lock, find it. */
    @Test
    void aReaderIsNotHeldUpByAChangeThatWasNeverFinished() throws IOException {
        SystemSettings.install("quotes", "" + ACCOUNT);
        ForkedJvm account = user(ACCOUNT);
        account.ask("put", "theme", "dark");
        account.kill();
        try (RandomAccessFile file =
                new RandomAccessFile(folder.resolve("machine.hive").toFile(), "rw")) {
            file.seek(file.length());
            file.write(new byte[] {0, 0, 0, 20, 1, 2, 3});
        }
        assertThat(user(ANN).ask("get", "theme")).isEqualTo("dark");
        ForkedJvm next = user(ACCOUNT);
        next.ask("put", "theme", "light");
        assertThat(user(ANN).ask("get", "theme")).isEqualTo("light");
    }

    @Test
    void withoutAnInstallationItIsEmptyAndCannotBeChanged() {
        ForkedJvm ann = user(ANN);
        assertThat(ann.ask("get", "theme")).isEqualTo("nothing");
        assertThatThrownBy(() -> ann.ask("put", "theme", "mine"))
                .hasMessageContaining("ENDPOINT_NOT_FOUND")
                .hasMessageContaining("ipc system install --settings quotes");
        assertThat(place).doesNotExist();
        assertThatThrownBy(() -> SettingsHive.openMachine("../quotes")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aDirectoryThatOthersCouldChangeIsRefused() throws IOException {
        SystemSettings.install("quotes", "" + ACCOUNT);
        user(ACCOUNT).ask("put", "theme", "dark");
        for (Path lax : List.of(place, folder.getParent(), folder)) {
            Files.setPosixFilePermissions(lax, PosixFilePermissions.fromString("rwxrwxrwx"));
            assertThatThrownBy(() -> SettingsHive.openMachine("quotes"))
                    .as(lax.toString())
                    .isInstanceOfSatisfying(
                            IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.ACCESS_DENIED))
                    .hasMessageContaining(lax + " is not");
            Files.setPosixFilePermissions(lax, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        try (SettingsHive hive = SettingsHive.openMachine("quotes")) {
            assertThat(hive.get("theme")).contains("dark");
        }
        Path moved = Files.move(folder, temp.resolve("aside"));
        Files.createSymbolicLink(folder, moved);
        assertThatThrownBy(() -> SettingsHive.openMachine("quotes")).hasMessageContaining("it is not a directory");
    }

    @Test
    void aFileOfAnotherKindIsNotOpened() throws IOException {
        SystemSettings.install("quotes", "" + ACCOUNT);
        Path hive = folder.resolve("machine.hive");
        Files.createSymbolicLink(hive, Files.writeString(temp.resolve("secret"), "secret"));
        assertThatThrownBy(() -> SettingsHive.openMachine("quotes"))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.ACCESS_DENIED))
                .hasMessageContaining("machine.hive is no regular file");
    }

    /** As an installation leaves them that was killed before it had set the mode. */
    @Test
    void anInstallationLetsAllReadDirectoriesThatAnEarlierOneLeftToRootAlone() throws IOException {
        SystemSettings.install("quotes", "0");
        try (SettingsHive hive = SettingsHive.openMachine("quotes")) {
            hive.put("theme", "dark");
        }
        for (Path left : List.of(place, folder.getParent(), folder)) {
            Files.setPosixFilePermissions(left, PosixFilePermissions.fromString("rwx------"));
            assertThatThrownBy(() -> user(ANN).ask("get", "theme"))
                    .as(left.toString())
                    .hasMessageContaining("AccessDeniedException");
            SystemSettings.install("quotes", "0");
            assertThat(user(ANN).ask("get", "theme")).as(left.toString()).isEqualTo("dark");
        }
    }

    @Test
    void anAdministratorInstallsAndRemovesThem() {
        SystemSettings.install("quotes", "0");
        SystemSettings.install("quotes", "0");
        assertThatThrownBy(() -> SystemSettings.install("quotes", "" + ACCOUNT))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.ADDRESS_IN_USE))
                .hasMessageContaining("installed already for root");
        try (SettingsHive hive = SettingsHive.openMachine("quotes")) {
            hive.put("theme", "dark");
        }
        assertThat(user(ANN).ask("get", "theme")).isEqualTo("dark");
        SystemSettings.install("orders", "" + ACCOUNT);
        assertThat(SystemSettings.all()).extracting(SystemSettings::name).containsExactly("orders", "quotes");
        SystemSettings.remove("quotes");
        assertThat(folder).doesNotExist();
        SystemSettings.remove("orders");
        assertThat(place).doesNotExist();
        assertThatThrownBy(() -> SystemSettings.remove("orders")).hasMessageContaining("ENDPOINT_NOT_FOUND");
    }
}
