package io.valise.ipc.benchmarks.ring;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file in memory for two rings. */
final class RingFile {
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    private RingFile() {}

    static Path create(int bytes) throws IOException {
        Path file = fresh();
        try (RandomAccessFile sized = new RandomAccessFile(file.toFile(), "rw")) {
            sized.setLength(bytes);
        }
        return file;
    }

    /** A path at which there is no file. */
    static Path fresh() throws IOException {
        Path file = Files.isWritable(SHARED_MEMORY)
                ? Files.createTempFile(SHARED_MEMORY, "valise-bench", ".ring")
                : Files.createTempFile("valise-bench", ".ring");
        Files.delete(file);
        return file;
    }

    static FileChannel open(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }
}
