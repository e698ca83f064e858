package io.valise.ipc.sharedmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.sharedmem.region.RegionDirectory;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.process.ForkedJvm;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * This process truncates the file of an object, a region or a ring that another one uses: that one gets a status, at each call and
 * in a wait that is under way, and lives.
 */
@ExtendWith(HangWatchdog.class)
class TruncatedObjectsTest {
    private static final int HEADER = 4096;
    private static final int RING = 64 << 10;
    /** So that the end mark is in the last page of the content. */
    private static final int REGION = 8001;
    /** To nothing, to the header, into the records and to all but the last byte. */
    private static final int[] CUTS_OF_RINGS = {0, HEADER, HEADER + 70, HEADER + RING + 7};

    @AfterEach
    void endProcesses() {
        ForkedJvm.killAll();
    }

    /** Both kinds of memory. */
    static Stream<String> kinds() {
        return Runtime.version().feature() < 24 ? Stream.of("jdk", "chronicle") : Stream.of("jdk");
    }

    private static ForkedJvm start(String memory, Class<?> main) {
        return ForkedJvm.start(List.of("-Dvalise.shm.memory=" + memory), main);
    }

    /** To nothing, to the header, into the words, and to all but the last byte. */
    @ParameterizedTest
    @MethodSource("kinds")
    void aTruncatedFileIsAProtocolErrorForThoseWhoUseIt(String memory) throws IOException {
        List<String> names = new ArrayList<>();
        try (ForkedJvm holder = start(memory, ObjectProcess.class);
                ForkedJvm waiter = start(memory, ObjectProcess.class);
                ForkedJvm setter = start(memory, ObjectProcess.class)) {
            for (int bytes : new int[] {0, HEADER, HEADER + 70, HEADER + 64 + 8 + 8 - 1}) {
                String name = "cut-" + memory + '-' + bytes;
                names.add(name);
                failsForThoseWhoUseIt(name, bytes, holder, waiter, setter);
            }
        }
        for (String name : names) {
            try (NamedMutex again = NamedMutex.open(name);
                    Hold hold = again.tryAcquire().orElseThrow()) {
                assertThat(hold.abandoned()).isFalse();
            }
        }
    }

    private static void failsForThoseWhoUseIt(
            String name, int bytes, ForkedJvm holder, ForkedJvm waiter, ForkedJvm setter) throws IOException {
        holder.ask("mutex", name);
        waiter.ask("mutex", name);
        setter.ask("event", name + "-event", "MANUAL");
        assertThat(holder.ask("acquire")).isEqualTo("whole");
        waiter.ask("acquireLater");
        assertThat(waiter.hear()).isEqualTo("waiting");
        setter.ask("awaitLater");
        assertThat(setter.hear()).isEqualTo("waiting");

        truncate(RegionDirectory.objects().file("u", name), bytes);
        truncate(RegionDirectory.objects().file("u", name + "-event"), bytes);

        assertThat(waiter.hear()).contains("PROTOCOL_ERROR").contains("was truncated by another process");
        assertThat(setter.hear()).contains("PROTOCOL_ERROR").contains("was truncated by another process");
        for (Object[] call : List.of(
                new Object[] {waiter, "tryAcquire"},
                new Object[] {waiter, "acquire"},
                new Object[] {setter, "set"},
                new Object[] {setter, "isSet"},
                new Object[] {setter, "reset"},
                new Object[] {holder, "release"})) {
            assertThatThrownBy(() -> ((ForkedJvm) call[0]).ask(call[1]))
                    .as(call[1].toString())
                    .hasMessageContaining("PROTOCOL_ERROR: object \"" + name)
                    .hasMessageContaining("close it in each process, and it is made anew");
        }
        assertThatThrownBy(() -> NamedMutex.open(name)).hasMessageContaining("PROTOCOL_ERROR: object \"" + name + "\"");
    }

