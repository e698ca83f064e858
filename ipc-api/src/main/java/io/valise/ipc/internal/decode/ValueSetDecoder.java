package io.valise.ipc.internal.decode;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.value.ListValue;
import io.valise.ipc.internal.value.NestingDepth;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads value sets from CBOR: everything that {@code ValueSetEncoder} writes, and every valid form in which other
 * encoders put the same (docs/protocol-valueset.md). The buffer may lie in memory that a hostile process changes
 * meanwhile; memory and time are bounded by the bytes that remain. Not thread-safe: one per reading session.
 */
public final class ValueSetDecoder {
    /** For a cache that lives for one value set only; as binary logarithm. */
    private static final int FEW_KEYS = 3;

    private static final @Nullable Object[] NOTHING = {};
    private static final ListValue EMPTY_LIST = new ListValue(NOTHING);

    /** A length from the wire is believed up to here; what is larger grows as its elements arrive. */
    private static final int TRUSTED = 256;

    private final ByteWindow window;
    private final StringReader strings;
    private final TagReader tags;
    private final MapReader maps;

    public ValueSetDecoder(KeyCache keys) {
        this(keys, ByteWindow.CAPACITY);
    }

    /** A decoder for messages that are known to be short. */
    public ValueSetDecoder(KeyCache keys, int windowBytes) {
        window = new ByteWindow(windowBytes);
        strings = new StringReader(window, keys);
        tags = new TagReader(window, strings, this);
        maps = new MapReader(window, strings, keys, this);
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
            case 2 -> strings.bytes(head);
            case 3 -> strings.text(head);
            case 4 -> list(head, depth + 1);
            case 5 -> map(head, depth + 1);
            default -> scalar(head);
        };
    }

    private @Nullable Object scalar(int head) {
        int size = QuickReader.size(head);
        if (size == 0) {
            throw noCounterpart(head);
        }
        int from = window.at;
        window.at += size - 1;
        window.passed();
        return QuickReader.read(window.bytes, from, head);
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
        if (depth > NestingDepth.LIMIT) {
            window.at--;
            if (depth > TagReader.LEAF) {
                throw window.malformed("a map or list inside a typed array");
            }
            throw window.malformed("nested maps and arrays: limit=" + NestingDepth.LIMIT + " levels, actual=" + depth);
        }
    }

    private ValueSet map(int head, int depth) {
        checkDepth(depth);
        return maps.map(head, depth);
    }

    /** Reads an array that is one value set and nothing else. */
    public static ValueSet read(byte[] cbor) {
        ByteBuffer buffer = ByteBuffer.wrap(cbor);
        ValueSet set = new ValueSetDecoder(new KeyCache(FEW_KEYS), cbor.length).decode(buffer);
        if (buffer.hasRemaining()) {
            throw ByteWindow.malformed(
                    buffer.position(), "limit=0 bytes after the value set, actual=" + buffer.remaining());
        }
        return set;
    }
}
