package io.valise.ipc.services.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a disk may hold after a loss of power. Between two syncs the system writes blocks in any order, or not at all, and
 * each block as it was at any of the moments in between; the file's length is one of those that it had. Each such disk is
 * read: what was synced is there, the content is what had been written up to one moment, and damage is reported.
 */
@ExtendWith(HangWatchdog.class)
class PowerLossTest {
    private static final int SYNCED = 12;
    private static final Logger LOG = Logger.getLogger("io.valise.ipc.services.settings");

    private final Level before = LOG.getLevel();
    private AppIdentity app;
    private Path file;

    /** What the file was after each single write; the first is on the disk. */
    private final List<byte[]> moments = new ArrayList<>();
    /** What is in it after each change; the first is synced. */
    private final List<ValueSet> states = new ArrayList<>();

    @BeforeEach
    void moveIn(@TempDir Path temp) {
        LOG.setLevel(Level.OFF); // each of thousands of losses is logged
        System.setProperty("valise.config", temp.resolve("config").toString());
        app = AppIdentity.open("acme", "editor");
        file = temp.resolve("config/settings").resolve(app.publisherId()).resolve("editor.hive");
    }

    @AfterEach
    void moveOut() {
        LOG.setLevel(before);
        TestHome.restoreConfiguration();
    }

    /** Some are synced, then come changes of so many bytes. */
    private void record(int syncedBytes, int... changes) throws IOException {
        try (SettingsHive hive = SettingsHive.open(app)) {
            for (int i = 0; i < SYNCED; i++) {
                hive.put("synced " + i, "s".repeat(syncedBytes));
            }
            hive.sync();
            moments.add(Files.readAllBytes(file));
            states.add(hive.values());
            for (int i = 0; i < changes.length; i++) {
                hive.put("change " + i, "c".repeat(changes[i]));
                byte[] after = Files.readAllBytes(file);
                moments.add(withoutNews(after, moments.get(moments.size() - 1)));
                moments.add(after);
                states.add(hive.values());
            }
        }
    }

    /** The record comes before the header says so: two writes. */
    private static byte[] withoutNews(byte[] after, byte[] before) {
        byte[] between = after.clone();
        System.arraycopy(before, 0, between, 0, HiveLayout.HEADER_BYTES);
        return between;
    }

    /** All that a disk may hold, when all blocks are few. */
    @ParameterizedTest
    @CsvSource({"512, 20", "4096, 600"})
    void everyDiskThatAFewChangesMayLeaveIsRead(int block, int syncedBytes) throws IOException {
        record(syncedBytes, block / 3, block, block / 2);
        List<Integer> lengths =
                moments.stream().map(moment -> moment.length).distinct().toList();
        List<List<byte[]>> versions = versions(block);
        int disks = versions.stream().mapToInt(List::size).reduce(lengths.size(), (a, b) -> a * b);
        assertThat(disks).isBetween(100, 10_000);
        for (int disk = 0; disk < disks; disk++) {
            int choice = disk;
            int length = lengths.get(choice % lengths.size());
            choice /= lengths.size();
            byte[] bytes = new byte[versions.size() * block];
            for (int i = 0; i < versions.size(); i++) {
                List<byte[]> of = versions.get(i);
                System.arraycopy(of.get(choice % of.size()), 0, bytes, i * block, block);
                choice /= of.size();
            }
            check(Arrays.copyOf(bytes, length), disk);
        }
    }

    /** A sample of what many changes may leave, the same in each run. */
    @ParameterizedTest
    @CsvSource({"512", "4096"})
    void disksThatManyChangesMayLeaveAreRead(int block) throws IOException {
        SplittableRandom random = new SplittableRandom(20261128);
        record(300, random.ints(30, 0, 2_000).toArray());
        List<List<byte[]>> versions = versions(block);
        for (int disk = 0; disk < 250; disk++) {
            byte[] bytes = new byte[versions.size() * block];
            for (int i = 0; i < versions.size(); i++) {
                List<byte[]> of = versions.get(i);
                int version = random.nextInt(3) == 0 ? random.nextInt(of.size()) : of.size() - 1;
                System.arraycopy(of.get(version), 0, bytes, i * block, block);
            }
            int length =
                    moments.get(random.nextInt(3) == 0 ? random.nextInt(moments.size()) : moments.size() - 1).length;
            check(Arrays.copyOf(bytes, length), disk);
        }
    }

