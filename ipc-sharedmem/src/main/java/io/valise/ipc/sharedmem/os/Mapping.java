package io.valise.ipc.sharedmem.os;

import io.valise.ipc.spi.runtime.LateFaults;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A file mapped into memory until {@link #unmap}, instead of until the buffer is garbage collected. Up to Java 21 that
 * takes {@code sun.misc.Unsafe.invokeCleaner}; from 22 on, where Unsafe warns or throws, an arena of the foreign memory
 * API, in which an access after the end is an exception instead of a crash.
 */
final class Mapping {
    private final ByteBuffer buffer;
    private final Runnable unmapper;
    private final AtomicBoolean mapped = new AtomicBoolean(true);

    private Mapping(ByteBuffer buffer, Runnable unmapper) {
        this.buffer = buffer;
        this.unmapper = unmapper;
    }

    /** Maps the first {@code size} bytes of a file, shared with the other processes that map it. */
    static Mapping of(FileChannel file, int size) throws IOException {
        return of(file, MapMode.READ_WRITE, 0, size);
    }

    /** Maps a part of a file. */
    static Mapping of(FileChannel file, MapMode mode, long offset, int size) throws IOException {
        Arenas arenas = Arenas.present();
        return arenas != null ? byArena(arenas, file, mode, offset, size) : byCleaner(file, mode, offset, size);
    }

    /** Maps it until the mapping is garbage: {@link #unmap} does nothing then. */
    static Mapping untilCollected(FileChannel file, int size) throws IOException {
        return new Mapping(file.map(MapMode.READ_WRITE, 0, size), () -> {});
    }

    ByteBuffer buffer() {
        return buffer;
    }

    void unmap() {
        if (mapped.compareAndSet(true, false)) {
            LateFaults.settle();
            unmapper.run();
        }
    }

    private static Mapping byCleaner(FileChannel file, MapMode mode, long offset, int size) throws IOException {
        MappedByteBuffer buffer = file.map(mode, offset, size);
        return new Mapping(buffer, () -> UnsafeAccess.free(buffer));
    }

    private static Mapping byArena(Arenas arenas, FileChannel file, MapMode mode, long offset, int size)
            throws IOException {
        Object arena = arenas.open();
        boolean mapped = false;
        try {
            ByteBuffer buffer = arenas.map(arena, file, mode, offset, size);
            mapped = true;
            return new Mapping(buffer, () -> arenas.close(arena));
        } finally {
            if (!mapped) {
                arenas.close(arena);
            }
        }
    }
}
