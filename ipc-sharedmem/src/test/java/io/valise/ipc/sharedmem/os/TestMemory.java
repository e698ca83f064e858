package io.valise.ipc.sharedmem.os;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file in memory, mapped by a kind of memory as often as a test likes. */
public final class TestMemory implements AutoCloseable {
    private final MemoryKind kind;
    private final Path path;
    private final int size;
    private final java.util.List<SharedMemory> maps = new java.util.ArrayList<>();

    public TestMemory(MemoryKind kind, int size) {
        assumeTrue(kind != MemoryKind.CHRONICLE || Runtime.version().feature() < 24, "Unsafe warns or throws there");
        this.kind = kind;
        this.size = size;
        try {
            path = Files.createTempFile(
                    Files.isDirectory(Path.of("/dev/shm")) ? Path.of("/dev/shm") : Path.of("."), "valise-test", ".mem");
            Files.write(path, new byte[size]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Maps it once more. */
    public SharedMemory map() {
        try (FileChannel file = open()) {
            SharedMemory memory = kind.map(file, size);
            maps.add(memory);
            return memory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Cuts the file. */
    public void truncate(int newSize) {
        try (FileChannel file = open()) {
            file.truncate(newSize);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes to the file as a hostile peer could. */
    public void scribble(int offset, byte[] bytes) {
        try (FileChannel file = open()) {
            file.write(ByteBuffer.wrap(bytes), offset);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        maps.forEach(SharedMemory::unmap);
        try {
            Files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private FileChannel open() throws IOException {
        return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }
}
