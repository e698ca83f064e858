package io.valise.ipc.services.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.services.settings.SettingsHive.Registration;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import io.valise.ipc.testlog.MayLog;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.logging.Filter;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(HangWatchdog.class)
@MayLog("a listener for settings failed")
class SettingsHiveTest {
    private static final String CONFIG = "valise.config";

    private AppIdentity app;
    private SettingsHive hive;
    private Path file;

    @BeforeEach
    void open(@TempDir Path temp) {
        System.setProperty(CONFIG, temp.resolve("config").toString());
        app = AppIdentity.open("acme", "editor");
        hive = SettingsHive.open(app);
        file = temp.resolve("config/settings").resolve(app.publisherId()).resolve("editor.hive");
    }

    @AfterEach
    void close() {
        hive.close();
        TestHome.restoreConfiguration();
    }

    @Test
    void valuesOfEveryTypeAreKeptUntilTheyAreReplacedOrDeleted() {
        hive.put("number", 1);
        hive.put("list", List.of("a", 2));
        hive.put("set", ValueSet.of("x", 1.5));
        hive.put("bytes", new byte[] {1, 2});
        hive.put("number", 2L);
        hive.put("gone", true);
        hive.delete("gone");
        hive.delete("never there");
        hive.close();

        try (SettingsHive again = SettingsHive.open(app)) {
            assertThat(again.get("number")).contains(2L);
            assertThat(again.get("list")).contains(List.of("a", 2));
            assertThat(again.get("gone")).isEmpty();
            assertThat(again.values())
                    .isEqualTo(ValueSet.of(
                            "bytes",
                            new byte[] {1, 2},
                            "list",
                            List.of("a", 2),
                            "number",
                            2L,
                            "set",
                            ValueSet.of("x", 1.5)));
            again.sync();
        }
        assertThat(hive.get("number")).as("using it opens it again").contains(2L);
    }

    @Test
    void theOverlayCoversTheBaseUntilItIsReverted() {
        try (SettingsHive base = SettingsHive.openBase(app)) {
            base.put("theme", "light");
            assertThat(hive.get("theme")).contains("light");
            hive.put("theme", "dark");
            assertThat(hive.get("theme")).contains("dark");
            assertThat(base.get("theme")).contains("light");
            hive.delete("theme");
            assertThat(hive.get("theme")).isEmpty();
            assertThat(hive.values().isEmpty()).isTrue();
            hive.revert("theme");
            assertThat(hive.get("theme")).contains("light");
            base.delete("theme");
            assertThat(hive.get("theme")).isEmpty();
        }
    }

