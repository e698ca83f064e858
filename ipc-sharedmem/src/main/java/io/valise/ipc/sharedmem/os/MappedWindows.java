package io.valise.ipc.sharedmem.os;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.util.HashMap;
import java.util.Map;

/**
 * A part of a file of any size, mapped by windows of 2 GiB that begin at every GiB, since a buffer is no longer than
 * that: whatever view of up to a GiB somebody asks for lies within one of them. A window is mapped when it is first
 * needed. Thread-safe, but for views after {@link #unmap}.
 */
public final class MappedWindows {
    private static final long STEP = 1L << 30;
    private static final long LONGEST = 2 * STEP - 4096;

    private final FileChannel file;
    private final MapMode mode;
    private final long start;
    private final long size;
    private final Map<Long, Mapping> windows = new HashMap<>(); // guarded by this

    /** The bytes of a file from {@code start} on, {@code size} of them, all of which it has. */
    public MappedWindows(FileChannel file, MapMode mode, long start, long size) {
        this.file = file;
        this.mode = mode;
        this.start = start;
        this.size = size;
    }

    /**
     * A big-endian view.
     *
     * @throws IndexOutOfBoundsException when it is not within the part, or too long for a window
     */
    public ByteBuffer view(long offset, long length) throws IOException {
        if (offset < 0 || length < 0 || offset > size - length) {
            throw new IndexOutOfBoundsException(
                    "view: limit=0.." + size + ", actual=" + offset + ".." + (offset + length));
        }
        long window = offset + length <= LONGEST ? 0 : offset / STEP;
        long within = offset - window * STEP;
        if (within + length > LONGEST) {
            throw new IndexOutOfBoundsException("view: limit=" + (LONGEST - within) + " bytes from offset " + offset
                    + ", actual=" + length + "; take two views");
        }
        return mapped(window).buffer().slice((int) within, (int) length);
    }

    /** Unmaps all windows. Idempotent. */
    public synchronized void unmap() {
        windows.values().forEach(Mapping::unmap);
        windows.clear();
    }

    private synchronized Mapping mapped(long window) throws IOException {
        Mapping known = windows.get(window);
        if (known == null) {
            long from = window * STEP;
            int length = (int) Math.min(LONGEST, size - from);
            known = Undisturbed.take(() -> Mapping.of(file, mode, start + from, length));
            windows.put(window, known);
        }
        return known;
    }
}
