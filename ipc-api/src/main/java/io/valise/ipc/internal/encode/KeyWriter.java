package io.valise.ipc.internal.encode;

import io.valise.ipc.internal.cbor.BigEndian;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Keys as CBOR text, through a small table of keys encoded before. The table is read and written without locks: entries
 * are immutable, so a race costs a miss at worst. It never grows, and holds short keys only.
 */
public final class KeyWriter {
    private static final int SLOT_BITS = 10;
    private static final int MAX_BYTES = 32;
    private static final int REPLACE_ONE_IN = 16;
    private static final @Nullable Entry[] TABLE = new Entry[1 << SLOT_BITS];

    private static int misses; // racy on purpose: it only spreads replacements

    private KeyWriter() {}

    /** Writes a key, and ensures room for a small value behind it. */
    static int key(ByteBuffer dst, byte[] out, int at, String key) {
        int slot = slot(key.hashCode());
        Entry entry = TABLE[slot];
        if (entry == null || !entry.key.equals(key)) {
            entry = remember(slot, entry, key);
        }
        if (entry == null) {
            return Stage.room(dst, out, TextWriter.text(dst, out, at, key, false), ValueSetEncoder.SMALL);
        }
        return entry.write(out, Stage.room(dst, out, at, MAX_BYTES + ValueSetEncoder.SMALL));
    }

    /** Whether a key was encoded before, and so is a valid one; a false answer means nothing. */
    public static boolean isKnown(String key) {
        Entry entry = TABLE[slot(key.hashCode())];
        return entry != null && entry.key.equals(key);
    }

    private static int slot(int hash) {
        return (hash * 0x9e37_79b9) >>> (32 - SLOT_BITS);
    }

    /** Answers null when the key is not worth an entry. An old entry stays unless it is in the way often. */
    private static @Nullable Entry remember(int slot, @Nullable Entry old, String key) {
        if (key.length() >= MAX_BYTES || (old != null && ++misses % REPLACE_ONE_IN != 0)) {
            return null;
        }
        byte[] encoded = new byte[5 + 3 * MAX_BYTES];
        int length = TextWriter.anyText(encoded, 0, key, key.length());
        if (length > MAX_BYTES) {
            return null;
        }
        Entry entry = new Entry(key, encoded, length);
        TABLE[slot] = entry;
        return entry;
    }

    /** A key, and its head and UTF-8 bytes as up to four big-endian words. */
    private static final class Entry {
        final String key;
        private final int length;
        private final long word0;
        private final long word1;
        private final long word2;
        private final long word3;

        Entry(String key, byte[] encoded, int length) {
            this.key = key;
            this.length = length;
            word0 = BigEndian.getLong(encoded, 0);
            word1 = BigEndian.getLong(encoded, 8);
            word2 = BigEndian.getLong(encoded, 16);
            word3 = BigEndian.getLong(encoded, 24);
        }

        /** Writes whole words: what they hold past the end is overwritten by what follows. */
        int write(byte[] out, int at) {
            BigEndian.putLong(out, at, word0);
            if (length > 8) {
                BigEndian.putLong(out, at + 8, word1);
                if (length > 16) {
                    BigEndian.putLong(out, at + 16, word2);
                    BigEndian.putLong(out, at + 24, word3);
                }
            }
            return at + length;
        }
    }
}
