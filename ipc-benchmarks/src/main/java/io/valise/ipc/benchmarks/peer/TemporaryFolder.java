package io.valise.ipc.benchmarks.peer;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A folder that is deleted with its content when it is closed.
 *
 * @param path where it is
 */
public record TemporaryFolder(Path path) implements Closeable {
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    /** One where the system has such folders. */
    public static TemporaryFolder create() throws IOException {
        return new TemporaryFolder(Files.createTempDirectory("valise-bench"));
    }

    /** One in memory, where there is enough space; else as {@link #create} makes it. */
    public static TemporaryFolder inMemory(long bytes) throws IOException {
        boolean roomy = Files.isWritable(SHARED_MEMORY)
                && Files.getFileStore(SHARED_MEMORY).getUsableSpace() > bytes;
        return roomy ? new TemporaryFolder(Files.createTempDirectory(SHARED_MEMORY, "valise-bench")) : create();
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).collect(Collectors.toList())) {
                Files.delete(file);
            }
        }
    }
}
