package io.valise.ipc.services.settings;

import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import io.valise.ipc.testkit.process.ForkedJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The registry's counterpart among processes. */
@ExtendWith(HangWatchdog.class)
class SettingsAcceptanceTest {
    private static final String CONFIG = "valise.config";
    private static final int WRITES = 1000;

    @BeforeEach
    void haveAConfiguration(@TempDir Path temp) {
        System.setProperty(CONFIG, temp.resolve("config").toString());
    }

    @AfterEach
    void forgetIt() {
        ForkedJvm.killAll();
        TestHome.restoreConfiguration();
    }

    @Test
    void ofTwoProcessesThatWriteAThousandSettingsEachNoneIsLostAndAWatcherConverges() throws Exception {
        Map<String, Object> watched = new ConcurrentHashMap<>();
        CountDownLatch all = new CountDownLatch(2 * WRITES);
        try (SettingsHive hive = SettingsHive.open(AppIdentity.open("acme", "editor"));
                ForkedJvm one = start("acme", "editor");
                ForkedJvm other = start("acme", "editor")) {
            hive.watch(change -> {
                watched.put(change.name(), change.value().orElseThrow());
                all.countDown();
            });
            assertThat(one.ask("ready")).isEqualTo(other.ask("ready"));
            CompletableFuture<String> first = CompletableFuture.supplyAsync(() -> one.ask("putMany", "a", WRITES));
            other.ask("putMany", "b", WRITES);
            first.get();

            ValueSet values = hive.values();
            assertThat(values.size()).isEqualTo(2 * WRITES);
            for (int i = 0; i < WRITES; i++) {
                assertThat(values.getInt("a" + i)).isEqualTo(i);
                assertThat(values.getInt("b" + i)).isEqualTo(i);
            }
            all.await();
            assertThat(ValueSet.copyOf(watched)).isEqualTo(values);
        }
    }

    @Test
    void everyApplicationSeesTheBaseThroughItsOwnOverlay() {
        try (ForkedJvm editor = start("acme", "editor");
                ForkedJvm viewer = start("acme", "viewer");
                ForkedJvm otherPublisher = start("umbrella", "editor")) {
            editor.ask("putBase", "theme", "light");
            editor.ask("put", "size", "12");
            assertThat(viewer.ask("get", "theme")).isEqualTo("light");
            assertThat(viewer.ask("get", "size")).isEqualTo("nothing");
            viewer.ask("put", "theme", "dark");
            assertThat(viewer.ask("get", "theme")).isEqualTo("dark");
            assertThat(editor.ask("get", "theme")).isEqualTo("light");
            assertThat(otherPublisher.ask("get", "theme")).isEqualTo("nothing");
        }
    }

    @Test
    void aProcessThatWatchesASubKeyIsToldOfWhatAnotherChangesInItAndBelow() {
        try (ForkedJvm watcher = start("acme", "editor");
                ForkedJvm writer = start("acme", "editor")) {
            watcher.ask("watchIn", "a/b");
            writer.ask("put", "outside", "1");
            writer.ask("putIn", "a", "outside", "2");
            writer.ask("putIn", "a/b/c", "x", "3");
            assertThat(watcher.ask("heard")).isEqualTo("SettingChange[key=a/b, name=, value=Optional[true]]");
            assertThat(watcher.ask("heard")).isEqualTo("SettingChange[key=a/b/c, name=, value=Optional[true]]");
            assertThat(watcher.ask("heard")).isEqualTo("SettingChange[key=a/b/c, name=x, value=Optional[3]]");
            assertThat(watcher.ask("getIn", "a/b/c", "x")).isEqualTo("3");
            writer.ask("deleteTree", "a");
            assertThat(watcher.ask("heard")).isEqualTo("SettingChange[key=a/b, name=, value=Optional.empty]");
            assertThat(watcher.ask("keys")).isEqualTo("[]");
        }
    }

