package io.valise.ipc.spi.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.testlog.Logs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublishedFilesTest {
    private static final int FILES = 8;

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

    /** In any order of the files. */
    @Test
    @Logs("cannot be published again yet: java.lang.StackOverflowError")
    void anErrorOfOneFileKeepsNoOtherFromBeingPublishedAgain() throws Exception {
        List<PublishedFiles.Kept> all = new ArrayList<>();
        List<CountDownLatch> attempts = new ArrayList<>();
        Path folder = folder();
        for (int i = 0; i < FILES; i++) {
            Path file = Files.createFile(folder.resolve("file" + i));
            boolean fails = i == 0;
            CountDownLatch attempted = new CountDownLatch(1);
            attempts.add(attempted);
            all.add(PublishedFiles.keep(file, folder, entry -> {
                attempted.countDown();
                if (fails) {
                    throw new StackOverflowError();
                }
                return false;
            }));
        }
        for (int i = 0; i < FILES; i++) {
            Files.delete(folder.resolve("file" + i));
        }
        for (CountDownLatch attempted : attempts) {
            attempted.await();
        }
        all.forEach(PublishedFiles.Kept::close);
        assertThat(all).noneMatch(PublishedFiles.Kept::isOpen);
    }

    private Path folder() {
        return PrivateDirectory.secure(
                PrivateDirectory.secure(home.resolve("run")).resolve("folder"));
    }
}
