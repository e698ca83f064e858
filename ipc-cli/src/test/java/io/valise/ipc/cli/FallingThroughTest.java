package io.valise.ipc.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.sharedmem.ShmTransport;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.process.SmallFileSystem;
import io.valise.ipc.testkit.session.SessionPeer;
import io.valise.ipc.testlog.MayLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Where shared memory is short, as in a container with little or no {@code /dev/shm}, {@code any:} connects by another
 * transport, and {@code shm:} says why it cannot. The server is another process.
 */
@ExtendWith(HangWatchdog.class)
@MayLog("any: goes without shm") // once for each reason in a JVM
class FallingThroughTest {
    private static final String MEMORY = "valise.shm.directory";
    private static final int MANY = 1000;

    @TempDir
    Path folder;

    private ForkedJvm server;

    @BeforeEach
    void home() {
        TestHome.path();
    }

    @AfterEach
    void end() {
        System.clearProperty(MEMORY);
        if (server != null) {
            server.close();
        }
    }

    /** Starts a server of {@code any:short} whose segments, and this process's, are there. */
    private void serve(Path memory) {
        System.setProperty(MEMORY, memory.toString());
        server =
                ForkedJvm.start(List.of("-D" + MEMORY + "=" + memory), SessionPeer.class, ShmTransport.class.getName());
        assertThat(server.ask("serve", "any:short")).isEqualTo("OK");
    }

    private static void connectsBy(String scheme) {
        try (IpcConnection connection = IpcClient.connect("any:short")) {
            assertThat(connection.endpoint().scheme()).isEqualTo(scheme);
            echoes(connection);
        }
    }

    private static void echoes(IpcConnection connection) {
        ValueSet message = ValueSet.of("text", "x".repeat(100_000));
        assertThat(connection.request("echo", message)).isEqualTo(message);
    }

    private static void isRefused(Path memory, String... because) {
        assertThatThrownBy(() -> IpcClient.connect("shm:short"))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.RESOURCE_EXHAUSTED))
                .hasMessageContaining(memory.toString())
                .hasMessageContainingAll(because);
    }

    private static List<Path> segments(Path memory) throws IOException {
        try (Stream<Path> all = Files.list(memory)) {
            return all.filter(path -> !SmallFileSystem.isFilling(path)).toList();
        }
    }

    @Test
    void memoryTooSmallForOneConnection() throws IOException {
        try (SmallFileSystem small = SmallFileSystem.mount(folder, 64 << 10, MANY)) {
            serve(small.path());
            connectsBy("pipe");
            isRefused(small.path(), "No space left on device", "needed=", "bytes free", "--shm-size", "pipe:");
            assertThat(segments(small.path())).isEmpty();
        }
    }

    @Test
    void memoryOfADefaultContainerThatFillsUpAndIsFreedAgain() throws IOException {
        try (SmallFileSystem small = SmallFileSystem.mount(folder, 64 << 20, 32 << 10)) {
            serve(small.path());
            try (IpcConnection early = IpcClient.connect("any:short")) {
                assertThat(early.endpoint().scheme()).isEqualTo("shm");
                small.fill();
                connectsBy("pipe");
                isRefused(small.path(), "No space left on device", "needed=", "--shm-size");
                echoes(early);
                assertThat(segments(small.path())).isEmpty();
                small.freeAll();
                connectsBy("shm");
                echoes(early);
            }
        }
    }

    @Test
    void memoryThatBecomesReadOnly() throws IOException {
        try (SmallFileSystem small = SmallFileSystem.mount(folder, 1 << 20, MANY)) {
            serve(small.path());
            connectsBy("shm");
            small.readOnly(true);
            connectsBy("pipe");
            isRefused(small.path(), "Read-only file system");
            small.readOnly(false);
            connectsBy("shm");
        }
    }

    @Test
    void memoryThatIsNotThere() {
        serve(Path.of("/proc/valise"));
        connectsBy("pipe");
        assertThatThrownBy(() -> IpcClient.connect("shm:short"))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.ENDPOINT_NOT_FOUND));
    }

    @Test
    void memoryThatIsRemovedIsMadeAgainOrDoneWithout() throws IOException {
        Path memory = folder.resolve("memory");
        serve(memory);
        connectsBy("shm");
        Files.delete(memory);
        try (IpcConnection connection = IpcClient.connect("any:short")) {
            echoes(connection);
        }
        connectsBy("shm");
    }
}
