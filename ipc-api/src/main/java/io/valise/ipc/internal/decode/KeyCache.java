package io.valise.ipc.internal.decode;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.internal.cbor.BigEndian;
import io.valise.ipc.internal.cbor.Utf8;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Short texts that were seen before, by their UTF-8 bytes: a key or service name that repeats costs no new string. A
 * table of fixed size in which a newcomer replaces what is in its place: a peer that sends many different texts causes
 * misses, nothing else. Not thread-safe: one per reading session.
 */
public final class KeyCache {
    private static final int ROW_BITS = 9;
    private static final int MAX_BYTES = 64;
    private static final int WORD = 8;
    private static final int USES_TO_INTERN = 16;
    private static final int MOST_INTERNED = 4096;
    private static final byte[] NOTHING = {};

    /** Rows of two places: what is used again stays when one newcomer meets it. */
    private final @Nullable Known[] table;

    private final int shift;
    private byte[] scratch = NOTHING;

    /** How many texts may still be interned, in a table that the whole JVM shares. */
    private int internable;

    /** A cache for a session, which sees the same texts again and again. */
    public KeyCache() {
        this(ROW_BITS);
        internable = MOST_INTERNED;
    }

    /** A cache of 2^rowBits rows of two texts, for one message. */
    KeyCache(int rowBits) {
        table = new Known[2 << rowBits];
        shift = 63 - rowBits;
    }

    /**
     * The text whose UTF-8 bytes lie at an index of a buffer, which may be memory that another process changes.
     *
     * @throws IpcException with {@link IpcStatus#PROTOCOL_ERROR} when they are not UTF-8
     * @throws IndexOutOfBoundsException when they do not lie within the buffer's limit
     */
    public String key(ByteBuffer src, int offset, int length) {
        if (scratch.length < length + 2 * WORD) {
            scratch = new byte[length + 2 * WORD];
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

    /** The text of bytes in private memory that has 16 readable bytes more; null when they are not UTF-8. */
    @Nullable String find(byte[] bytes, int from, int length) {
        if (length > 2 * WORD) {
            return length > MAX_BYTES ? decode(bytes, from, length) : findLong(bytes, from, length);
        }
        boolean one = length <= WORD;
        long first = word(bytes, from, Math.min(length, WORD));
        long second = one ? 0 : word(bytes, from + WORD, length - WORD);
        int row = row(first, second, length);
        Known known = table[row];
        if (known != null && known.isSame(first, second, length)) {
            return use(known);
        }
        Known other = table[row + 1];
        if (other != null && other.isSame(first, second, length)) {
            return use(other);
        }
        return remember(row, new Known(first, second, length), bytes, from);
    }

    private @Nullable String findLong(byte[] bytes, int from, int length) {
        long first = word(bytes, from, WORD);
        long last = word(bytes, from + length - WORD, WORD);
        int row = row(first, last, length);
        for (int place = row; place <= row + 1; place++) {
            Known known = table[place];
            if (known != null && known.isSame(first, last, length) && known.hasMiddle(bytes, from)) {
                return use(known);
            }
        }
        return remember(row, new Known(first, last, length), bytes, from);
    }

    /** The first 0 to 8 bytes, the rest of the word zero. */
    private static long word(byte[] bytes, int from, int length) {
        return length == 0 ? 0 : BigEndian.getLong(bytes, from) & (-1L << (64 - 8 * length));
    }

    private int row(long first, long second, int length) {
        long hash = (first ^ Long.rotateLeft(second, 29) ^ length) * 0x9e37_79b9_7f4a_7c15L;
        return (int) (hash >>> shift) & -2;
    }

    /** One that is used again and again is interned, as literals are: a search by its literal finds the same object. */
    private String use(Known known) {
        if (known.uses < USES_TO_INTERN && ++known.uses == USES_TO_INTERN && internable > 0) {
            internable--;
            known.text = known.text.intern();
        }
        return known.text;
    }

    /** What was in the first place moves to the second. */
    private @Nullable String remember(int row, Known known, byte[] bytes, int from) {
        String text = decode(bytes, from, known.length);
        if (text != null) {
            known.complete(text, bytes, from);
            table[row + 1] = table[row];
            table[row] = known;
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

    /** A text and its bytes: as two words, and for longer ones what lies between the first and the last. */
    private static final class Known {
        private String text = "";
        private int uses;
        private final long first;
        private final long last;
        private final int length;
        private byte[] middle = NOTHING;

        Known(long first, long last, int length) {
            this.first = first;
            this.last = last;
            this.length = length;
        }

        void complete(String decoded, byte[] bytes, int from) {
            text = decoded;
            if (length > 2 * WORD) {
                middle = Arrays.copyOfRange(bytes, from + WORD, from + length - WORD);
            }
        }

        boolean isSame(long otherFirst, long otherLast, int otherLength) {
            return first == otherFirst && last == otherLast && length == otherLength;
        }

        boolean hasMiddle(byte[] bytes, int from) {
            return Arrays.equals(middle, 0, middle.length, bytes, from + WORD, from + WORD + middle.length);
        }
    }
}