    /** What each block was at any moment, without repetitions; zeros where the file was shorter. */
    private List<List<byte[]>> versions(int block) {
        int longest = moments.get(moments.size() - 1).length;
        List<List<byte[]>> versions = new ArrayList<>();
        for (int at = 0; at < longest; at += block) {
            int from = at;
            List<byte[]> distinct = new ArrayList<>();
            moments.stream()
                    .map(moment -> from >= moment.length
                            ? new byte[block]
                            : Arrays.copyOf(
                                    Arrays.copyOfRange(moment, from, Math.min(moment.length, from + block)), block))
                    .filter(bytes -> distinct.stream().noneMatch(known -> Arrays.equals(known, bytes)))
                    .forEach(distinct::add);
            versions.add(distinct);
        }
        return versions;
    }

    private void check(byte[] disk, int number) throws IOException {
        Files.write(file, disk);
        ValueSet values;
        try (SettingsHive hive = SettingsHive.open(app)) {
            values = hive.values();
            assertThat(states).as("disk " + number).contains(values);
            long announced = ByteBuffer.wrap(disk).getLong(HiveLayout.COMMITTED_OFFSET);
            boolean visible = Math.max(announced, disk.length) > end(values);
            assertThat(hive.loss().isPresent()).as("loss of disk " + number).isEqualTo(visible);
            assertThat(file).as("readers do not write").hasBinaryContent(disk);
        }
        if (number % 8 == 0) { // it syncs, which takes long
            checkWriting(values);
        }
    }

    private void checkWriting(ValueSet values) {
        try (SettingsHive hive = SettingsHive.open(app)) {
            hive.put("after", 1);
            assertThat(hive.get("after")).contains(1);
        }
        try (SettingsHive hive = SettingsHive.open(app)) {
            assertThat(hive.loss()).as("the next change puts it right").isEmpty();
            assertThat(hive.get("after")).contains(1);
            values.keys().forEach(key -> assertThat(hive.get(key)).contains(values.get(key)));
        }
    }

    /** Where the records of a state end. */
    private int end(ValueSet state) {
        int index = states.indexOf(state);
        return moments.get(2 * index).length;
    }

    @Test
    void whatWasFoundDamagedIsKeptBesideBeforeItIsWrittenAnew() throws IOException {
        record(20, 300, 300);
        byte[] torn = Arrays.copyOf(moments.get(4), moments.get(4).length - 1);
        Files.write(file, torn);
        Path kept = file.resolveSibling("editor.hive.damaged");
        try (SettingsHive hive = SettingsHive.open(app)) {
            assertThat(hive.values()).isEqualTo(states.get(1));
            assertThat(hive.loss().orElseThrow())
                    .startsWith("settings file " + file + ": bytes " + moments.get(2).length + " to "
                            + moments.get(4).length + " are no whole changes");
            assertThat(kept).doesNotExist();
            hive.put("after", 1);
            assertThat(kept).hasBinaryContent(torn);
            assertThat(hive.get("after")).contains(1);
        }
    }

    @Test
    void damageInWhatWasSyncedIsNoLossOfPower() throws IOException {
        record(20, 300);
        byte[] whole = moments.get(2);
        for (int at = HiveLayout.HEADER_BYTES; at < moments.get(0).length; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 1;
            Files.write(file, damaged);
            assertThat(whatComesOfOpening()).as("offset " + at).contains("damaged", "it is left as it is");
            assertThat(file).hasBinaryContent(damaged);
        }
    }

    private String whatComesOfOpening() {
        try (SettingsHive hive = SettingsHive.open(app)) {
            return "values " + hive.values();
        } catch (IpcException e) {
            return e.status() + ": " + e.reason();
        }
    }

    /** A file that is written anew: the directory leads to the old one or the new one, and each is whole. */
    @Test
    void aRewriteLeavesAWholeFileUnderEitherName() throws IOException {
        record(20);
        Path old = file.resolveSibling("old");
        Files.createLink(old, file);
        ValueSet values;
        try (SettingsHive hive = SettingsHive.open(app)) {
            for (int i = 0; Files.isSameFile(old, file); i++) {
                hive.put("moves", i + "x".repeat(5_000));
            }
            values = hive.values();
        }
        try (SettingsHive hive = SettingsHive.open(app)) {
            assertThat(hive.values()).isEqualTo(values);
        }
        Files.move(old, file, StandardCopyOption.REPLACE_EXISTING);
        try (SettingsHive hive = SettingsHive.open(app)) {
            assertThat(hive.values()).as("the old one").isEqualTo(values);
            assertThat(hive.loss()).isEmpty();
            hive.put("after", 1);
        }
        try (Stream<Path> left = Files.list(file.getParent())) {
            assertThat(left.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder(".lock", "editor.hive");
        }
    }
}
