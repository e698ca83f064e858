package io.valise.ipc.testlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Pipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
class OpenDescriptorsTest {
    @TempDir
    Path temp;

    @Test
    void pipesAndFilesCount() throws IOException {
        OpenDescriptors before = OpenDescriptors.now();
        Pipe pipe = Pipe.open();
        try (InputStream file = Files.newInputStream(Files.createFile(temp.resolve("file")))) {
            assertThat(file.available()).isZero();
            assertThat(OpenDescriptors.now().count()).isEqualTo(before.count() + 3);
            assertThat(OpenDescriptors.now()).hasToString(OpenDescriptors.now().toString());
            assertThat(OpenDescriptors.now().toString()).contains("pipe:[", temp + "/file");
        } finally {
            pipe.source().close();
            pipe.sink().close();
        }
        before.awaitNoMore();
    }

    @Test
    void archivesAndDevicesOfTheJvmDoNot() throws IOException {
        Path jar = temp.resolve("some.jar");
        new JarOutputStream(Files.newOutputStream(jar)).close();
        OpenDescriptors before = OpenDescriptors.now();
        try (JarFile archive = new JarFile(jar.toFile());
                InputStream random = Files.newInputStream(Path.of("/dev/urandom"))) {
            assertThat(archive.size()).isZero();
            assertThat(random.read()).isNotNegative();
            assertThat(OpenDescriptors.now()).hasToString(before.toString());
        }
    }

    @Test
    void tellsThatAFileOfTheSystemIsOpen() throws IOException {
        try (InputStream file = Files.newInputStream(Path.of("/proc/self/stat"))) {
            assertThat(file.read()).isPositive();
            assertThat(OpenDescriptors.now().isReadingSystem()).isTrue();
        }
    }

    @Test
    void waitsForWhatAnotherThreadCloses() throws IOException {
        OpenDescriptors before = OpenDescriptors.now();
        Pipe pipe = Pipe.open();
        before.awaitAtMost(2);
        CompletableFuture<Void> closing = CompletableFuture.runAsync(() -> close(pipe));
        before.awaitNoMore();
        closing.join();
        assertThat(pipe.sink().isOpen()).isFalse();
    }

    private static void close(Pipe pipe) {
        try {
            pipe.source().close();
            pipe.sink().close();
        } catch (IOException e) {
            throw new AssertionError("a pipe closes", e);
        }
    }
}
