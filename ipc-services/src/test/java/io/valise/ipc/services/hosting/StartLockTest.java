package io.valise.ipc.services.hosting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcException;
import io.valise.ipc.testkit.HangWatchdog;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The right to start a service, and interrupts. */
@ExtendWith(HangWatchdog.class)
class StartLockTest {
    @Test
    void anInterruptedThreadNotesWhatItStartedAndKeepsTheLock(@TempDir Path temp) {
        Path file = temp.resolve("quotes.lock");
        try (StartLock lock = StartLock.acquire(file, System.nanoTime())) {
            Thread.currentThread().interrupt();
            lock.started(ProcessHandle.current());
            assertThat(lock.lastStarted()).contains(ProcessHandle.current());
            assertThat(lock.isCleared()).isFalse();
            assertThat(Thread.interrupted()).as("the interrupt stays").isTrue();
            assertThatThrownBy(() -> StartLock.acquire(file, System.nanoTime()))
                    .isInstanceOf(IpcException.class)
                    .hasMessageContaining("TIMEOUT")
                    .hasMessageContaining("is starting this service, and holds " + file);
        } finally {
            Thread.interrupted();
        }
    }
}
