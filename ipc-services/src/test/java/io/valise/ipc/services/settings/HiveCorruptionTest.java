package io.valise.ipc.services.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Hive files that another program wrote or damaged: no record that is whole is lost. */
@ExtendWith(HangWatchdog.class)
class HiveCorruptionTest {
    private static final int CORRUPTIONS = 1_000;
    private static final int CHANGES = 12;
    private static final Logger LOG = Logger.getLogger("io.valise.ipc.services.settings");

    private AppIdentity app;
    private Path file;
    private final List<ValueSet> states = new ArrayList<>(List.of(ValueSet.empty()));
    private final List<Integer> ends = new ArrayList<>(List.of(HiveLayout.HEADER_BYTES));
    private final Level before = LOG.getLevel();

    @BeforeEach
    void moveIn(@TempDir Path temp) {
        LOG.setLevel(Level.OFF); // thousands of losses are logged
        System.setProperty("valise.config", temp.resolve("config").toString());
        app = AppIdentity.open("acme", "editor");
        file = temp.resolve("config/settings").resolve(app.publisherId()).resolve("editor.hive");
    }

    @AfterEach
    void moveOut() {
        LOG.setLevel(before);
        TestHome.restoreConfiguration();
    }

    private byte[] someChanges() throws IOException {
        try (SettingsHive hive = SettingsHive.open(app)) {
            for (int i = 0; i < CHANGES; i++) {
                change(hive, i);
                if (i == CHANGES / 2) {
                    hive.sync();
                }
                states.add(hive.values());
                ends.add((int) Files.size(file));
            }
        }
        return Files.readAllBytes(file);
    }

    private static void change(SettingsHive hive, int number) {
        switch (number % 4) {
            case 0 -> hive.put("a", number);
            case 1 -> hive.put("set " + number, ValueSet.of("x", List.of(number, "y")));
            case 2 -> hive.put("bytes", new byte[number * 3]);
            default -> hive.delete("a");
        }
    }

    @Test
    void whatIsNotReportedIsIgnoredOrWholeAndWhatIsReportedIsLeftAsItIs() throws IOException {
        byte[] whole = someChanges();
        SplittableRandom random = new SplittableRandom(20261122);
        int reported = 0;
        int lost = 0;
        for (int i = 0; i < CORRUPTIONS; i++) {
            byte[] corrupt = corrupt(whole, random);
            Files.write(file, corrupt);
            try (SettingsHive hive = SettingsHive.open(app)) {
                ValueSet values = hive.values();
                assertThat(values).as("corruption " + i).isIn(states.subList(whole(whole, corrupt), states.size()));
                boolean told = hive.loss().isPresent();
                assertThat(told || values.equals(states.get(CHANGES)))
                        .as("loss of corruption " + i)
                        .isTrue();
                lost += told ? 1 : 0;
                if (!told || i % 16 == 0) { // to put it right syncs, which takes long
                    hive.put("after", i);
                    assertThat(hive.get("after")).contains(i);
                }
            } catch (IpcException e) {
                reported++;
                assertThat(e.status()).as("corruption " + i).isEqualTo(IpcStatus.PROTOCOL_ERROR);
                assertThat(file).hasBinaryContent(corrupt);
            }
        }
        assertThat(reported).as("damage of what is synced").isBetween(CORRUPTIONS / 10, CORRUPTIONS / 2);
        assertThat(lost).as("damage behind it").isBetween(CORRUPTIONS / 10, CORRUPTIONS - CORRUPTIONS / 10);
    }

    /** How many changes lie whole before the first byte that differs. */
    private int whole(byte[] before, byte[] after) {
        int first = Arrays.mismatch(before, after);
        return first < 0
                ? CHANGES
                : (int) ends.stream().filter(end -> end <= first).count() - (first < ends.get(0) ? 0 : 1);
    }

    private static byte[] corrupt(byte[] whole, SplittableRandom random) {
        byte[] bytes = whole.clone();
        int at = random.nextInt(bytes.length);
        int length = 1 + random.nextInt(Math.min(40, bytes.length - at));
        switch (random.nextInt(6)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> scribble(bytes, at, length, random);
            case 2 -> Arrays.fill(bytes, at, at + length, (byte) 0);
            case 3 -> System.arraycopy(whole, random.nextInt(bytes.length - length), bytes, at, length);
            case 4 -> bytes = Arrays.copyOf(whole, at);
            default -> bytes = Arrays.copyOf(whole, whole.length + length); // what a killed writer leaves
        }
        return bytes;
    }

