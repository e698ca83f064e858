package io.valise.ipc.spi.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublishedFilesTest {
    @TempDir
    Path home;

    /** Else the attempt would write into a directory that is being removed. */
    @Test
    void closingWaitsForAnAttemptToPublishAgain() throws Exception {
        CompletableFuture<PublishedFiles.Kept> kept = new CompletableFuture<>();
        AtomicBoolean attempted = new AtomicBoolean();
        CompletableFuture<Boolean> attemptedBeforeClosed = new CompletableFuture<>();
        Thread closer = new Thread(() -> {
            kept.join().close();
            attemptedBeforeClosed.complete(attempted.get());
        });
        Path file = folder().resolve("file");
        Files.createFile(file);
        kept.complete(PublishedFiles.keep(file, file.getParent(), entry -> {
            closer.start();
            while (closer.getState() != Thread.State.BLOCKED) {
                Thread.onSpinWait();
            }
            attempted.set(true);
            return false;
        }));

        Files.delete(file);

        assertThat(attemptedBeforeClosed.get(30, TimeUnit.SECONDS)).isTrue();
    }

    private Path folder() {
        return PrivateDirectory.secure(
                PrivateDirectory.secure(home.resolve("run")).resolve("folder"));
    }
}