    @Test
    void ofProcessesThatAreKilledWhileTheyMakeAndDeleteTreesNoTreeIsLeftHalf() {
        for (int round = 0; round < 5; round++) {
            try (ForkedJvm writer = start("acme", "editor")) {
                writer.tell("makeAndDelete");
                assertThat(writer.hear()).isEqualTo("going");
                writer.kill();
            }
            try (SettingsHive hive = SettingsHive.open(AppIdentity.open("acme", "editor"))) {
                List<String> left = hive.key("tree").keys();
                assertThat(left)
                        .as("round " + round)
                        .isEqualTo(IntStream.range(0, left.size())
                                .mapToObj(i -> "k" + i)
                                .toList());
                hive.deleteTree("tree");
                assertThat(hive.key("tree").keys()).isEmpty();
                assertThat(hive.get("kept")).contains(true);
            }
        }
    }

    /** As a backup is restored: by renaming. */
    @Test
    void otherProcessesSeeFilesThatAreMovedIntoThePlaceOfTheirHives() throws IOException {
        try (ForkedJvm editor = start("acme", "editor");
                ForkedJvm viewer = start("acme", "viewer")) {
            for (ForkedJvm each : List.of(editor, viewer)) {
                each.ask("put", "k", "old");
            }
            for (Path hive : List.of(hive("editor"), hive("viewer"))) {
                Files.copy(hive, hive.resolveSibling(hive.getFileName() + ".backup"));
            }
            for (ForkedJvm each : List.of(editor, viewer)) {
                each.ask("put", "k", "new");
                each.ask("watch");
            }
            for (Path hive : List.of(hive("editor"), hive("viewer"))) {
                Files.move(hive.resolveSibling(hive.getFileName() + ".backup"), hive, REPLACE_EXISTING);
            }
            for (ForkedJvm each : List.of(editor, viewer)) {
                each.ask("hear", "k", "old");
                assertThat(each.ask("get", "k")).isEqualTo("old");
            }
        }
    }

    @Test
    void watchersInOtherProcessesGoOnWhenTheFolderIsExchangedOrMadeAgain() throws IOException {
        try (ForkedJvm editor = start("acme", "editor");
                ForkedJvm viewer = start("acme", "viewer");
                ForkedJvm writer = start("acme", "editor")) {
            writer.ask("put", "k", "first");
            for (ForkedJvm each : List.of(editor, viewer)) {
                each.ask("watch");
            }
            Path folder = hive("editor").getParent();
            Path settings = folder.getParent();
            for (Path exchanged : List.of(folder, settings)) {
                Path copy = settings.resolveSibling("copy of " + exchanged.getFileName());
                copyTree(exchanged, copy);
                Files.move(exchanged, settings.resolveSibling("aside of " + exchanged.getFileName()));
                Files.move(copy, exchanged);
                hearAll(writer, List.of(editor, viewer), "exchanged-" + exchanged.getFileName());
            }
            deleteTree(settings);
            hearAll(writer, List.of(editor, viewer), "made-again");
        }
    }

    private static void hearAll(ForkedJvm writer, List<ForkedJvm> watchers, String value) {
        writer.ask("putBase", "k", value);
        writer.ask("revert", "k");
        for (ForkedJvm each : watchers) {
            each.ask("hear", "k", value);
            assertThat(each.ask("get", "k")).isEqualTo(value);
        }
    }

    private static Path hive(String application) {
        AppIdentity identity = AppIdentity.open("acme", application);
        return Path.of(System.getProperty(CONFIG), "settings", identity.publisherId(), application + ".hive");
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> tree = Files.walk(from)) {
            for (Path path : tree.toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()), COPY_ATTRIBUTES);
            }
        }
    }

    private static void deleteTree(Path root) throws IOException {
        try (Stream<Path> tree = Files.walk(root)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static ForkedJvm start(String publisher, String application) {
        return ForkedJvm.start(
                List.of("-D" + CONFIG + "=" + System.getProperty(CONFIG)),
                SettingsProgram.class,
                publisher,
                application);
    }
}
