package io.valise.ipc.internal.codec;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads value sets from CBOR: everything that {@link ValueSetEncoder} writes, and every valid form in which other
 * encoders put the same (docs/protocol-valueset.md). The buffer may lie in memory that a hostile process changes
 * meanwhile; memory and time are bounded by the bytes that remain. Not thread-safe: one per reading session.
 */
public final class ValueSetDecoder {
    private static final ValueSetAccess ACCESS = ValueSetAccess.get();
    private static final @Nullable Object[] NOTHING = {};
    private static final ListValue EMPTY_LIST = new ListValue(NOTHING);

    /** A length from the wire is believed up to here; what is larger grows as its elements arrive. */
    private static final int TRUSTED = 256;

    /** A key takes two bytes at least, its value one. */
    private static final int PAIR_BYTES = 3;

    private final ByteWindow window = new ByteWindow();
    private final StringReader strings;
    private final TagReader tags;

    public ValueSetDecoder(KeyCache keys) {
        strings = new StringReader(window, keys);
        tags = new TagReader(window, strings, this);
    }

    /**
     * Reads one set at the buffer's position and advances it to the set's end.
     *
     * @throws IpcException with {@link IpcStatus#PROTOCOL_ERROR}, naming the offset from the buffer's position, when the
     *     bytes are malformed; the position is then somewhere within them
     */
    public ValueSet decode(ByteBuffer src) {
        window.open(src);
        try {
            int head = window.head();
            while (head >>> 5 == 6) { // such as 55799, self-described CBOR
                window.argument(head);
                head = window.head();
            }
            if (head >>> 5 != 5) {
                window.at--;
                throw window.malformed("a ValueSet is a map: head 0x" + Integer.toHexString(head));
            }
            return map(head, 1);
        } finally {
            window.close();
        }
    }

    /** The next value; depth is the number of maps and lists that are open. */
    @Nullable Object value(int depth) {
        int head = window.head();
        while (head >>> 5 == 6) {
            Object tagged = tags.tagged(window.argument(head), depth);
            if (tagged != TagReader.UNKNOWN) {
                return tagged;
            }
            head = window.head();
        }
        return switch (head >>> 5) {
            case 0 -> unsigned(head);
            case 1 -> negative(head);
            case 2 -> strings.bytes(head);
            case 3 -> strings.text(head);
            case 4 -> list(head, depth + 1);
            case 5 -> map(head, depth + 1);
            default -> simple(head);
        };
    }

    /** The width of the argument tells the type; a number that the type cannot hold gets the next wider one. */
    private Object unsigned(int head) {
        long number = window.argument(head);
        return switch (head) {
            case 24 -> number <= Byte.MAX_VALUE ? boxByte(number) : boxShort(number);
            case 25 -> number <= Short.MAX_VALUE ? boxShort(number) : boxInt(number);
            case 26 -> number <= Integer.MAX_VALUE ? boxInt(number) : boxLong(number);
            case 27 -> number >= 0 ? boxLong(number) : Unsigned.big(number);
            default -> (int) number;
        };
    }

    private Object negative(int head) {
        long argument = window.argument(head);
        long number = ~argument;
        return switch (head & 31) {
            case 24 -> argument <= Byte.MAX_VALUE ? boxByte(number) : boxShort(number);
            case 25 -> argument <= Short.MAX_VALUE ? boxShort(number) : boxInt(number);
            case 26 -> argument <= Integer.MAX_VALUE ? boxInt(number) : boxLong(number);
            case 27 -> argument >= 0 ? boxLong(number) : Unsigned.big(argument).not();
            default -> (int) number;
        };
    }

    // Boxes as Object: in a conditional expression the compiler would else widen both to one type.

    private static Object boxByte(long number) {
        return (byte) number;
    }

    private static Object boxShort(long number) {
        return (short) number;
    }

    private static Object boxInt(long number) {
        return (int) number;
    }

    private static Object boxLong(long number) {
        return number;
    }

