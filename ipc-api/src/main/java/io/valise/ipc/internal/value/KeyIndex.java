package io.valise.ipc.internal.value;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A hash index over an array of key, value, key, value, ... with linear probing. Small sets do without: a search along
 * the array is faster. Keys come from the wire, so the hash is keyed with a secret of this process (a polynomial modulo
 * 2^61-1): no peer can make up keys that collide, and {@code String.hashCode} would let it. Not thread-safe while keys
 * are added; afterwards safe for use by any thread.
 */
public final class KeyIndex {
    /** Sets of up to this many pairs have no index. */
    public static final int LINEAR_PAIRS = 16;

    private static final int EMPTY = -1;

    private int[] table;
    private int count;

    /** An empty index with room for the expected number of pairs; it grows as needed. */
    public KeyIndex(int expectedPairs) {
        table = newTable(Math.max(expectedPairs, LINEAR_PAIRS));
    }

    /** The index of all pairs, or null for a set small enough to be searched along. The keys must differ. */
    public static @Nullable KeyIndex of(@Nullable Object[] pairs, int pairCount) {
        if (pairCount <= LINEAR_PAIRS) {
            return null;
        }
        KeyIndex index = new KeyIndex(pairCount);
        for (int i = 0; i < pairCount; i++) {
            index.add(pairs, i);
        }
        return index;
    }

    /** The position of the key's pair (its key is at 2 * position), or -1; along the array when index is null. */
    public static int find(@Nullable Object[] pairs, int pairCount, @Nullable KeyIndex index, String key) {
        return index == null ? search(pairs, pairCount, key) : index.find(pairs, key);
    }

    /** Whether pairs are equal to others whatever the order; the index is that of the first. */
    public static boolean equalPairs(@Nullable Object[] pairs, @Nullable KeyIndex index, @Nullable Object[] others) {
        if (pairs.length != others.length) {
            return false;
        }
        for (int i = 0; i < others.length; i += 2) {
            int position = find(pairs, pairs.length >> 1, index, (String) Objects.requireNonNull(others[i]));
            if (position < 0 || !Stored.equal(pairs[2 * position + 1], others[i + 1])) {
                return false;
            }
        }
        return true;
    }

    /**
     * As a rule a key is the very same object: a literal is interned, and so is a short key that was read from the wire
     * before. To look for that first reads nothing but the array. (An Object, for identity is meant.)
     */
    private static int search(@Nullable Object[] pairs, int pairCount, Object key) {
        for (int i = 0; i < pairCount; i++) {
            if (key == pairs[2 * i]) {
                return i;
            }
        }
        for (int i = 0; i < pairCount; i++) {
            if (key.equals(pairs[2 * i])) {
                return i;
            }
        }
        return -1;
    }

    /**
     * The bit that stands for a key among 64: while a small set is put together, a key whose bit no other one has taken
     * need not be searched for.
     */
    public static long bit(String key) {
        int hash = key.hashCode();
        return 1L << (hash ^ hash >>> 6 ^ hash >>> 12);
    }

    /** The position of the key's pair, or -1. */
    public int find(@Nullable Object[] pairs, String key) {
        int position = table[slot(pairs, key)];
        return position == EMPTY ? -1 : position;
    }

    /** Adds the pair at a position; answers false, and does nothing, when its key is there already. */
    public boolean add(@Nullable Object[] pairs, int position) {
        int slot = slot(pairs, key(pairs, position));
        if (table[slot] != EMPTY) {
            return false;
        }
        table[slot] = position;
        if (++count * 2 > table.length) {
            grow(pairs);
        }
        return true;
    }

    private int slot(@Nullable Object[] pairs, String key) {
        int mask = table.length - 1;
        int slot = (int) Hash.of(key) & mask;
        while (table[slot] != EMPTY && !key.equals(pairs[2 * table[slot]])) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void grow(@Nullable Object[] pairs) {
        int[] old = table;
        table = newTable(old.length);
        for (int position : old) {
            if (position != EMPTY) {
                table[slot(pairs, key(pairs, position))] = position;
            }
        }
    }

    private static int[] newTable(int pairs) {
        int[] table = new int[Integer.highestOneBit(Math.max(pairs, 2) - 1) << 2];
        Arrays.fill(table, EMPTY);
        return table;
    }

    private static String key(@Nullable Object[] pairs, int position) {
        return (String) Objects.requireNonNull(pairs[2 * position]);
    }

    /** Loaded, and the secret drawn, only when a large set is first seen. */
    private static final class Hash {
        private static final long PRIME = (1L << 61) - 1;
        private static final long SECRET = (new SecureRandom().nextLong() & PRIME) % (PRIME - 65_537) + 65_536;

        static long of(String key) {
            long hash = key.length();
            for (int i = 0; i < key.length(); i++) {
                hash = reduce(times(hash) + key.charAt(i));
            }
            return hash ^ hash >>> 32;
        }

        private static long times(long hash) {
            long low = hash * SECRET;
            long high = Math.multiplyHigh(hash, SECRET);
            return (low & PRIME) + (low >>> 61 | high << 3);
        }

        private static long reduce(long hash) {
            long folded = (hash & PRIME) + (hash >>> 61);
            return folded >= PRIME ? folded - PRIME : folded;
        }
    }
}
