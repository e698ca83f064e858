package io.valise.ipc.services.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcServer;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.rule.Variants;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;

/** Files between processes, over every transport. */
@ExtendWith(HangWatchdog.class)
class SharedFilesAcceptanceTest {
    private static final int RACES = 10;

    @TempDir
    private Path temp;

    @AfterEach
    void endClients() {
        ForkedJvm.killAll();
    }

    @ParameterizedTest
    @Variants({"pipe:files", "loopback:files", "shm:files"})
    void ofTwoProcessesThatRaceForATokenOneGetsTheBytesAndAfterFourteenDaysNone(String address) throws Exception {
        Path file = Files.write(temp.resolve("raced"), new byte[100_000]);
        SharedFiles files = new SharedFiles();
        try (IpcServer server = files.addTo(IpcServer.builder(address)).start();
                ForkedJvm one = ForkedJvm.start(FileClient.class, address);
                ForkedJvm other = ForkedJvm.start(FileClient.class, address)) {
            assertThat(server.endpoints()).hasSize(1);
            for (int i = 0; i < RACES; i++) {
                String token = files.add(file);
                CompletableFuture<String> first = CompletableFuture.supplyAsync(() -> one.ask("atOnce", token));
                String second = other.ask("atOnce", token);
                assertThat(List.of(first.get(), second))
                        .containsExactlyInAnyOrder("100000 " + sum(100_000), "ACCESS_DENIED");
            }
        }
        fourteenDaysOn(address, file);
    }

    @ParameterizedTest
    @Variants({"loopback:files", "shm:files", "pipe:files"})
    void aTokenWhoseReaderIsKilledIsRedeemedByAnother(String address) throws Exception {
        Path file = Files.write(temp.resolve("long"), new byte[10_000_000]);
        SharedFiles files = new SharedFiles();
        AtomicInteger redeemed = new AtomicInteger();
        try (IpcServer server = files.addTo(IpcServer.builder(address)).start();
                ForkedJvm one = ForkedJvm.start(FileClient.class, address);
                ForkedJvm other = ForkedJvm.start(FileClient.class, address)) {
            assertThat(server.endpoints()).hasSize(1);
            String token = files.add(file, redeemed::incrementAndGet);
            assertThat(one.ask("begin", token)).isEqualTo("1000");
            assertThat(other.ask("redeem", token)).isEqualTo("ACCESS_DENIED");
            one.kill();
            String answer = other.ask("redeem", token);
            while (answer.equals("ACCESS_DENIED")) { // until the server has noticed
                assertThat(redeemed).hasValue(0);
                answer = other.ask("redeem", token);
            }
            assertThat(answer).isEqualTo("10000000 " + sum(10_000_000));
            assertThat(redeemed).hasValue(1);
            assertThat(other.ask("redeem", token)).isEqualTo("ACCESS_DENIED");
        }
    }

    private static void fourteenDaysOn(String address, Path file) throws IOException {
        MutableClock clock = new MutableClock();
        SharedFiles files = new SharedFiles(clock, null);
        try (IpcServer server = files.addTo(IpcServer.builder(address)).start();
                ForkedJvm late = ForkedJvm.start(FileClient.class, address)) {
            assertThat(server.endpoints()).hasSize(1);
            String token = files.add(file);
            clock.move(SharedFiles.LIFETIME);
            assertThat(late.ask("redeem", token)).isEqualTo("ACCESS_DENIED");
        }
    }

    /** For several GiB set {@code -Dvalise.test.sharedFileMebibytes=4096}. */
    @ParameterizedTest
    @Variants({"shm:big", "pipe:big", "loopback:big"})
    void aLongFileCrossesWithLittleMemory(String address) throws Exception {
        long size = Long.getLong("valise.test.sharedFileMebibytes", 256) << 20;
        Path file = temp.resolve("sparse");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(size);
        }
        SharedFiles files = new SharedFiles();
        try (IpcServer server = files.addTo(IpcServer.builder(address)).start();
                ForkedJvm client = ForkedJvm.start(List.of("-Xmx64m"), FileClient.class, address)) {
            assertThat(server.endpoints()).hasSize(1);
            assertThat(client.ask("redeem", files.add(file))).isEqualTo(size + " " + sum(size));
        }
    }

    private static long sum(long zeros) {
        CRC32 sum = new CRC32();
        byte[] chunk = new byte[100_000];
        for (long left = zeros; left > 0; left -= chunk.length) {
            sum.update(chunk, 0, (int) Math.min(left, chunk.length));
        }
        return sum.getValue();
    }
}