    private @Nullable Object simple(int head) {
        return switch (head) {
            case 0xf4 -> false;
            case 0xf5 -> true;
            case 0xf6, 0xf7 -> null;
            case 0xf9 -> HalfFloat.toFloat((short) window.argument(head));
            case 0xfa -> Float.intBitsToFloat((int) window.argument(head));
            case 0xfb -> Double.longBitsToDouble(window.argument(head));
            default -> throw noCounterpart(head);
        };
    }

    private IpcException noCounterpart(int head) {
        if (head == 0xff) {
            window.at--;
            return window.malformed("break outside of an item of indefinite length");
        }
        return window.malformed(
                "simple value " + window.argument(head) + " has no counterpart; send false, true or null");
    }

    private ListValue list(int head, int depth) {
        checkDepth(depth);
        @Nullable Object[] items = items(head, depth);
        return items.length == 0 ? EMPTY_LIST : new ListValue(items);
    }

    /** The elements of an array whose head was read. */
    @Nullable Object[] items(int head, int depth) {
        boolean indefinite = head == 0x9f;
        int length = indefinite ? Integer.MAX_VALUE : window.length(head, 1);
        @Nullable Object[] items = length == 0 ? NOTHING : new Object[Math.min(length, indefinite ? 8 : TRUSTED)];
        int size = 0;
        for (; size < length && !(indefinite && window.atBreak()); size++) {
            if (size == items.length) {
                items = Arrays.copyOf(items, grown(size, length));
            }
            items[size] = value(depth);
        }
        return size == items.length ? items : Arrays.copyOf(items, size);
    }

    private static int grown(int size, int limit) {
        return (int) Math.min(2L * size, limit);
    }

    private void checkDepth(int depth) {
        if (depth > Heights.LIMIT) {
            window.at--;
            throw window.malformed("nested maps and arrays: limit=" + Heights.LIMIT + " levels, actual=" + depth);
        }
    }

    private ValueSet map(int head, int depth) {
        checkDepth(depth);
        if (head == 0xbf) {
            return indefiniteMap(depth);
        }
        int length = window.length(head, PAIR_BYTES);
        if (length == 0) {
            return ValueSet.empty();
        }
        @Nullable Object[] pairs = new Object[2 * Math.min(length, TRUSTED)];
        KeyIndex index = length <= KeyIndex.LINEAR_PAIRS ? null : new KeyIndex(pairs.length / 2);
        long seen = 0;
        for (int i = 0; i < length; i++) {
            if (2 * i == pairs.length) {
                pairs = Arrays.copyOf(pairs, 2 * grown(i, length));
            }
            String key = strings.key();
            pairs[2 * i] = key;
            if (index != null) {
                addKey(index, pairs, i);
            } else {
                seen = checkNew(pairs, i, key, seen);
            }
            pairs[2 * i + 1] = value(depth);
        }
        return ACCESS.wrap(pairs, index);
    }

    private ValueSet indefiniteMap(int depth) {
        @Nullable Object[] pairs = new Object[16];
        KeyIndex index = new KeyIndex(8);
        int size = 0;
        while (!window.atBreak()) {
            if (2 * size == pairs.length) {
                pairs = Arrays.copyOf(pairs, 2 * grown(size, Integer.MAX_VALUE / 4));
            }
            pairs[2 * size] = strings.key();
            addKey(index, pairs, size);
            pairs[2 * size + 1] = value(depth);
            size++;
        }
        return size == 0
                ? ValueSet.empty()
                : ACCESS.wrap(Arrays.copyOf(pairs, 2 * size), size <= KeyIndex.LINEAR_PAIRS ? null : index);
    }

    private void addKey(KeyIndex index, @Nullable Object[] pairs, int position) {
        if (!index.add(pairs, position)) {
            throw duplicate(pairs[2 * position]);
        }
    }

    /** One bit per key in use, by its hash: only a key whose bit is taken is searched for. */
    private long checkNew(@Nullable Object[] pairs, int position, String key, long seen) {
        int hash = key.hashCode();
        long bit = 1L << (hash ^ hash >>> 6 ^ hash >>> 12);
        if ((seen & bit) != 0 && KeyIndex.find(pairs, position, null, key) >= 0) {
            throw duplicate(key);
        }
        return seen | bit;
    }

    private IpcException duplicate(@Nullable Object key) {
        return window.malformed("key \"" + key + "\" is there twice");
    }
}
