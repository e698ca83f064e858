package io.valise.ipc.sharedmem.os;

import io.valise.ipc.sharedmem.layout.EndMark;
import io.valise.ipc.spi.runtime.LateFaults;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.util.ArrayList;
import java.util.List;

/**
 * A file of any size, mapped by windows of 2 GiB that begin at every GiB, since a buffer is limited to that: every view
 * of up to a GiB lies within one of them. The first window also has the bytes before the content. Thread-safe, but for
 * views after {@link #unmap}.
 */
public final class MappedWindows {
    private static final long STEP = 1L << 30;
    private static final long LONGEST = 2 * STEP - 4096;

    private final int start;
    private final long size;
    private final List<Mapping> windows = new ArrayList<>(1);
    private final EndMark end;

    /**
     * Maps a file.
     *
     * @param start where its content begins, in bytes
     * @param size how many bytes of content it has
     * @param endAt where its {@link EndMark} is, behind the content
     */
    public MappedWindows(FileChannel file, MapMode mode, int start, long size, long endAt) throws IOException {
        this.start = start;
        this.size = size;
        boolean complete = false;
        try {
            mapAll(file, mode, endAt + Long.BYTES);
            SharedMemory last = MemoryKind.ofThisJvm().over(windows.get(windows.size() - 1));
            this.end = new EndMark(last, (int) (endAt - (windows.size() - 1) * STEP));
            complete = true;
        } finally {
            if (!complete) {
                unmap();
            }
        }
    }

    private void mapAll(FileChannel file, MapMode mode, long bytes) throws IOException {
        long end = 0;
        for (long from = 0; end < bytes; from += STEP) {
            end = Math.min(from + LONGEST, bytes);
            windows.add(Mapping.of(file, mode, from, (int) (end - from)));
        }
    }

    /** The words from the file's beginning on, at least those before the content. */
    public SharedMemory words() {
        return MemoryKind.ofThisJvm().over(windows.get(0));
    }

    /**
     * Checks that the file has not been truncated, and that this thread has used no memory that is gone.
     *
     * @throws InternalError when it has
     */
    public void checkWhole() {
        try {
            end.check();
        } finally {
            LateFaults.report(); // or it would come up while the caller goes on
        }
    }

    /**
     * A big-endian view of the content.
     *
     * @throws IndexOutOfBoundsException when it is not within the content, or too long for a window
     */
    public ByteBuffer view(long offset, long length) {
        if (offset < 0 || length < 0 || offset > size - length) {
            throw new IndexOutOfBoundsException(
                    "view: limit=0.." + size + ", actual=" + offset + ".." + (offset + length));
        }
        long at = start + offset;
        int window = at + length <= LONGEST ? 0 : (int) Math.min(at / STEP, windows.size() - 1);
        long within = at - window * STEP;
        if (within + length > LONGEST) {
            throw new IndexOutOfBoundsException("view: limit=" + (LONGEST - within) + " bytes from offset " + offset
                    + ", actual=" + length + "; take two views");
        }
        return windows.get(window).buffer().slice((int) within, (int) length);
    }

    /** Unmaps all windows. Idempotent. */
    public void unmap() {
        windows.forEach(Mapping::unmap);
    }
}
