package io.valise.ipc.sharedmem.layout;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/**
 * The layout of a file that processes hold: that of a {@code SharedRegion}, or of a named object, whose content {@link
 * ObjectLayout} draws. Immutable.
 *
 * <pre>
 *      +0    long magic "VALISERN"
 *      +8    int  version
 *     +12    int  kind             0 for a region, else what named object it is
 *     +16    long bytes             size of the content
 *     +24    long generation        random: a handle is valid for one file, not for its name
 *    +128    long sequence          0 at first; odd while a process writes, even when the content is whole
 *   +4096    content
 *   +4096 + bytes, rounded up to 8    end mark   (see EndMark)
 *
 *   locks (fcntl) on bytes that nothing is written to:
 *     +64    shared by every process that holds the region: a process that gets it exclusively may remove the file
 *     +65    the process that writes: a sequence that is odd without it was left by a dead writer
 * </pre>
 *
 * @param bytes size of the content
 * @param generation of this file
 * @param kind of the content, 0 for a region
 */
public record RegionLayout(long bytes, long generation, int kind) {
    /** The byte that holders have locked. */
    public static final long HOLDER_LOCK = 64;

    /** The byte that the writer has locked. */
    public static final long WRITER_LOCK = 65;

    /** Where the sequence is. */
    public static final int SEQUENCE_AT = 128;

    /** Bytes before the content. */
    public static final int HEADER_BYTES = 4096;

    static final long MAGIC = 0x5641_4C49_5345_524EL;
    static final int VERSION = 1;
    /** With its header and the end mark the file's length still fits a long. */
    private static final long MOST_BYTES = Long.MAX_VALUE - HEADER_BYTES - 2 * Long.BYTES;

    private static final int FIELDS_BYTES = 32;

    /**
     * Checks the size.
     *
     * @throws IllegalArgumentException when it is not positive
     */
    public RegionLayout {
        if (bytes < 1 || bytes > MOST_BYTES) {
            throw new IllegalArgumentException("region: limit=1 to " + MOST_BYTES + " bytes, actual=" + bytes);
        }
    }

    /** The layout of a region. */
    public RegionLayout(long bytes, long generation) {
        this(bytes, generation, 0);
    }

    /** Where the end mark is, in bytes. */
    public long endAt() {
        return HEADER_BYTES + (bytes + Long.BYTES - 1) / Long.BYTES * Long.BYTES;
    }

    /** Size of the file in bytes. */
    public long fileBytes() {
        return endAt() + Long.BYTES;
    }

    /** Whether the file of this layout is as long as it was made, and was so all the time. */
    public boolean isWhole(FileChannel file) throws IOException {
        return file.size() == fileBytes() && EndMark.isIn(file, endAt());
    }

    /** The first bytes of a new file; all else is zero. */
    public ByteBuffer header() {
        return fields().putLong(MAGIC)
                .putInt(VERSION)
                .putInt(kind)
                .putLong(bytes)
                .putLong(generation)
                .flip();
    }

    private static ByteBuffer fields() {
        return ByteBuffer.allocate(FIELDS_BYTES).order(ByteOrder.nativeOrder());
    }

    /**
     * Reads the first bytes of a file.
     *
     * @throws IpcException {@code PROTOCOL_ERROR} when it is no region, {@code VERSION_MISMATCH}
     */
    public static RegionLayout read(FileChannel file) throws IOException {
        ByteBuffer fields = fields();
        file.read(fields, 0);
        RegionLayout layout = read(fields.flip());
        if (!layout.isWhole(file)) {
            throw wrong(
                    IpcStatus.PROTOCOL_ERROR,
                    "file: limit=" + layout.fileBytes() + " bytes with the end mark, actual=" + file.size()
                            + "; it was truncated or overwritten");
        }
        return layout;
    }

    private static RegionLayout read(ByteBuffer fields) {
        if (fields.remaining() < FIELDS_BYTES || fields.getLong() != MAGIC) {
            throw wrong(IpcStatus.PROTOCOL_ERROR, "header: limit=the magic of a region, actual=other bytes");
        }
        int version = fields.getInt();
        if (version != VERSION) {
            throw wrong(IpcStatus.VERSION_MISMATCH, "version: limit=" + VERSION + ", actual=" + version);
        }
        int kind = fields.getInt();
        long bytes = fields.getLong();
        if (bytes < 1 || bytes > MOST_BYTES) {
            throw wrong(IpcStatus.PROTOCOL_ERROR, "bytes: limit=1 to " + MOST_BYTES + ", actual=" + bytes);
        }
        return new RegionLayout(bytes, fields.getLong(), kind);
    }

    private static IpcException wrong(IpcStatus status, String what) {
        return new IpcException(status, "region " + what, Delivery.NOT_SENT);
    }
}
