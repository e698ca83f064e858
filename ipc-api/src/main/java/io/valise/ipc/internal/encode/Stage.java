package io.valise.ipc.internal.encode;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The array in which a message is put together before it goes to its buffer, in pieces of some kilobytes, mostly one:
 * storing numbers into an array costs a fraction of what it costs through a ByteBuffer, whose kind the compiler cannot
 * know. Large contents go past the stage. The position in it is handed from method to method, so that it lives in a
 * register; what went before it is at the buffer's own position. Nothing is kept in fields: a store of a reference into
 * an old object would cost as much as encoding two numbers.
 */
final class Stage {
    /** What {@link #room} may be asked for at most. */
    static final int CAPACITY = 2_048;

    /** Contents of more bytes than that go straight to the buffer. */
    static final int LARGE = 256;

    private Stage() {}

    /** The position to go on at, with so many bytes of room behind it. */
    static int room(ByteBuffer dst, byte[] out, int at, int length) {
        return at + length <= CAPACITY ? at : flush(dst, out, at);
    }

    /** Hands what is on the stage over to the buffer; the position to go on at is 0. */
    static int flush(ByteBuffer dst, byte[] out, int at) {
        dst.put(out, 0, at);
        return 0;
    }

    /** Fails when so many bytes are more than the whole rest of the buffer. */
    static void requireFits(ByteBuffer dst, long length) {
        if (length > dst.remaining()) {
            throw new BufferOverflowException();
        }
    }

    /** Copies bytes and answers the position to go on at. */
    static int copy(ByteBuffer dst, byte[] out, int at, byte[] source, int from, int length) {
        if (length <= LARGE) {
            int start = room(dst, out, at, length);
            System.arraycopy(source, from, out, start, length);
            return start + length;
        }
        flush(dst, out, at);
        dst.put(source, from, length);
        return 0;
    }

    /** The next bytes of the buffer itself, for a copy in bulk; the position to go on at is 0. */
    static ByteBuffer direct(ByteBuffer dst, byte[] out, int at, long length, ByteOrder order) {
        flush(dst, out, at);
        requireFits(dst, length);
        int start = dst.position();
        dst.position(start + (int) length);
        return dst.slice(start, (int) length).order(order);
    }
}
