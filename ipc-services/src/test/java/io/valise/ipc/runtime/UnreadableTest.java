package io.valise.ipc.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.process.OtherUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What cannot be read is never taken for absent or empty, hides nothing else, and the error says why. */
class UnreadableTest {
    @TempDir
    Path temp;

    private Path home = Path.of("");
    private ForkedJvm user;

    @BeforeEach
    void start() throws IOException {
        OtherUser.assumePossible();
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxrwxrwx"));
        home = temp.resolve("home");
        user = another(home);
    }

    @AfterEach
    void end() {
        if (user != null) {
            user.close();
        }
    }

    private ForkedJvm another(Path valiseHome) {
        return OtherUser.start(
                List.of("-Dvalise.home=" + valiseHome, "-Dvalise.config=" + temp.resolve("config")),
                UnreadableUser.class);
    }

    @Test
    void aFolderThatCannotBeReadIsNeitherEmptyNorAbsent() throws IOException {
        Path folder = temp.resolve("folder");
        user.ask("make", folder, "rwx------");
        assertThat(user.ask("entries", folder)).isEqualTo("[" + folder.resolve("entry") + "]");
        assertThat(user.ask("entries", folder.resolve("absent"))).isEqualTo("[]");

        user.ask("mode", folder, "---------");
        assertThat(user.ask("entries", folder))
                .startsWith("ACCESS_DENIED cannot list " + folder)
                .contains(" may not list and enter " + folder + " (owner=uid ", ", mode=0000)");
        user.ask("mode", folder, "r--------"); // its names can be read, and nothing about them
        for (String look : List.of("entries", "names")) {
            assertThat(user.ask(look, folder))
                    .startsWith("ACCESS_DENIED cannot list " + folder)
                    .contains(" may not enter " + folder + " (owner=uid ", ", mode=0400)");
        }
        Path roots = Files.createDirectories(temp.resolve("roots/inner")).getParent();
        Files.setPosixFilePermissions(roots, PosixFilePermissions.fromString("rwx------"));
        assertThat(user.ask("entries", roots.resolve("inner")))
                .startsWith("ACCESS_DENIED cannot list ")
                .contains(" may not enter " + roots + " (owner=uid 0, mode=0700): give it that permission");
    }

    @Test
    void aNameInAFolderThatCannotBeEnteredIsNotFree() {
        Path folder = temp.resolve("folder");
        user.ask("make", folder, "rwx------");
        assertThat(user.ask("isServed", folder)).isEqualTo("false");
        user.ask("mode", folder, "---------");
        assertThat(user.ask("isServed", folder)).isEqualTo("true");
    }

    @Test
    void theErrorNamesTheSettingThatChoseThePlace() throws IOException {
        Path roots = Files.createDirectory(
                temp.resolve("roots"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try (ForkedJvm below = another(roots.resolve("home"))) {
            assertThat(below.ask("folder", "x"))
                    .startsWith("ACCESS_DENIED runtime directory by valise.home: cannot inspect ")
                    .contains(" may not enter " + roots + " (owner=uid 0, mode=0700)")
                    .endsWith(", or set valise.home to another directory");
        }
    }

    @Test
    void aManifestThatCannotBeReadHidesNoOther() throws IOException {
        Path services = temp.resolve("config/services");
        user.ask("make", services, "rwx------");
        user.ask("mode", temp.resolve("config"), "rwx------");
        for (String name : List.of("closed", "open")) {
            Files.writeString(services.resolve(name + ".json"), "{}");
        }
        Files.setPosixFilePermissions(
                services.resolve("closed.json"), PosixFilePermissions.fromString("rw-------")); // root's
        Files.setPosixFilePermissions(services.resolve("open.json"), PosixFilePermissions.fromString("rw-r--r--"));

        assertThat(user.ask("manifests")).isEqualTo("[closed, open]");
        assertThat(user.ask("manifest", "open")).isEqualTo("present");
        assertThat(user.ask("manifest", "absent")).isEqualTo("absent");
        assertThat(user.ask("manifest", "closed"))
                .startsWith("ACCESS_DENIED cannot read " + services.resolve("closed.json"))
                .contains(" may not read " + services.resolve("closed.json") + " (owner=uid 0, mode=0600)")
                .endsWith(", or set valise.config to another directory");
    }

    @Test
    void aWatchThatCannotBeWrittenToKeepsNoOtherFromBeingTold() {
        assertThat(user.ask("watch", "0.lines")).as("it is the first of them").isEqualTo("1");
    }

    @Test
    void aFolderThatCannotBeReadKeepsNoOtherFromBeingCleanedUp() {
        for (String name : List.of("a", "b", "c", "d")) {
            user.ask("folder", name);
        }
        user.ask("make", home.resolve("a/sub"), "rwx------");
        user.ask("make", home.resolve("b/closed"), "---------");
        user.ask("make", home.resolve("b/open"), "rwx------");
        user.ask("make", home.resolve("c"), "---------");
        user.ask("make", home.resolve("d"), "rwx------");
        user.kill();

        try (ForkedJvm cleaner = another(home)) {
            assertThat(cleaner.ask("clean"))
                    .startsWith("ACCESS_DENIED runtime directory " + home + ": removed files=3, but not all: ")
                    .contains("cannot list " + home.resolve("b/closed"), "mode=0000)")
                    .contains("cannot clean up " + home.resolve("c"), " may not list and enter " + home.resolve("c"));
            assertThat(cleaner.ask("entries", home).replace(home + "/", ""))
                    .as("b keeps its mark, and is complete in the next attempt")
                    .contains("b, c")
                    .doesNotContain("a,", "d]");
            cleaner.ask("mode", home.resolve("b/closed"), "rwx------");
            cleaner.ask("mode", home.resolve("c"), "rwx------");
            assertThat(cleaner.ask("clean")).isEqualTo("Cleaned[files=2, leftAlone=[]]");
        }
    }
}
