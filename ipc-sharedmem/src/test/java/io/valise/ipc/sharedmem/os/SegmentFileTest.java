package io.valise.ipc.sharedmem.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.testlog.Logs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SegmentFileTest {
    private static final int SIZE = 128 << 10;

    private Path directory;

    @BeforeEach
    void makeDirectory() throws IOException {
        directory = Files.createTempDirectory("valise-segments");
    }

    @AfterEach
    void removeDirectory() throws IOException {
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }

    @Test
    void segmentIsPrivateZeroAndReallyAllocated() throws IOException {
        Path path = directory.resolve("one");
        SharedMemory memory = SegmentFile.create(path, SIZE);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------");
        assertThat(Files.size(path)).isEqualTo(SIZE);
        assertThat(Files.readAllBytes(path)).containsOnly(0);
        SharedMemory other = SegmentFile.open(path, SIZE);
        memory.putIntRelease(SIZE - 4, 42);
        assertThat(other.getIntAcquire(SIZE - 4)).isEqualTo(42);
        SegmentFile.remove(path);
        memory.putIntRelease(SIZE - 4, 43);
        assertThat(other.getIntAcquire(SIZE - 4)).isEqualTo(43);
        memory.unmap();
        other.unmap();
        assertThat(path).doesNotExist();
    }

    @Test
    void interruptedThreadCreatesAndOpens() {
        Path path = directory.resolve("interrupted");
        Thread.currentThread().interrupt();
        try {
            SharedMemory memory = SegmentFile.create(path, SIZE);
            SharedMemory other = SegmentFile.open(path, SIZE);
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
            memory.putIntRelease(0, 42);
            assertThat(other.getIntAcquire(0)).isEqualTo(42);
            memory.unmap();
            other.unmap();
        } finally {
            Thread.interrupted();
        }
    }

    @Test
    void whatIsThereAlreadyIsNotTakenOver() throws IOException {
        Path path = Files.createFile(directory.resolve("one"));
        status(IpcStatus.RESOURCE_EXHAUSTED, () -> SegmentFile.create(path, SIZE));
        assertThat(path).isEmptyFile();
    }

    @Test
    void fileOfAnotherSizeIsRefused() throws IOException {
        Path path = Files.write(directory.resolve("one"), new byte[SIZE - 1]);
        status(IpcStatus.PROTOCOL_ERROR, () -> SegmentFile.open(path, SIZE))
                .hasMessageContaining("limit=131072 bytes, actual=131071");
    }

    @Test
    void symbolicLinkIsRefused() throws IOException {
        Path target = Files.write(directory.resolve("target"), new byte[SIZE]);
        Path link = Files.createSymbolicLink(directory.resolve("link"), target);
        assertThatThrownBy(() -> SegmentFile.open(link, SIZE)).isInstanceOf(IpcException.class);
    }

    @Test
    void directoryThatOthersCanEnterIsRefused() throws IOException {
        Path path = Files.write(directory.resolve("one"), new byte[SIZE]);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        status(IpcStatus.ACCESS_DENIED, () -> SegmentFile.open(path, SIZE)).hasMessageContaining("mode=0755");
    }

    @Test
    void segmentThatIsNotVisibleHereSaysWhatToDo() {
        status(IpcStatus.UNSUPPORTED, () -> SegmentFile.open(directory.resolve("none"), SIZE))
                .hasMessageContaining("use pipe:");
        status(IpcStatus.UNSUPPORTED, () -> SegmentFile.open(Path.of("relative"), SIZE));
    }

    @Test
    void fullFileSystemIsAnErrorAndLeavesNothing() throws Exception {
        Path mount = Files.createDirectory(directory.resolve("full"));
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=64k,mode=0700", "tmpfs", mount.toString()), "cannot mount");
        try {
            status(IpcStatus.RESOURCE_EXHAUSTED, () -> SegmentFile.create(mount.resolve("one"), SIZE))
                    .hasMessageContaining("limit=65536 bytes free, needed=131072 bytes")
                    .hasMessageContaining("--shm-size");
            assertThat(mount).isEmptyDirectory();
        } finally {
            assertThat(run("umount", mount.toString())).isTrue();
        }
    }

    @Test
    @Logs("segments that a crash may have left stay in ")
    void aDirectoryThatCannotBeListedDoesNotLookEmpty() throws IOException {
        Path moved = directory.resolve("moved");
        SegmentDirectory segments = at(moved, Path.of("/home/a"));
        Files.delete(moved);
        Files.createFile(moved);
        segments.sweep(() -> fail("asked who is live where no segment can be found"));
        assertThat(moved).exists();
    }

    @Test
    void sweepRemovesWhatTheDeadLeftAndNothingElse() throws IOException {
        SegmentDirectory segments = at(directory, Path.of("/home/a"));
        SegmentDirectory others = at(directory, Path.of("/home/b"));
        segments.sweep(() -> fail("asked who is live where there is no segment"));
        Path dead = Files.createFile(segments.fresh("dead"));
        Path live = Files.createFile(segments.fresh("live"));
        Path foreign = Files.createFile(others.fresh("dead"));
        Path unrelated = Files.createFile(directory.resolve("unrelated"));
        segments.sweep(() -> Set.of("live"));
        assertThat(dead).doesNotExist();
        assertThat(List.of(live, foreign, unrelated)).allMatch(Files::exists);
        assertThat(segments.fresh("live")).isNotEqualTo(segments.fresh("live"));
    }

    private static SegmentDirectory at(Path directory, Path sockets) {
        String before = System.getProperty(SegmentDirectory.PROPERTY);
        System.setProperty(SegmentDirectory.PROPERTY, directory.toString());
        try {
            return SegmentDirectory.current(sockets);
        } finally {
            if (before == null) {
                System.clearProperty(SegmentDirectory.PROPERTY);
            } else {
                System.setProperty(SegmentDirectory.PROPERTY, before);
            }
        }
    }

    private static org.assertj.core.api.AbstractThrowableAssert<?, ? extends Throwable> status(
            IpcStatus status, ThrowingCallable call) {
        return assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(status));
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }
}
