package io.valise.ipc.sharedmem.os;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/**
 * The part of the foreign memory API (JEP 454, Java 22) that maps a file into an arena and closes the arena. None of it
 * is restricted. Reached by method handles because this code is compiled for Java 17.
 */
final class Arenas {
    private static final @Nullable Arenas PRESENT = find();

    private final MethodHandle open;
    private final MethodHandle map;
    private final MethodHandle asBuffer;
    private final MethodHandle close;

    private Arenas() throws ReflectiveOperationException {
        MethodHandles.Lookup lookup = MethodHandles.publicLookup();
        Class<?> arena = Class.forName("java.lang.foreign.Arena");
        Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
        MethodType mapping = MethodType.methodType(segment, FileChannel.MapMode.class, long.class, long.class, arena);
        open = lookup.findStatic(arena, "ofShared", MethodType.methodType(arena));
        map = lookup.findVirtual(FileChannel.class, "map", mapping);
        asBuffer = lookup.findVirtual(segment, "asByteBuffer", MethodType.methodType(ByteBuffer.class));
        close = lookup.findVirtual(arena, "close", MethodType.methodType(void.class));
    }

    /** The API, or null before Java 22. */
    static @Nullable Arenas present() {
        return PRESENT;
    }

    /** A shared arena. */
    Object open() {
        try {
            return open.invoke();
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    /** Maps a part of a file into an arena. */
    ByteBuffer map(Object arena, FileChannel file, FileChannel.MapMode mode, long offset, long size)
            throws IOException {
        try {
            return (ByteBuffer) asBuffer.invoke(map.invoke(file, mode, offset, size, arena));
        } catch (IOException refused) {
            throw refused;
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    /** Unmaps everything that the arena holds; an access afterwards is an IllegalStateException. */
    void close(Object arena) {
        try {
            close.invoke(arena);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    private static @Nullable Arenas find() {
        if (Runtime.version().feature() < 22) {
            return null; // In 19 to 21 it was a preview, with other signatures.
        }
        try {
            return new Arenas();
        } catch (ReflectiveOperationException missing) {
            throw new IllegalStateException("Java " + Runtime.version() + " without its foreign memory API", missing);
        }
    }

    private static RuntimeException unexpected(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        return failure instanceof RuntimeException known
                ? known
                : new IllegalStateException("foreign memory API", failure);
    }
}