    private static void scribble(byte[] bytes, int at, int length, SplittableRandom random) {
        byte[] noise = new byte[length];
        random.nextBytes(noise);
        System.arraycopy(noise, 0, bytes, at, length);
    }

    @Test
    void aRecordWhoseSumIsRightAndThatSaysNonsenseIsReportedOrTaken() throws IOException {
        SplittableRandom random = new SplittableRandom(20261123);
        byte[] body = ValueSet.of(HiveFile.NAME, "name", HiveFile.VALUE, List.of("a", 1, true))
                .toCbor();
        int taken = 0;
        for (int i = 0; i < CORRUPTIONS; i++) {
            byte[] odd = body.clone();
            for (int changes = random.nextInt(3); changes >= 0; changes--) {
                odd[random.nextInt(odd.length)] = (byte) random.nextInt(256);
            }
            writeRecords(List.of(odd));
            try (SettingsHive hive = SettingsHive.open(app)) {
                hive.values();
                hive.put("after", i);
                assertThat(hive.get("after")).contains(i);
                taken++;
            } catch (IpcException e) {
                assertThat(e.status()).as("corruption " + i).isEqualTo(IpcStatus.PROTOCOL_ERROR);
            }
        }
        assertThat(taken).isBetween(1, CORRUPTIONS - 1);
    }

    @Test
    void aRecordWithoutANameIsReported() throws IOException {
        for (ValueSet change : List.of(
                ValueSet.empty(),
                ValueSet.of(HiveFile.NAME, 1),
                ValueSet.builder().put(HiveFile.NAME, null).build())) {
            writeRecords(List.of(change.toCbor()));
            assertThatThrownBy(() -> SettingsHive.open(app))
                    .isInstanceOf(IpcException.class)
                    .hasMessageContaining("damaged: a record has no name; it is left as it is");
        }
    }

    /** Such a name would let the account that writes a hive use up the memory of all that read it. */
    @Test
    void aRecordOfAPlaceThatNoWriterMakesIsReported() throws IOException {
        String deep = "a/".repeat(16_000) + "\033[2J";
        checkReported(ValueSet.of(HiveFile.KEY, deep), "key of a record: limit=32 levels, actual=16001");
        checkReported(
                ValueSet.of(HiveFile.KEY, deep, HiveFile.TREE, true), "key of a record: limit=32 levels, actual=16001");
        checkReported(
                ValueSet.of(HiveFile.KEY, "k/".repeat(32) + "k", HiveFile.NAME, "x"),
                "key of a record: limit=32 levels, actual=33");
        checkReported(
                ValueSet.of(HiveFile.KEY, "a//b", HiveFile.NAME, "x"),
                "key of a record: name of limit=1 to 255 chars, actual=0");
        checkReported(
                ValueSet.of(HiveFile.KEY, "k".repeat(256)),
                "key of a record: name of limit=1 to 255 chars, actual=256");
        checkReported(
                ValueSet.of(HiveFile.NAME, "n".repeat(256)), "name of a record: limit=1 to 255 chars, actual=256");
        checkReported(ValueSet.of(HiveFile.NAME, ""), "name of a record: limit=1 to 255 chars, actual=0");
    }