    @Test
    void whatCannotBeKeptIsRefused() {
        hive.put("x".repeat(255), "y".repeat(8180));
        assertThatThrownBy(() -> hive.put("x".repeat(256), 1)).hasMessageContaining("limit=1 to 255 chars, actual=256");
        assertThatThrownBy(() -> hive.put("", 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> hive.get("")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> hive.put("x", "y".repeat(8192))).hasMessageContaining("limit=8192 bytes, actual=");
        assertThatThrownBy(() -> hive.put("x", new Object())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> hive.put("x", null)).isInstanceOf(NullPointerException.class);
        assertThat(hive.values().size()).isOne();
    }

    @Test
    void aFileOfOutdatedChangesIsRewrittenWhileOthersReadIt() throws IOException {
        try (SettingsHive reader = SettingsHive.open(app)) {
            hive.put("stays", 1);
            assertThat(reader.get("stays")).contains(1);
            for (int i = 0; i < 1000; i++) {
                hive.put("moves", i + "x".repeat(1000));
            }
            assertThat(Files.size(file)).isLessThan(300 << 10);
            assertThat(reader.get("stays")).contains(1);
            assertThat(reader.get("moves")).contains("999" + "x".repeat(1000));
            reader.put("back", 2);
            assertThat(hive.get("back")).contains(2);
        }
        try (var entries = Files.list(file.getParent())) {
            assertThat(entries.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("editor.hive", ".lock");
        }
    }

    @Test
    void aFileThatIsShorterThanWhatWasSyncedIsReportedAndLeftAsItIs() throws IOException {
        hive.put("a", 1);
        hive.put("b", 2);
        hive.sync();
        byte[] whole = Files.readAllBytes(file);
        for (int length : new int[] {whole.length - 1, 50, 47, 31, 5, 0}) {
            Files.write(file, Arrays.copyOf(whole, length));
            String message = length < HiveLayout.HEADER_BYTES ? "truncated" : "damaged";
            assertDamaged(() -> hive.get("a"), message);
            assertDamaged(() -> hive.put("c", 3), message);
            assertDamaged(() -> SettingsHive.open(app), message);
            assertThat(file).hasSize(length);
        }
        Files.write(file, whole);
        assertThat(hive.get("b")).as("restored").contains(2);
        hive.put("c", 3);
        assertThat(hive.values().size()).isEqualTo(3);
    }

    @Test
    void aHeaderThatIsDamagedIsReportedAndLeftAsItIs() throws IOException {
        hive.put("a", "some text");
        byte[] whole = Files.readAllBytes(file);
        for (int i = 0; i < HiveLayout.HEADER_BYTES; i++) {
            if (i >= HiveLayout.COMMITTED_OFFSET && i < HiveLayout.SYNCED_OFFSET + 12) {
                continue; // these are hints, and the other tests'
            }
            byte[] changed = whole.clone();
            changed[i] ^= 1;
            Files.write(file, changed);
            assertDamaged(() -> SettingsHive.open(app), "it is left as it is");
            assertThat(file).hasBinaryContent(changed);
        }
    }

    @Test
    void whatAKilledWriterLeftBehindIsPassedOverAndTold() throws IOException {
        hive.put("a", 1);
        try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.seek(raw.length());
            raw.write(new byte[] {0, 0, 0, 99, 1, 2, 3}); // the begin of a record
            raw.seek(HiveLayout.SUPERSEDED_OFFSET);
            raw.writeLong(1); // and it was about to rewrite the file
        }
        assertThat(hive.get("a")).contains(1);
        Logger log = Logger.getLogger("io.valise.ipc.services.settings");
        List<String> told = new ArrayList<>();
        Filter before = log.getFilter();
        log.setFilter(line -> !told.add(line.getMessage()));
        try (SettingsHive fresh = SettingsHive.open(app)) {
            assertThat(fresh.get("a")).contains(1);
            assertThat(told).singleElement().asString().contains("a writer killed, before they were synced");
            assertThat(fresh.loss()).contains(told.get(0));
            hive.put("b", 2);
            assertThat(fresh.get("b")).contains(2);
        } finally {
            log.setFilter(before);
        }
        try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "r")) {
            raw.seek(HiveLayout.SUPERSEDED_OFFSET);
            assertThat(raw.readLong()).isZero();
        }
    }

    @Test
    void aRecordThatAKilledWriterDidNotAnnounceCounts() throws IOException {
        hive.put("a", 1);
        long announced = Files.size(file);
        hive.put("b", 2);
        try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.seek(HiveLayout.COMMITTED_OFFSET);
            raw.writeLong(announced);
        }
        try (SettingsHive fresh = SettingsHive.open(app)) {
            assertThat(fresh.get("b")).contains(2);
            assertThat(fresh.loss()).isEmpty();
            fresh.put("c", 3);
        }
        assertThat(hive.values()).isEqualTo(ValueSet.of("a", 1, "b", 2, "c", 3));
    }

    @Test
    void aRemovedFileIsAnEmptyHive() throws IOException {
        hive.put("a", 1);
        Files.delete(file);
        assertThat(hive.get("a")).isEmpty();
        hive.put("b", 2);
        assertThat(hive.get("a")).isEmpty();
        assertThat(hive.get("b")).contains(2);
    }

    @Test
    void readingCreatesNothing() {
        assertThat(hive.get("a")).isEmpty();
        assertThat(hive.values().isEmpty()).isTrue();
        hive.sync();
        assertThat(file.getParent().getParent()).doesNotExist();
        hive.put("a", 1);
        assertThat(file).exists();
    }

    /** As a backup is restored, by a program that knows nothing of hives. */
    @Test
    void aFileThatIsMovedIntoThePlaceOfAnotherIsSeenAtTheNextLook() throws IOException {
        hive.put("k", 1);
        Path backup = file.resolveSibling("backup");
        Files.copy(file, backup);
        hive.put("k", 2);
        assertThat(hive.get("k")).contains(2);
        Files.move(backup, file, StandardCopyOption.REPLACE_EXISTING);
        assertThat(hive.get("k")).contains(1);
        hive.put("l", 3);
        try (SettingsHive fresh = SettingsHive.open(app)) {
            assertThat(fresh.values()).isEqualTo(ValueSet.of("k", 1, "l", 3)).isEqualTo(hive.values());
        }
    }

    @Test
    void anInterruptDoesNotCloseTheFile() {
        Thread.currentThread().interrupt();
        hive.put("a", 1);
        assertThat(hive.get("a")).contains(1);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void watchersHearOfEveryNameOnceAndNothingAfterTheyEnded() throws Exception {
        BlockingQueue<SettingChange> heard = new LinkedBlockingQueue<>();
        hive.put("before", 0);
        Registration failing = hive.watch(change -> {
            throw new IllegalStateException("a listener that fails");
        });
        Registration registration = hive.watch(heard::add);
        try (SettingsHive other = SettingsHive.open(app);
                SettingsHive base = SettingsHive.openBase(app)) {
            other.put("a", new int[] {1});
            assertThat(heard.take().name()).isEqualTo("a");
            other.put("a", new int[] {1}); // as it was
            base.put("b", "base");
            assertThat(heard.take()).isEqualTo(new SettingChange("b", Optional.of("base")));
            hive.delete("b");
            assertThat(heard.take()).isEqualTo(new SettingChange("b", Optional.empty()));
            registration.close();
            registration.close();
            failing.close();
            Registration later = hive.watch(heard::add);
            other.put("c", 1);
            assertThat(heard.take()).isEqualTo(new SettingChange("c", Optional.of(1)));
            assertThat(heard).isEmpty();
            later.close();
        }
    }

    @Test
    void aFullHiveCanBeEmptied() {
        try (SettingsHive base = SettingsHive.openBase(app)) {
            byte[] large = new byte[SettingsHive.MOST_VALUE_BYTES - 100];
            int kept = fill(base, large);
            assertThat(kept).isGreaterThan(2_000);
            base.put("0", "short");
            base.delete("1");
            base.put("another", large);
            assertThat(base.get("0")).contains("short");
            assertThat(base.get("1")).isEmpty();
        }
    }

    /** Until there is no room for the shortest either; the number of long ones. */
    private static int fill(SettingsHive full, byte[] large) {
        int kept = 0;
        for (Object value : List.of(large, "")) {
            try {
                for (int i = 0; ; i++) {
                    full.put(value == large ? String.valueOf(i) : "short " + i, value);
                    kept += value == large ? 1 : 0;
                }
            } catch (IpcException e) {
                assertThat(e.status()).isEqualTo(IpcStatus.RESOURCE_EXHAUSTED);
            }
        }
        return kept;
    }

    @Test
    void namesThatComeAndGoLeaveNothingInABase() throws IOException {
        try (SettingsHive base = SettingsHive.openBase(app)) {
            for (int i = 0; i < 8_000; i++) {
                base.put("session " + i, i);
                base.delete("session " + i);
            }
            assertThat(base.values().keys()).isEmpty();
        }
        assertThat(Files.size(file.resolveSibling(".base.hive"))).isLessThan(300 << 10);
    }

    @Test
    void aFileOfGibibytesIsNotRead() throws IOException {
        hive.put("a", 1);
        try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.setLength(3L << 30); // sparse
            raw.seek(HiveLayout.COMMITTED_OFFSET);
            raw.writeLong(3L << 30);
        }
        assertDamaged(() -> hive.get("a"), "length=3221225472");
        assertDamaged(() -> hive.put("a", 2), "length=3221225472");
    }

    @Test
    void aWatchThatCannotBeginLeavesNothingOpen() throws IOException {
        hive.put("a", 1);
        try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.setLength(10);
        }
        for (int i = 0; i < 150; i++) { // Linux has 128 watches for a user
            assertDamaged(() -> hive.watch(change -> {}), "truncated");
        }
    }

    @Test
    void manyHivesAreWatchedByOneWatchOfTheSystem() throws Exception {
        BlockingQueue<SettingChange> heard = new LinkedBlockingQueue<>();
        List<SettingsHive> hives = new ArrayList<>();
        for (int i = 0; i < 150; i++) { // Linux has 128 watches for a user
            SettingsHive each = SettingsHive.open(AppIdentity.open("acme", "app" + i));
            hives.add(each);
            each.watch(heard::add);
        }
        hives.get(149).put("k", 1);
        assertThat(heard.take()).isEqualTo(new SettingChange("k", Optional.of(1)));
        hives.forEach(SettingsHive::close);
        assertThat(heard).isEmpty();
    }

    @Test
    void aWatchBeginsBeforeThereIsAFolder() throws Exception {
        BlockingQueue<SettingChange> heard = new LinkedBlockingQueue<>();
        hive.watch(heard::add);
        assertThat(file.getParent().getParent()).doesNotExist();
        try (SettingsHive other = SettingsHive.open(app)) {
            other.put("k", 1);
            assertThat(heard.take()).isEqualTo(new SettingChange("k", Optional.of(1)));
        }
    }

    private static void assertDamaged(Runnable action, String message) {
        assertThatThrownBy(action::run).isInstanceOfSatisfying(IpcException.class, e -> {
            assertThat(e.status()).isEqualTo(IpcStatus.PROTOCOL_ERROR);
            assertThat(e).hasMessageContaining(message).hasMessageContaining("restore it from a backup");
        });
    }
}
