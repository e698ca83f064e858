package io.valise.ipc.spi.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderLockTest {
    @TempDir
    Path folder;

    @Test
    void twoProcessesWithTwoThreadsEachLoseNoUpdate() throws Exception {
        Path counter = Files.writeString(folder.resolve("counter"), "0");
        try (ForkedJvm one = ForkedJvm.start(Incrementer.class, folder.toString());
                ForkedJvm two = ForkedJvm.start(Incrementer.class, folder.toString())) {
            assertThat(one.answer()).isEqualTo("done");
            assertThat(two.answer()).isEqualTo("done");
        }
        assertThat(Files.readString(counter)).isEqualTo("800");
    }

    @Test
    void isReentrant() {
        String inner = FolderLock.locked(folder, () -> FolderLock.locked(folder, () -> "inside"));
        assertThat(inner).isEqualTo("inside");
    }

    @Test
    void eachThreadHasItsOwnTimeWhileAnotherOfTheProcessHasTheLock() {
        String refusal = FolderLock.locked(
                folder, () -> CompletableFuture.supplyAsync(() -> refused(1)).join());
        assertThat(refusal).contains("limit=", "actual=held by ").containsAnyOf("(this process)", "process or thread");
        assertThat(refused(1)).isEmpty();
    }

    private String refused(long timeout) {
        try {
            return FolderLock.locked(folder, timeout, () -> "");
        } catch (IpcException e) {
            assertThat(e.status()).isEqualTo(IpcStatus.RESOURCE_EXHAUSTED);
            return e.reason();
        }
    }

    @Test
    void anExceptionReleasesIt() {
        assertThatThrownBy(() -> FolderLock.locked(folder, () -> {
                    throw new IllegalStateException("on purpose");
                }))
                .hasMessage("on purpose");
        assertThat(FolderLock.locked(folder, () -> 1)).isEqualTo(1);
    }

    @Test
    void anInterruptedThreadGetsItAndStaysInterrupted() {
        Thread.currentThread().interrupt();
        boolean during = FolderLock.locked(folder, () -> Thread.currentThread().isInterrupted());
        assertThat(during).isFalse();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void aSymbolicLinkInPlaceOfTheLockFileIsRefused() throws IOException {
        Files.createSymbolicLink(folder.resolve(".lock"), folder.resolve("elsewhere"));
        assertThatThrownBy(() -> FolderLock.locked(folder, () -> 1)).hasMessageContaining("cannot lock " + folder);
        assertThat(folder.resolve("elsewhere")).doesNotExist();
    }

    /** Counts to 400 in a file by two threads. */
    static final class Incrementer {
        public static void main(String[] arguments) throws Exception {
            Path folder = Path.of(arguments[0]);
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                Thread thread = new Thread(() -> increment(folder));
                thread.start();
                threads.add(thread);
            }
            for (Thread thread : threads) {
                thread.join();
            }
            System.out.println("done");
        }

        private static void increment(Path folder) {
            Path counter = folder.resolve("counter");
            for (int i = 0; i < 200; i++) {
                FolderLock.locked(folder, () -> {
                    try {
                        int count = Integer.parseInt(Files.readString(counter));
                        return Files.writeString(counter, Integer.toString(count + 1));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
            }
        }
    }
}