    private void checkReported(ValueSet change, String why) throws IOException {
        writeRecords(List.of(change.toCbor()));
        assertThatThrownBy(() -> SettingsHive.open(app))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.PROTOCOL_ERROR))
                .hasMessageContaining("damaged: the " + why + "; it is left as it is")
                .hasMessageNotContaining("\033");
    }

    /** Half-precision floats, which we take but do not write: in our own encoding the record would be longer than any may be. */
    @Test
    void whatOthersHaveWrittenMoreShortlyOutlastsARewrite() throws IOException {
        int floats = 5_000;
        ByteArrayOutputStream shorter = new ByteArrayOutputStream();
        shorter.write(new byte[] {
            (byte) 0xa2, 0x61, 'n', 0x61, 'f', 0x61, 'v', (byte) 0x99, (byte) (floats >> 8), (byte) floats
        });
        for (int i = 0; i < floats; i++) {
            shorter.write(new byte[] {(byte) 0xf9, 0x3c, 0x00});
        }
        List<byte[]> bodies = new ArrayList<>(List.of(shorter.toByteArray()));
        for (int i = 0; i < 400; i++) {
            bodies.add(ValueSet.of(HiveFile.NAME, "moves", HiveFile.VALUE, new byte[1_000])
                    .toCbor());
        }
        writeRecords(bodies);
        try (SettingsHive hive = SettingsHive.open(app)) {
            hive.put("a", 1);
            assertThat(Files.size(file)).as("rewritten").isLessThan(20_000);
            List<?> kept = (List<?>) hive.get("f").orElseThrow();
            assertThat(kept).hasSize(floats).allMatch(each -> each.equals(1.0f));
            assertThat(hive.values().keys()).containsExactly("a", "f", "moves");
        }
    }

    /** In the place of a hive's, all synced. */
    private void writeRecords(List<byte[]> bodies) throws IOException {
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        for (byte[] body : bodies) {
            records.write(HiveLayout.record(body, 1, HiveLayout.HEADER_BYTES + (long) records.size()));
        }
        writeFile(
                HiveLayout.Header.ofSynced(1, HiveLayout.HEADER_BYTES + (long) records.size()), records.toByteArray());
    }

    private void writeFile(byte[] header, byte[] records) throws IOException {
        if (!Files.exists(file)) { // makes the folder
            try (SettingsHive hive = SettingsHive.open(app)) {
                hive.put("first", 1);
            }
        }
        try (var out = Files.newOutputStream(file)) {
            out.write(header);
            out.write(records);
        }
    }

    /** As programs of version 0.1.0-SNAPSHOT before this format have written it. */
    private byte[] ofVersion1(int committed, List<ValueSet> changes) throws IOException {
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        for (ValueSet change : changes) {
            byte[] body = change.toCbor();
            CRC32C sum = new CRC32C();
            sum.update(body);
            records.write(ByteBuffer.allocate(HiveLayout.RECORD_HEADER_BYTES)
                    .putInt(body.length)
                    .putInt((int) sum.getValue())
                    .array());
            records.write(body);
        }
        byte[] header = ByteBuffer.allocate(HiveLayout.HEADER_BYTES_1)
                .putLong(HiveLayout.MAGIC_1)
                .putLong(5)
                .putLong(committed < 0 ? HiveLayout.HEADER_BYTES_1 + (long) records.size() : committed)
                .putLong(0)
                .array();
        writeFile(header, records.toByteArray());
        return Files.readAllBytes(file);
    }

    @Test
    void aFileOfVersion1IsReadAndTheNextChangeWritesItInThePresentOne() throws IOException {
        List<ValueSet> changes = List.of(
                ValueSet.of(HiveFile.NAME, "a", HiveFile.VALUE, 1),
                ValueSet.of(HiveFile.NAME, "b", HiveFile.VALUE, "text"),
                ValueSet.of(HiveFile.NAME, "a", HiveFile.VALUE, 2),
                ValueSet.of(HiveFile.NAME, "c", HiveFile.VALUE, 3),
                ValueSet.of(HiveFile.NAME, "c"));
        byte[] old = ofVersion1(-1, changes);
        try (SettingsHive hive = SettingsHive.open(app)) {
            assertThat(hive.values()).isEqualTo(ValueSet.of("a", 2, "b", "text"));
            assertThat(hive.loss()).isEmpty();
            hive.sync();
            assertThat(file).hasBinaryContent(old);
            hive.put("d", 4);
            assertThat(hive.values()).isEqualTo(ValueSet.of("a", 2, "b", "text", "d", 4));
        }
        assertThat(ByteBuffer.wrap(Files.readAllBytes(file)).getLong()).isEqualTo(HiveLayout.MAGIC);
        try (SettingsHive hive = SettingsHive.open(app)) {
            assertThat(hive.values()).isEqualTo(ValueSet.of("a", 2, "b", "text", "d", 4));
        }
    }

    @Test
    void aFileOfVersion1ThatLostItsEndKeepsWhatComesBefore() throws IOException {
        List<ValueSet> changes = List.of(
                ValueSet.of(HiveFile.NAME, "a", HiveFile.VALUE, 1), ValueSet.of(HiveFile.NAME, "b", HiveFile.VALUE, 2));
        ofVersion1(500, changes);
        try (SettingsHive hive = SettingsHive.open(app)) {
            assertThat(hive.values()).isEqualTo(ValueSet.of("a", 1, "b", 2));
            assertThat(hive.loss().orElseThrow()).contains("to 500 are no whole changes");
        }
        int first = HiveLayout.HEADER_BYTES_1
                + HiveLayout.RECORD_HEADER_BYTES
                + changes.get(0).toCbor().length;
        ofVersion1(first, changes);
        try (SettingsHive hive = SettingsHive.open(app)) {
            assertThat(hive.values())
                    .as("what was never committed does not count")
                    .isEqualTo(ValueSet.of("a", 1));
            assertThat(hive.loss()).isEmpty();
        }
    }
}
