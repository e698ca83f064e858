package io.valise.ipc.internal.decode;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.internal.cbor.BigEndian;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A private copy of the next bytes of a buffer. The buffer may lie in memory that a hostile process writes to while it
 * is read: so every byte is copied here once, and judged and used here only. Large contents are copied past the window
 * straight to where they are kept. Not thread-safe.
 */
final class ByteWindow {
    /** What {@link #need} may ask for at most. */
    static final int CAPACITY = 4_096;

    /** The window is followed by bytes without meaning, so that words may be read at its end. */
    private static final int SLACK = 64;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    final byte[] bytes;
    int at;
    private int limit;
    private int next; // where in the buffer the byte behind the window lies
    private int start;
    private int end;
    private ByteBuffer source = NOTHING;

    /** A window of that many bytes; {@link #CAPACITY}, or fewer for messages of no more bytes than that. */
    ByteWindow(int capacity) {
        bytes = new byte[Math.min(capacity, CAPACITY) + SLACK];
    }

    /** Starts to read at the buffer's position. */
    void open(ByteBuffer buffer) {
        source = buffer;
        start = buffer.position();
        end = buffer.limit();
        next = start;
        at = 0;
        limit = 0;
        refill();
    }

    /** Lets go of the buffer and sets its position behind what was read. */
    void close() {
        source.position(index());
        source = NOTHING;
    }

    /** The index in the buffer of the next byte. */
    private int index() {
        return next - (limit - at);
    }

    /** How far behind the start of the value set the next byte is. */
    int offset() {
        return Math.min(index(), end) - start;
    }

    int remaining() {
        return end - index();
    }

    private void refill() {
        int from = index();
        int length = Math.min(bytes.length - SLACK, end - from);
        source.get(from, bytes, 0, length);
        at = 0;
        limit = length;
        next = from + length;
    }

    /** Has the next bytes in the window if the buffer has them; the reader checks with {@link #passed} after reading. */
    void prepare(int length) {
        if (limit - at < length && next < end) {
            refill();
        }
    }

    /** The index behind the last byte of the window that has a meaning. */
    int limit() {
        return limit;
    }

    /** Fails when more was read than there was. */
    void passed() {
        if (at > limit) {
            at = limit;
            throw truncated();
        }
    }

    /** Has the next bytes in the window. */
    void need(int length) {
        prepare(length);
        if (limit - at < length) {
            throw truncated();
        }
    }

    int head() {
        prepare(9);
        if (at == limit) {
            throw truncated();
        }
        return bytes[at++] & 0xff;
    }

    /** The argument of a head (RFC 8949 section 3) as 64 bits without sign. */
    long argument(int head) {
        int info = head & 31;
        if (info < 24) {
            return info;
        }
        long argument;
        switch (info) {
            case 24 -> argument = bytes[at++] & 0xff;
            case 25 -> argument = shortBits() & 0xffff;
            case 26 -> argument = intBits() & 0xffff_ffffL;
            case 27 -> argument = longBits();
            default -> throw reserved(head);
        }
        passed();
        return argument;
    }

    private IpcException reserved(int head) {
        at--;
        return malformed("head 0x" + Integer.toHexString(head) + " has additional information " + (head & 31)
                + ", which is " + ((head & 31) == 31 ? "not allowed here" : "reserved"));
    }

    /** A length that the remaining bytes can hold if an element takes that many bytes at least. */
    int length(int head, int elementBytes) {
        long length = argument(head);
        if (length < 0 || length > remaining() / elementBytes) {
            throw malformed(
                    "truncated: length " + Long.toUnsignedString(length) + " with " + remaining() + " bytes left");
        }
        return (int) length;
    }

    /** Whether the item of indefinite length ends here; takes the break byte. */
    boolean atBreak() {
        prepare(1);
        if (at == limit) {
            throw truncated();
        }
        boolean atBreak = bytes[at] == (byte) 0xff;
        at += atBreak ? 1 : 0;
        return atBreak;
    }

    // The caller has checked, or will with passed().

    short shortBits() {
        short bits = BigEndian.getShort(bytes, at);
        at += 2;
        return bits;
    }

    int intBits() {
        int bits = BigEndian.getInt(bytes, at);
        at += 4;
        return bits;
    }

    long longBits() {
        long bits = BigEndian.getLong(bytes, at);
        at += 8;
        return bits;
    }

    /** Copies bytes, which must remain, to an array of their own. */
    byte[] copy(int length) {
        if (limit - at >= length) {
            at += length;
            return Arrays.copyOfRange(bytes, at - length, at);
        }
        if (source.hasArray()) { // saves clearing the copy
            int from = source.arrayOffset() + index();
            skip(length);
            return Arrays.copyOfRange(source.array(), from, from + length);
        }
        byte[] copy = new byte[length];
        copyTo(copy, 0, length);
        return copy;
    }

    /** Copies bytes, which must remain. */
    void copyTo(byte[] target, int from, int length) {
        source.get(index(), target, from, length);
        skip(length);
    }

    /** The buffer's next bytes, which must remain, for a copy in bulk; they count as read. */
    ByteBuffer direct(int length, ByteOrder order) {
        ByteBuffer view = source.slice(index(), length).order(order);
        skip(length);
        return view;
    }

    void skip(int length) {
        int left = limit - at;
        if (length <= left) {
            at += length;
        } else {
            next += length - left;
            at = 0;
            limit = 0;
        }
    }

    IpcException truncated() {
        return malformed("truncated: an item goes on where the message ends");
    }

    IpcException malformed(String what) {
        return malformed(offset(), what);
    }

    static IpcException malformed(int offset, String what) {
        return malformed(offset, what, null);
    }

    static IpcException malformed(int offset, String what, @Nullable Throwable cause) {
        String message = "malformed ValueSet at offset " + offset + ": " + what;
        return new IpcException(IpcStatus.PROTOCOL_ERROR, message, cause);
    }
}
