package io.valise.ipc.internal.frame;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Puts a fragmented frame together. A sender fragments one frame at a time; a first fragment drops what an earlier one
 * left unfinished. Memory grows with the bytes that have arrived, not with the announced length.
 */
public final class Reassembly {
    /** Room for a payload of one MiB and what goes with it. */
    private static final int FIRST_ALLOCATION = (1 << 20) + (1 << 16);

    private static final byte[] NOTHING = {};

    private final int limit;
    private byte[] parts = NOTHING;
    private int total;
    private int length;

    /** @param limit the longest frame, in bytes */
    public Reassembly(int limit) {
        this.limit = limit;
    }

    /** Adds a fragment; returns the whole frame with the last, which holds until {@link #release}. */
    public @Nullable ByteBuffer add(int flags, ByteBuffer fragment) {
        if ((flags & Frames.FLAG_FIRST) != 0) {
            begin(fragment);
        }
        int size = fragment.remaining();
        if (length + (long) size > total) {
            throw Frames.malformed("fragments: announced=" + total + " bytes, actual=" + (length + (long) size));
        }
        if (parts.length < length + size) {
            grow(length + size);
        }
        fragment.get(parts, length, size);
        length += size;
        return (flags & Frames.FLAG_LAST) != 0 ? end() : null;
    }

    private void grow(int needed) {
        byte[] longer = LongBuffers.take((int) Math.min(total, Math.max(2L * parts.length, needed)));
        System.arraycopy(parts, 0, longer, 0, length);
        LongBuffers.giveBack(parts);
        parts = longer;
    }

    private void begin(ByteBuffer fragment) {
        if (fragment.remaining() < Integer.BYTES) {
            throw Frames.malformed("first fragment: minimum=4 bytes, actual=" + fragment.remaining());
        }
        total = fragment.getInt();
        length = 0;
        if (total < Frames.HEADER_BYTES || total > limit) {
            throw Frames.malformed("fragmented frame: limit=" + limit + " bytes (maxMessageBytes), announced=" + total);
        }
        release();
        parts = LongBuffers.take(Math.min(total, FIRST_ALLOCATION));
    }

    /** Forgets what it holds. */
    public void release() {
        if (parts != NOTHING) {
            LongBuffers.giveBack(parts);
            parts = NOTHING;
        }
    }

    private ByteBuffer end() {
        if (length != total) {
            throw Frames.malformed("fragments: announced=" + total + " bytes, actual=" + length);
        }
        ByteBuffer whole = ByteBuffer.wrap(parts, 0, length);
        total = 0;
        length = 0;
        return whole;
    }
}