    private static void truncate(Path file, int bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(bytes);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aTruncatedRingIsAProtocolErrorForBothEnds(String memory, @TempDir Path folder) throws IOException {
        try (ForkedJvm user = start(memory, RingProcess.class)) {
            for (int bytes : CUTS_OF_RINGS) {
                for (String call : List.of("claim", "commit", "stage", "abort", "publish", "poll")) {
                    failsForBothEnds(user, call, folder.resolve(call + bytes), bytes);
                }
            }
        }
    }

    private static void failsForBothEnds(ForkedJvm user, String call, Path file, int bytes) throws IOException {
        try (SharedRing ring = SharedRing.create(file, RING)) {
            assertThat(ring.capacity()).isEqualTo(RING);
            user.ask("open", file);
            if (!call.equals("poll") && !call.equals("claim")) {
                user.ask("claim");
            }
            truncate(file, bytes);
            failsAsCut(user, call, file);
            failsAsCut(user, "claim", file);
            failsAsCut(user, "poll", file);
            assertThat(user.ask("yield")).as("no fault is left for later").isEmpty();
        }
    }

    private static void failsAsCut(ForkedJvm user, String call, Path file) {
        assertThatThrownBy(() -> user.ask(call))
                .as(call)
                .hasMessageContaining(
                        "[" + call + "]: @failed io.valise.ipc.IpcException: PROTOCOL_ERROR: ring " + file)
                .hasMessageContaining("truncated or overwritten by another process");
    }

    /** In processes that have just begun: how a load that fails goes on depends on the compiler. */
    @ParameterizedTest
    @MethodSource("kinds")
    void aPollThatIsUnderWayFailsWithAProtocolError(String memory, @TempDir Path folder) throws IOException {
        for (int bytes : CUTS_OF_RINGS) {
            Path file = folder.resolve("ring-" + bytes);
            SharedRing.create(file, RING).close();
            try (ForkedJvm user = start(memory, RingProcess.class)) {
                user.ask("open", file);
                user.ask("pollAlways");
                assertThat(user.hear()).isEqualTo("polling");
                truncate(file, bytes);
                assertThat(user.hear()).contains("PROTOCOL_ERROR: ring " + file);
            }
            assertThatThrownBy(() -> SharedRing.open(file)).hasMessageContaining("PROTOCOL_ERROR");
        }
    }

    /** To nothing, to the header, into the content, into its last page, and to all but the last byte. */
    @ParameterizedTest
    @MethodSource("kinds")
    void aTruncatedRegionIsAProtocolErrorForThoseWhoUseIt(String memory) throws IOException {
        try (ForkedJvm user = start(memory, RegionProcess.class)) {
            for (int bytes : new int[] {0, HEADER, HEADER + 70, HEADER + REGION - 100, HEADER + REGION + 7}) {
                String name = "cut-region-" + memory + '-' + bytes;
                user.ask("create", name, REGION);
                user.ask("fill", 1);
                truncate(RegionDirectory.current().file(name), bytes);
                for (Object[] call : List.of(new Object[] {"crc"}, new Object[] {"fill", 2}, new Object[] {"crc"})) {
                    assertThatThrownBy(() -> user.ask(call))
                            .hasMessageContaining("PROTOCOL_ERROR: region \"" + name)
                            .hasMessageContaining("was truncated by another process; close it, and make another");
                }
                assertThat(user.ask("close")).isEmpty();
            }
        }
    }

    @Test
    void aRegionOfTheLengthItHadButCutMeanwhileIsAProtocolErrorToo() throws IOException {
        try (SharedRegion region = SharedRegion.create("regrown", REGION)) {
            Path file = RegionDirectory.current().file("regrown");
            long bytes = Files.size(file);
            truncate(file, HEADER + 70);
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.allocate(1), bytes - 1);
            }
            assertThatThrownBy(() -> region.read(each -> each.buffer().get(100)))
                    .hasMessageContaining("PROTOCOL_ERROR: region \"regrown\"");
            try (ForkedJvm other = ForkedJvm.start(List.of(), RegionProcess.class)) {
                assertThatThrownBy(() -> other.ask("open", "regrown"))
                        .hasMessageContaining("with the end mark")
                        .hasMessageContaining("it was truncated");
            }
        }
    }
}
