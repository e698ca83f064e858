package io.valise.ipc.internal.codec;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Short texts that were seen before, by their UTF-8 bytes: a key or service name that repeats costs no new string. A
 * table of fixed size in which a newcomer replaces what is in its place: a peer that sends many different texts causes
 * misses, nothing else. Not thread-safe: one per reading session.
 */
public final class KeyCache {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final int SLOT_BITS = 7;
    private static final int MAX_BYTES = 64;
    private static final int WORD = 8;

    private final @Nullable Known[] table = new Known[1 << SLOT_BITS];
    private byte[] scratch = new byte[MAX_BYTES + WORD];

    /**
     * The text whose UTF-8 bytes lie at an index of a buffer, which may be memory that another process changes.
     *
     * @throws IpcException with {@link IpcStatus#PROTOCOL_ERROR} when they are not UTF-8
     * @throws IndexOutOfBoundsException when they do not lie within the buffer's limit
     */
    public String key(ByteBuffer src, int offset, int length) {
        if (scratch.length < length + WORD) {
            scratch = new byte[length + WORD];
        }
        src.get(offset, scratch, 0, length);
        String text = find(scratch, 0, length);
        if (text == null) {
            throw new IpcException(
                    IpcStatus.PROTOCOL_ERROR,
                    "malformed text at offset " + (offset + Utf8.firstInvalid(scratch, 0, length)) + ": not UTF-8");
        }
        return text;
    }

    /** The text of bytes in private memory that has 8 readable bytes more; null when they are not UTF-8. */
    @Nullable String find(byte[] bytes, int from, int length) {
        if (length > MAX_BYTES) {
            return decode(bytes, from, length);
        }
        int slot = slot(bytes, from, length);
        Known known = table[slot];
        if (known != null && known.isSame(bytes, from, length)) {
            return known.text;
        }
        return remember(slot, bytes, from, length);
    }

    private static int slot(byte[] bytes, int from, int length) {
        long hash = length;
        int i = 0;
        for (; i + WORD < length; i += WORD) {
            hash = (hash ^ (long) LONG.get(bytes, from + i)) * 0x9e37_79b9_7f4a_7c15L;
            hash ^= hash >>> 32;
        }
        hash = (hash ^ tail(bytes, from + i, length - i)) * 0x9e37_79b9_7f4a_7c15L;
        return (int) (hash >>> (64 - SLOT_BITS));
    }

    /** The last 0 to 8 bytes, the rest of the word zero. */
    private static long tail(byte[] bytes, int from, int length) {
        return length == 0 ? 0 : (long) LONG.get(bytes, from) & (-1L << (64 - 8 * length));
    }

    private @Nullable String remember(int slot, byte[] bytes, int from, int length) {
        String text = decode(bytes, from, length);
        if (text != null) {
            table[slot] = new Known(bytes, from, length, text);
        }
        return text;
    }

    private static @Nullable String decode(byte[] bytes, int from, int length) {
        boolean ascii = Utf8.isAscii(bytes, from, from + length);
        if (!ascii && Utf8.firstInvalid(bytes, from, from + length) >= 0) {
            return null;
        }
        return Utf8.text(bytes, from, length, ascii);
    }

    /** A text and its bytes, padded to whole words. */
    private static final class Known {
        final String text;
        private final byte[] words;
        private final int length;

        Known(byte[] bytes, int from, int length, String text) {
            this.text = text;
            this.length = length;
            words = new byte[(length + WORD) / WORD * WORD];
            System.arraycopy(bytes, from, words, 0, length);
        }

        boolean isSame(byte[] bytes, int from, int otherLength) {
            if (otherLength != length) {
                return false;
            }
            int i = 0;
            for (; i + WORD < length; i += WORD) {
                if ((long) LONG.get(words, i) != (long) LONG.get(bytes, from + i)) {
                    return false;
                }
            }
            return (long) LONG.get(words, i) == tail(bytes, from + i, length - i);
        }
    }
}
