package io.valise.ipc.internal.codec;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Keys as CBOR text, through a small table of keys encoded before. The table is read and written without locks: entries
 * are immutable, so a race costs a miss at worst. It never grows, and holds short keys only.
 */
final class KeyWriter {
    private static final int SLOTS = 1_024;
    private static final int MAX_BYTES = 32;
    private static final int REPLACE_ONE_IN = 16;
    private static final @Nullable Entry[] TABLE = new Entry[SLOTS];

    private static int misses; // racy on purpose: it only spreads replacements

    private KeyWriter() {}

    static int key(ByteBuffer dst, int at, String key) {
        int slot = slot(key.hashCode());
        Entry entry = TABLE[slot];
        if (entry == null || !entry.key.equals(key)) {
            entry = remember(slot, entry, key);
        }
        if (entry == null || dst.limit() - at < MAX_BYTES) {
            return TextWriter.text(dst, at, key);
        }
        return entry.write(dst, at);
    }

    private static int slot(int hash) {
        return (hash * 0x9e37_79b9) >>> 22;
    }

    /** Answers null when the key is not worth an entry. An old entry stays unless it is in the way often. */
    private static @Nullable Entry remember(int slot, @Nullable Entry old, String key) {
        if (key.length() >= MAX_BYTES || (old != null && ++misses % REPLACE_ONE_IN != 0)) {
            return null;
        }
        int length = (int) TextWriter.utf8Length(key);
        int total = HeadWriter.headSize(length) + length;
        if (total > MAX_BYTES) {
            return null;
        }
        Entry entry = new Entry(key, total);
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

        Entry(String key, int length) {
            ByteBuffer encoded = ByteBuffer.allocate(MAX_BYTES);
            TextWriter.text(encoded, 0, key);
            this.key = key;
            this.length = length;
            word0 = encoded.getLong(0);
            word1 = encoded.getLong(8);
            word2 = encoded.getLong(16);
            word3 = encoded.getLong(24);
        }

        /** Writes whole words: what they hold past the end is overwritten by what follows. */
        int write(ByteBuffer dst, int at) {
            dst.putLong(at, word0);
            if (length > 8) {
                dst.putLong(at + 8, word1);
                if (length > 16) {
                    dst.putLong(at + 16, word2);
                    dst.putLong(at + 24, word3);
                }
            }
            return at + length;
        }
    }
}
