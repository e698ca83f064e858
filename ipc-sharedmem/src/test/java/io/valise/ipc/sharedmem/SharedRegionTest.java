package io.valise.ipc.sharedmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.sharedmem.os.SegmentDirectory;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.process.SmallFileSystem;
import io.valise.ipc.testkit.rule.InFullRun;
import java.io.IOException;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import net.openhft.chronicle.bytes.Bytes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(HangWatchdog.class)
class SharedRegionTest {
    private static final int MIB = 1 << 20;
    private static final int MAPPINGS = 200;
    private static final long GIB = 1L << 30;

    @BeforeEach
    void home() {
        TestHome.path();
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        assertThat(files()).isEmpty();
    }

    /** The region files of this test's runtime directory: a creation sweeps first. */
    private static List<String> files() throws IOException {
        SharedRegion.create(1).close();
        return filesNow();
    }

    private static List<String> filesNow() throws IOException {
        Path folder = SegmentDirectory.current(ShmTransport.sockets()).path().resolve("regions");
        String home = Integer.toHexString(TestHome.path().toString().hashCode());
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith(home + '~'))
                    .toList();
        }
    }

    private static void assertStatus(Throwable e, IpcStatus status) {
        assertThat(e)
                .isInstanceOfSatisfying(
                        IpcException.class, x -> assertThat(x.status()).isEqualTo(status));
    }

    @Test
    void interruptedThreadDoesNotDisturbOtherHoldersOfTheRegion() {
        Thread.currentThread().interrupt();
        try (SharedRegion region = SharedRegion.create("interrupted", 4096);
                SharedRegion other = SharedRegion.open("interrupted")) {
            assertThat(region.write(mine -> mine.buffer().putLong(0, 7))).isOne();
            assertThat(Thread.interrupted()).as("the interrupt stays").isTrue();
            assertThat(other.<Long>read(theirs -> theirs.buffer().getLong(0))).isEqualTo(7);
            other.write(theirs -> theirs.buffer().putLong(0, 8));
            try (SharedRegion third = SharedRegion.open(other.handle())) {
                assertThat(third.version()).isEqualTo(2);
            }
        } finally {
            Thread.interrupted();
        }
    }

    /** An interrupt that comes while a file is being mapped closes the channel that all holders here share. */
    @Test
    void interruptsDuringMappingDoNotDisturbOtherHoldersOfTheRegion() throws Exception {
        try (SharedRegion kept = SharedRegion.create("kept", 4096)) {
            FutureTask<Integer> mapping = new FutureTask<>(() -> mapAgainAndAgain("kept"));
            Thread mapper = new Thread(mapping, "mapper");
            mapper.start();
            while (mapper.isAlive()) {
                mapper.interrupt();
                Thread.onSpinWait();
            }
            assertThat(mapping.get()).isEqualTo(MAPPINGS);
            assertThat(kept.write(mine -> mine.buffer().putLong(0, 7))).isOne();
        }
    }

    private static int mapAgainAndAgain(String name) {
        for (int i = 0; i < MAPPINGS; i++) {
            try (SharedRegion region = SharedRegion.open(name)) {
                assertThat(region.buffer().get(0)).isZero();
            }
            try (SharedRegion own = SharedRegion.create(1)) {
                assertThat(own.write(mine -> mine.buffer().put(0, (byte) 1))).isOne();
            }
        }
        return MAPPINGS;
    }

    /** A write that had to wait for another writer, and finds its region closed, spoils nothing. */
    @Test
    void closeWhileAWriteWaitsKeepsTheVersionBefore() throws Exception {
        try (SharedRegion kept = SharedRegion.create("waited", 4096)) {
            kept.write(mine -> mine.buffer().putLong(0, 7));
            SharedRegion closing = SharedRegion.open("waited");
            FutureTask<Long> late =
                    new FutureTask<>(() -> closing.write(mine -> mine.buffer().putLong(0, 8)));
            Thread writer = new Thread(late, "late writer");
            kept.write(mine -> {
                writer.start();
                while (writer.getState() != Thread.State.WAITING) {
                    Thread.onSpinWait();
                }
                closing.close();
            });
            assertThatThrownBy(late::get)
                    .hasRootCauseInstanceOf(IpcException.class)
                    .rootCause()
                    .satisfies(e -> assertStatus(e, IpcStatus.CONNECTION_CLOSED));
            assertThat(kept.version()).isEqualTo(2);
            assertThat(kept.<Long>read(mine -> mine.buffer().getLong(0))).isEqualTo(7);
        }
    }

    @Test
    void closedByItsOwnWriteItIsUnmappedAfterIt() throws IOException {
        SharedRegion alone = SharedRegion.create("alone", 2 * MIB);
        alone.write(mine -> {
            ByteBuffer all = mine.buffer();
            mine.close();
            mine.close();
            RegionProcess.fill(all, (byte) 9); // each page of it
            assertThat(all.get(2 * MIB - 1)).isEqualTo((byte) 9);
            assertThatThrownBy(mine::version).satisfies(e -> assertStatus(e, IpcStatus.CONNECTION_CLOSED));
            assertThatThrownBy(() -> mine.write(again -> {}))
                    .satisfies(e -> assertStatus(e, IpcStatus.CONNECTION_CLOSED));
        });
        assertThat(filesNow()).isEmpty();
        SharedRegion failing = SharedRegion.create("failing", 4096);
        assertThatThrownBy(() -> failing.write(mine -> {
                    mine.close();
                    throw new StackOverflowError("as planned");
                }))
                .isInstanceOf(StackOverflowError.class);
        assertThat(filesNow()).isEmpty();
    }

    @Test
    void readsAndWritesUnderWayOutliveAClose() {
        SharedRegion written = SharedRegion.create("closing", 4096);
        try (SharedRegion kept = SharedRegion.open("closing")) {
            written.write(mine -> {
                mine.buffer().putLong(0, 7);
                mine.close();
                assertThatThrownBy(mine::buffer).satisfies(e -> assertStatus(e, IpcStatus.CONNECTION_CLOSED));
            });
            assertThat(kept.version()).isOne();
            SharedRegion read = SharedRegion.open("closing");
            long found = read.read(mine -> {
                long value = mine.buffer().getLong(0);
                mine.close();
                return value;
            });
            assertThat(found).isEqualTo(7);
            assertThatThrownBy(read::version).satisfies(e -> assertStatus(e, IpcStatus.CONNECTION_CLOSED));
            assertThatThrownBy(() -> written.write(mine -> {}))
                    .satisfies(e -> assertStatus(e, IpcStatus.CONNECTION_CLOSED));
        }
    }

    @Test
    void aSizeThatNoFileHasIsRefused() {
        assertThatThrownBy(() -> SharedRegion.create(Long.MAX_VALUE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("actual=9223372036854775807");
    }

    @Test
    void sixtyFourMebibytesCrossByHandle() {
        byte[] noise = new byte[MIB];
        new Random(64).nextBytes(noise);
        try (ForkedJvm peer = ForkedJvm.start(RegionProcess.class);
                SharedRegion region = SharedRegion.create(64L * MIB)) {
            peer.ask("serve", "shm:regions");
            region.write(r -> {
                ByteBuffer all = r.buffer();
                for (int i = 0; i < 64; i++) {
                    noise[0] = (byte) i;
                    all.put(noise);
                }
            });
            long crc = RegionProcess.crc(region.buffer());
            try (IpcConnection connection = IpcClient.connect("shm:regions")) {
                ValueSet granted = ValueSet.of("region", region.handle(SharedRegion.Access.READ));
                assertThat(connection.request("checksum", granted))
                        .isEqualTo(ValueSet.of("crc", crc, "readOnly", true));
                ValueSet all = ValueSet.of("region", region.handle());
                assertThat(connection.request("checksum", all)).isEqualTo(ValueSet.of("crc", crc, "readOnly", false));
            }
        }
    }

    @Test
    void whatOneProcessWritesTheOtherSeesInItsOwnMapping() {
        try (ForkedJvm peer = ForkedJvm.start(RegionProcess.class);
                SharedRegion region = SharedRegion.create("seen", 8192)) {
            ByteBuffer view = region.buffer(4096, 4096);
            peer.ask("open", "seen");
            peer.ask("fill", 7);
            assertThat(region.version()).isEqualTo(1);
            assertThat(view.get(4095)).isEqualTo((byte) 7);
            assertThat(firstByte(region)).isEqualTo((byte) 7);
        }
    }

    @Test
    void writerKilledInMidWriteIsDeadAndItsDataNeverSeen() {
        try (SharedRegion region = SharedRegion.create("half", MIB)) {
            region.write(r -> RegionProcess.fill(r.buffer(), (byte) 1));
            try (ForkedJvm writer = ForkedJvm.start(RegionProcess.class)) {
                writer.ask("open", "half");
                writer.ask("stopInMidWrite");
                assertThat(writer.hear()).isEqualTo("half");
                writer.kill();
            }
            assertThatThrownBy(() -> region.read(r -> r.buffer().get(0)))
                    .satisfies(e -> assertStatus(e, IpcStatus.PEER_DIED))
                    .hasMessageContaining("mid-write");
            region.write(r -> RegionProcess.fill(r.buffer(), (byte) 2));
            assertThat(firstByte(region)).isEqualTo((byte) 2);
        }
    }

    @Test
    void readersNeverSeeTornDataWhateverTheWriterDoesUntilItIsKilled() {
        try (SharedRegion region = SharedRegion.create("torn", 64 << 10)) {
            try (ForkedJvm writer = ForkedJvm.start(RegionProcess.class)) {
                writer.ask("open", "torn");
                writer.ask("fillForever");
                long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(300);
                while (System.nanoTime() < end) {
                    assertThat(region.read(SharedRegionTest::isUniform)).isTrue();
                }
                writer.kill();
            }
            try {
                assertThat(region.read(SharedRegionTest::isUniform)).isTrue();
            } catch (IpcException e) {
                assertThat(e.status()).isEqualTo(IpcStatus.PEER_DIED);
            }
        }
    }

    private static byte firstByte(SharedRegion region) {
        return region.read(r -> r.buffer().get(0));
    }

    private static boolean isUniform(SharedRegion region) {
        ByteBuffer all = region.buffer();
        byte first = all.get();
        while (all.hasRemaining()) {
            if (all.get() != first) {
                return false;
            }
        }
        return true;
    }

    @Test
    void lastHolderFreesIt() throws IOException {
        try (ForkedJvm peer = ForkedJvm.start(RegionProcess.class)) {
            SharedRegion region = SharedRegion.create("counted", 4096);
            SharedRegion again = SharedRegion.open("counted");
            peer.ask("open", "counted");
            region.close();
            again.close();
            assertThat(files()).hasSize(1);
            peer.ask("fill", 3);
            SharedRegion.open("counted").close();
            peer.ask("close");
            assertThat(filesNow()).isEmpty();
            assertThatThrownBy(() -> SharedRegion.open("counted"))
                    .satisfies(e -> assertStatus(e, IpcStatus.ENDPOINT_NOT_FOUND));
        }
    }

    @Test
    void whatADeadHolderLeftIsSweptByTheNextStart() throws IOException {
        try (ForkedJvm peer = ForkedJvm.start(RegionProcess.class)) {
            peer.ask("create", "orphan", 4096);
            peer.kill();
        }
        assertThat(filesNow()).hasSize(1);
        SharedRegion.create("orphan", 10).close();
        assertThat(filesNow()).isEmpty();
    }

    @Test
    void anotherNameOfItsFileTakesNoRegionFromItsHolder() throws IOException {
        try (SharedRegion region = SharedRegion.create("renamed", 4096);
                ForkedJvm peer = ForkedJvm.start(RegionProcess.class)) {
            Path folder =
                    SegmentDirectory.current(ShmTransport.sockets()).path().resolve("regions");
            Path file = folder.resolve(filesNow().get(0));
            Path link = Files.createLink(folder.resolve(file.getFileName() + "-too"), file);
            SharedRegion.create(1).close(); // sweeps, here and in the peer
            peer.ask("create", "other", 1);
            assertThat(file).exists();
            Files.delete(link);
            peer.ask("close");
            assertThat(region.size()).isEqualTo(4096);
        }
    }

    @Test
    void handleIsGoodForOneRegionOnly() {
        ValueSet handle;
        try (SharedRegion region = SharedRegion.create("reused", 100)) {
            handle = region.handle();
            assertThat(handle).isEqualTo(RegionProcess.handle(RegionProcess.hex(handle)));
            assertThatThrownBy(() -> SharedRegion.create("reused", 100))
                    .satisfies(e -> assertStatus(e, IpcStatus.ADDRESS_IN_USE));
        }
        assertThatThrownBy(() -> SharedRegion.open(handle))
                .satisfies(e -> assertStatus(e, IpcStatus.ENDPOINT_NOT_FOUND));
        try (SharedRegion other = SharedRegion.create("reused", 100)) {
            assertThat(other.size()).isEqualTo(100);
            assertThatThrownBy(() -> SharedRegion.open(handle))
                    .satisfies(e -> assertStatus(e, IpcStatus.ENDPOINT_NOT_FOUND));
        }
    }

    @Test
    void readerGetsAReadOnlyMapping() {
        try (SharedRegion region = SharedRegion.create(4096);
                SharedRegion reader = SharedRegion.open(region.handle(SharedRegion.Access.READ))) {
            assertThat(reader.access()).isEqualTo(SharedRegion.Access.READ);
            assertThatThrownBy(() -> reader.buffer().put(0, (byte) 1)).isInstanceOf(ReadOnlyBufferException.class);
            for (Runnable forbidden : List.<Runnable>of(
                    () -> reader.write(r -> {}),
                    reader::bytes,
                    () -> reader.handle(SharedRegion.Access.WRITE),
                    () -> SharedRegion.open(reader.handle(), SharedRegion.Access.WRITE))) {
                assertThatThrownBy(forbidden::run).satisfies(e -> assertStatus(e, IpcStatus.ACCESS_DENIED));
            }
        }
    }

    @Test
    void handlesThatAreNoneAreRefused() {
        try (SharedRegion region = SharedRegion.create(10)) {
            ValueSet good = region.handle();
            for (ValueSet bad : List.of(
                    ValueSet.empty(),
                    good.toBuilder().put("valise.region", "../../etc/passwd").build(),
                    good.toBuilder().put("access", "ALL").build(),
                    good.toBuilder().remove("generation").build())) {
                assertThatThrownBy(() -> SharedRegion.open(bad))
                        .satisfies(e -> assertStatus(e, IpcStatus.PROTOCOL_ERROR));
            }
        }
    }

    @Test
    void writeThatThrowsPublishesNothing() {
        try (SharedRegion region = SharedRegion.create(10)) {
            assertThatThrownBy(() -> region.write(r -> {
                        throw new IllegalStateException("no");
                    }))
                    .hasMessage("no");
            assertThatThrownBy(() -> region.read(r -> 1)).satisfies(e -> assertStatus(e, IpcStatus.PEER_DIED));
            assertThatThrownBy(() -> region.write(r -> r.read(x -> 1))).isInstanceOf(IllegalStateException.class);
            assertThat(region.write(r -> {})).isPositive();
            assertThat(firstByte(region)).isZero();
        }
    }

    @Test
    void chronicleBytesAreTheSameMemory() {
        assumeTrue(Runtime.version().feature() < 24, "the JDK warns of Chronicle's Unsafe from 24 on");
        try (SharedRegion region = SharedRegion.create(4096)) {
            Bytes<?> bytes = region.bytes();
            bytes.writeLong(8, 42);
            assertThat(bytes.readRemaining()).isEqualTo(4096);
            assertThat(region.buffer().order(ByteOrder.nativeOrder()).getLong(8))
                    .isEqualTo(42);
            assertThat(region.bytes(8, 8).readLong()).isEqualTo(42);
            assertThatThrownBy(() -> bytes.writeLong(4089, 1)).isInstanceOf(BufferOverflowException.class);
            assertThatThrownBy(() -> bytes.writePosition(4096).writeByte((byte) 1))
                    .isInstanceOf(BufferOverflowException.class);
        }
    }

    /** Its bytes are allocated: two seconds, and memory that not every machine has. */
    @Test
    @InFullRun("takes 2 GiB of memory")
    void aRegionAboveTwoGibibytesIsReadAndWrittenByTwoProcessesUpToItsEnd() throws IOException {
        long size = 2 * GIB + (64 << 10);
        assumeRoomFor(size);
        try (ForkedJvm peer = ForkedJvm.start(RegionProcess.class);
                SharedRegion region = SharedRegion.create("large", size)) {
            peer.ask("open", "large");
            for (long at : new long[] {0, GIB - 4, 2 * GIB - 4, 2 * GIB + 4, size - Long.BYTES}) {
                region.write(mine -> mine.buffer(at, Long.BYTES).putLong(at + 1));
                assertThat(peer.ask("complement", at)).isEqualTo(Long.toString(at + 1));
                assertThat(region.<Long>read(mine -> mine.buffer(at, Long.BYTES).getLong()))
                        .isEqualTo(~(at + 1));
                if (Runtime.version().feature() < 24) {
                    ByteBuffer native8 = region.buffer(at, Long.BYTES).order(ByteOrder.nativeOrder());
                    assertThat(region.bytes(at, Long.BYTES).readLong()).isEqualTo(native8.getLong());
                }
            }
        }
    }

    private static void assumeRoomFor(long size) throws IOException {
        Path memory = SegmentDirectory.current(ShmTransport.sockets()).path();
        long room = Files.getFileStore(memory).getUsableSpace();
        assumeTrue(room > 2 * size, memory + ": needed=" + 2 * size + " bytes free, actual=" + room);
        long free = Files.readAllLines(Path.of("/proc/meminfo")).stream()
                .filter(line -> line.startsWith("MemAvailable:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .sum();
        assumeTrue(free > 2 * size, "memory: needed=" + 2 * size + " bytes available, actual=" + free);
    }

    @Test
    void closedRegionRefuses() {
        SharedRegion region = SharedRegion.create(10);
        region.close();
        region.close();
        for (Runnable late : List.<Runnable>of(region::buffer, region::version, () -> region.write(r -> {}))) {
            assertThatThrownBy(late::run).satisfies(e -> assertStatus(e, IpcStatus.CONNECTION_CLOSED));
        }
    }

    @Test
    void fullFileSystemIsAClearErrorAndLeavesNothing(@TempDir Path folder) {
        try (SmallFileSystem files = SmallFileSystem.mount(folder, MIB, 100)) {
            System.setProperty(SegmentDirectory.PROPERTY, files.path().toString());
            try (SharedRegion small = SharedRegion.create(512 << 10)) {
                assertThat(small.buffer().get(0)).isZero();
                assertThatThrownBy(() -> SharedRegion.create(MIB))
                        .satisfies(e -> assertStatus(e, IpcStatus.RESOURCE_EXHAUSTED))
                        .hasMessageContaining("limit=")
                        .hasMessageContaining("needed=" + (MIB + 4096 + 8));
            }
        } finally {
            System.clearProperty(SegmentDirectory.PROPERTY);
        }
    }
}
