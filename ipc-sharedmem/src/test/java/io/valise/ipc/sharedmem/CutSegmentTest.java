package io.valise.ipc.sharedmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import io.valise.ipc.testkit.process.ForkedJvm;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A third process, this one, truncates the segment of a connection between two others, to nothing or to half, at any time: both processes survive, pending calls at either end fail with a status, and their other connection is not affected.
 */
@ExtendWith(HangWatchdog.class)
class CutSegmentTest {
    private static final long UNTIL_IDLE = TimeUnit.MILLISECONDS.toNanos(1500);
    private static final String PROTOCOL_ERROR = "PROTOCOL_ERROR";

    private final List<ForkedJvm> processes = new ArrayList<>();
    private ForkedJvm server;
    private ForkedJvm client;

    static List<List<String>> jvms() {
        List<String> plain = List.of("-Dvalise.shm.memory=jdk", "-Dvalise.shm.doorbell=socket");
        return Runtime.version().feature() < 24
                ? List.of(plain, List.of("-Dvalise.shm.memory=chronicle"))
                : List.of(plain);
    }

    @BeforeEach
    void needsRoot() {
        TestHome.path();
        assumeTrue(
                Files.isReadable(Path.of("/proc/self/map_files")) && "root".equals(System.getProperty("user.name")),
                "only root gets at a segment that has no name any more");
    }

    @AfterEach
    void end() {
        processes.forEach(ForkedJvm::close);
    }

    @ParameterizedTest
    @MethodSource("jvms")
    void cutSegmentEndsItsConnectionAtBothEndsAndNothingElse(List<String> options) throws IOException {
        server = start(options);
        client = start(options);
        server.ask("serve", "shm:cut", "shm:kept");
        client.ask("keep", "shm:kept");
        for (int parts : new int[] {0, 2}) {
            whileBusy(parts);
            whileBothWait(parts);
            whileTheSenderWaitsForRoom(parts);
        }
        whileIdle();
        whileIdleUnderAMonitor();
        assertThat(server.ask("connections")).isEqualTo("1");
    }

    private ForkedJvm start(List<String> options) {
        ForkedJvm started = ForkedJvm.start(options, CutProcess.class);
        processes.add(started);
        return started;
    }

    private void whileBusy(int parts) throws IOException {
        client.ask("connect", "shm:cut");
        client.ask("flood", 3, 3_000);
        cut(parts);
        for (int thread = 0; thread < 3; thread++) {
            assertThat(client.hear()).as("busy, 1/%d", parts).isIn(endings("flood"));
        }
        bothEndsEnded();
    }

    private void whileBothWait(int parts) throws IOException {
        client.ask("connect", "shm:cut");
        client.ask("hang");
        assertThat(client.hear()).isEqualTo("both wait");
        cut(parts);
        assertThat(client.hear()).as("waiting, 1/%d", parts).isIn(endings("client"));
        assertThat(server.hear()).as("waiting, 1/%d", parts).isIn(endings("server"));
        bothEndsEnded();
    }

    /** Of half a segment the half may be left that is in use: it shows when the sender goes on. */
    private void whileTheSenderWaitsForRoom(int parts) throws IOException {
        client.ask("connect", "shm:cut");
        server.ask("hold");
        client.ask("fill");
        cut(parts);
        if (parts > 0) {
            server.ask("release");
        }
        assertThat(client.hear()).as("full, 1/%d", parts).isIn(endings("fill"));
        server.ask("release");
        bothEndsEnded();
    }

    /** After a second only the thread that watches all idle links looks at this one. */
    private void whileIdle() throws IOException {
        client.ask("connect", "shm:cut");
        assertThat(client.ask("echo")).isEqualTo("OK");
        LockSupport.parkNanos(UNTIL_IDLE);
        cut(0);
        assertThat(client.ask("echo")).isEqualTo(PROTOCOL_ERROR);
        bothEndsEnded();
    }

    /** What reads the state of the server gets it, and no error of one connection. */
    private void whileIdleUnderAMonitor() throws IOException {
        client.ask("connect", "shm:cut");
        assertThat(client.ask("echo")).isEqualTo("OK");
        LockSupport.parkNanos(UNTIL_IDLE);
        cut(0);
        assertThat(server.ask("stats")).isEqualTo("OK");
        bothEndsEnded();
    }

    private static List<String> endings(String who) {
        return List.of(who + ' ' + PROTOCOL_ERROR, who + " PEER_DIED");
    }

    /** One of them found out; the other did too, or saw the end. */
    private void bothEndsEnded() {
        List<String> reasons = List.of(client.ask("closed"), server.ask("ended"));
        assertThat(reasons).contains(PROTOCOL_ERROR).isSubsetOf(PROTOCOL_ERROR, "PEER_DIED");
        client.ask("kept");
    }

    /** Leaves nothing of the segment, or one of so many parts. */
    private void cut(int parts) throws IOException {
        Path files = Path.of("/proc", Long.toString(server.pid()), "map_files");
        for (String line : Files.readAllLines(files.resolveSibling("maps"))) {
            if (line.contains("~cut~")) {
                Path file = files.resolve(line.substring(0, line.indexOf(' ')));
                try (FileChannel segment = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    segment.truncate(parts == 0 ? 0 : segment.size() / parts);
                }
                return;
            }
        }
        throw new IllegalStateException("nothing to cut");
    }
}
