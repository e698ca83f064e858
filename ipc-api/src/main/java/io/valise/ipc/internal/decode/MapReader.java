package io.valise.ipc.internal.decode;

import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.cbor.MajorTypes;
import io.valise.ipc.internal.value.KeyIndex;
import io.valise.ipc.internal.value.ValueSetAccess;
import io.valise.ipc.spi.runtime.ControlCharacters;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Maps as value sets. Not thread-safe. */
final class MapReader {
    private static final ValueSetAccess ACCESS = ValueSetAccess.get();

    /** A length from the wire is believed up to here; what is larger grows as its pairs arrive. */
    private static final int TRUSTED = 256;

    /** A key takes two bytes at least, its value one. */
    private static final int PAIR_BYTES = 2;

    /** The heads of keys of 1 to 23 bytes are from here on. */
    private static final int SHORT_KEY = MajorTypes.TEXT + 1;

    /** A short key and a quick value fit. */
    private static final int QUICK_PAIR = 64;

    private final ByteWindow window;
    private final StringReader strings;
    private final KeyCache keys;
    private final ValueSetDecoder values;

    MapReader(ByteWindow window, StringReader strings, KeyCache keys, ValueSetDecoder values) {
        this.window = window;
        this.strings = strings;
        this.keys = keys;
        this.values = values;
    }

    /** The map whose head was read; depth counts it. */
    ValueSet map(int head, int depth) {
        if (head == 0xbf) {
            return indefinite(depth);
        }
        int length = window.length(head, PAIR_BYTES);
        if (length == 0) {
            return ValueSet.empty();
        }
        return length <= KeyIndex.LINEAR_PAIRS ? small(length, depth) : large(length, depth);
    }

    private ValueSet small(int length, int depth) {
        @Nullable Object[] pairs = new Object[2 * length];
        long seen = 0;
        long asciiTexts = 0;
        for (int i = 0; i < pairs.length; i += 2) {
            asciiTexts |= pair(pairs, i, depth) << (i / 2);
            seen = checkNew(pairs, i, seen);
        }
        return ACCESS.wrap(pairs, null, asciiTexts);
    }

    private ValueSet large(int length, int depth) {
        @Nullable Object[] pairs = new Object[2 * Math.min(length, TRUSTED)];
        KeyIndex index = new KeyIndex(pairs.length / 2);
        for (int i = 0; i < length; i++) {
            if (2 * i == pairs.length) {
                pairs = Arrays.copyOf(pairs, 2 * (int) Math.min(2L * i, length));
            }
            pair(pairs, 2 * i, depth);
            addKey(index, pairs, i);
        }
        return ACCESS.wrap(pairs, index, 0);
    }

    private ValueSet indefinite(int depth) {
        @Nullable Object[] pairs = new Object[16];
        KeyIndex index = new KeyIndex(8);
        int size = 0;
        while (!window.atBreak()) {
            if (2 * size == pairs.length) {
                pairs = Arrays.copyOf(pairs, 4 * size);
            }
            pair(pairs, 2 * size, depth);
            addKey(index, pairs, size);
            size++;
        }
        return size == 0
                ? ValueSet.empty()
                : ACCESS.wrap(Arrays.copyOf(pairs, 2 * size), size <= KeyIndex.LINEAR_PAIRS ? null : index, 0);
    }

    /**
     * Reads a key and its value. The position is kept in a local variable, and moves on by sizes that follow from the
     * heads: so the processor starts on the next pair while it is still busy with the contents of this one. Answers 1 for a text
     * that is known to be ASCII, else 0.
     */
    private long pair(@Nullable Object[] pairs, int i, int depth) {
        ByteWindow in = window;
        in.prepare(QUICK_PAIR);
        byte[] bytes = in.bytes;
        int at = in.at;
        int length = bytes[at] - MajorTypes.TEXT;
        int valueAt = at + 1 + length;
        if (bytes[at] < SHORT_KEY || length > 23 || valueAt >= in.limit()) {
            return slowPair(pairs, i, depth);
        }
        String key = keys.find(bytes, at + 1, length);
        if (key == null) {
            return slowPair(pairs, i, depth);
        }
        pairs[i] = key;
        int head = bytes[valueAt] & 0xff;
        int size = QuickReader.size(head);
        if (size != 0 && valueAt + size <= in.limit()) {
            Object value = QuickReader.read(bytes, valueAt + 1, head);
            if (value != QuickReader.NOT_QUICK) {
                in.at = valueAt + size;
                pairs[i + 1] = value;
                return head >>> 5 == 3 ? 1 : 0;
            }
        }
        in.at = valueAt;
        pairs[i + 1] = values.value(depth);
        return 0;
    }

    private long slowPair(@Nullable Object[] pairs, int i, int depth) {
        pairs[i] = strings.key();
        pairs[i + 1] = values.value(depth);
        return 0;
    }

    private void addKey(KeyIndex index, @Nullable Object[] pairs, int position) {
        if (!index.add(pairs, position)) {
            throw duplicate(pairs[2 * position]);
        }
    }

    /** Answers the bits of the keys so far. */
    private long checkNew(@Nullable Object[] pairs, int i, long seen) {
        String key = String.valueOf(pairs[i]);
        long bit = KeyIndex.bit(key);
        if ((seen & bit) != 0 && KeyIndex.find(pairs, i / 2, null, key) >= 0) {
            throw duplicate(key);
        }
        return seen | bit;
    }

    private IpcException duplicate(@Nullable Object key) {
        String readable = ControlCharacters.replaced(String.valueOf(key));
        return window.malformed("key \"" + readable + "\" is there twice, the second time before this offset");
    }
}
