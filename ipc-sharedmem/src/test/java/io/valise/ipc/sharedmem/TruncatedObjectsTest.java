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
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
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

    @AfterEach
    void endProcesses() {
        ForkedJvm.killAll();
    }

    /** To nothing, to the header, into the words, and to all but the last byte; by both kinds of memory. */
    static Stream<Arguments> cuts() {
        List<String> kinds = Runtime.version().feature() < 24 ? List.of("jdk", "chronicle") : List.of("jdk");
        return kinds.stream()
                .flatMap(kind -> Stream.of(0, HEADER, HEADER + 70, HEADER + 64 + 8 + 8 - 1)
                        .map(bytes -> Arguments.of(kind, bytes)));
    }

    @ParameterizedTest
    @MethodSource("cuts")
    void aTruncatedFileIsAProtocolErrorForThoseWhoUseIt(String memory, int bytes) throws IOException {
        String name = "cut-" + memory + '-' + bytes;
        List<String> options = List.of("-Dvalise.shm.memory=" + memory);
        try (ForkedJvm holder = ObjectProcess.start(options, "mutex", name);
                ForkedJvm waiter = ObjectProcess.start(options, "mutex", name);
                ForkedJvm setter = ObjectProcess.start(options, "event", name + "-event", "MANUAL")) {
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
            assertThatThrownBy(() -> NamedMutex.open(name))
                    .hasMessageContaining("PROTOCOL_ERROR: object \"" + name + "\"");
            holder.kill();
            waiter.kill();
        }
        try (NamedMutex again = NamedMutex.open(name);
                Hold hold = again.tryAcquire().orElseThrow()) {
            assertThat(hold.abandoned()).isFalse();
        }
    }

    private static void truncate(Path file, int bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(bytes);
        }
    }

    /** To nothing, to the header, into the records and to all but the last byte; by both kinds of memory. */
    static Stream<Arguments> cutsOfRings() {
        return cuts().map(arguments -> arguments.get()[0])
                .distinct()
                .flatMap(kind ->
                        Stream.of(0, HEADER, HEADER + 70, HEADER + RING + 7).map(bytes -> Arguments.of(kind, bytes)));
    }

    @ParameterizedTest
    @MethodSource("cutsOfRings")
    void aTruncatedRingIsAProtocolErrorForBothEnds(String memory, int bytes, @TempDir Path folder) throws IOException {
        for (String call : List.of("claim", "commit", "stage", "abort", "publish", "poll")) {
            Path file = folder.resolve(call);
            try (SharedRing ring = SharedRing.create(file, RING);
                    ForkedJvm user = ForkedJvm.start(List.of("-Dvalise.shm.memory=" + memory), RingProcess.class)) {
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
    }

    private static void failsAsCut(ForkedJvm user, String call, Path file) {
        assertThatThrownBy(() -> user.ask(call))
                .as(call)
                .hasMessageContaining(
                        "[" + call + "]: @failed io.valise.ipc.IpcException: PROTOCOL_ERROR: ring " + file)
                .hasMessageContaining("truncated or overwritten by another process");
    }

    @ParameterizedTest
    @MethodSource("cutsOfRings")
    void aPollThatIsUnderWayFailsWithAProtocolError(String memory, int bytes, @TempDir Path folder) throws IOException {
        Path file = folder.resolve("ring");
        SharedRing.create(file, RING).close();
        try (ForkedJvm user = ForkedJvm.start(List.of("-Dvalise.shm.memory=" + memory), RingProcess.class)) {
            user.ask("open", file);
            user.ask("pollAlways");
            assertThat(user.hear()).isEqualTo("polling");
            truncate(file, bytes);
            assertThat(user.hear()).contains("PROTOCOL_ERROR: ring " + file);
        }
        assertThatThrownBy(() -> SharedRing.open(file)).hasMessageContaining("PROTOCOL_ERROR");
    }

    /** To nothing, to the header, into the content, into its last page, and to all but the last byte. */
    static Stream<Arguments> cutsOfRegions() {
        return cuts().map(arguments -> arguments.get()[0])
                .distinct()
                .flatMap(kind -> Stream.of(0, HEADER, HEADER + 70, HEADER + REGION - 100, HEADER + REGION + 7)
                        .map(bytes -> Arguments.of(kind, bytes)));
    }

    @ParameterizedTest
    @MethodSource("cutsOfRegions")
    void aTruncatedRegionIsAProtocolErrorForThoseWhoUseIt(String memory, int bytes) throws IOException {
        String name = "cut-region-" + memory + '-' + bytes;
        try (ForkedJvm user = ForkedJvm.start(List.of("-Dvalise.shm.memory=" + memory), RegionProcess.class)) {
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
