package io.valise.ipc.internal.decode;

import io.valise.ipc.IpcException;
import io.valise.ipc.internal.cbor.BigEndian;
import io.valise.ipc.internal.cbor.CborTags;
import io.valise.ipc.internal.cbor.HalfFloat;
import io.valise.ipc.internal.cbor.MajorTypes;
import io.valise.ipc.internal.value.ListValue;
import io.valise.ipc.internal.value.NestingDepth;
import io.valise.ipc.internal.value.Stored;
import io.valise.ipc.internal.value.Unsigned;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What lies below the tags that are known; a tag that is not known is left out and its content read as it is. */
final class TagReader {
    /** The answer for an unknown tag: its content comes next. */
    static final Object UNKNOWN = new Object();

    /** Elements of typed arrays are read at this depth, where no map and no list can open. */
    static final int LEAF = NestingDepth.LIMIT + 1;

    private final ByteWindow window;
    private final StringReader strings;
    private final ValueSetDecoder values;
    private final TimeReader times;
    private final TypedArrayReader arrays;

    TagReader(ByteWindow window, StringReader strings, ValueSetDecoder values) {
        this.window = window;
        this.strings = strings;
        this.values = values;
        times = new TimeReader(window, strings);
        arrays = new TypedArrayReader(window, strings, values);
    }

    /** The content of a tag whose head was read. */
    Object tagged(long tag, int depth) {
        if (tag >= CborTags.FIRST_ARRAY && tag <= CborTags.LAST_ARRAY) {
            return arrays.array((int) tag);
        } else if ((tag & ~0xffffL) == CborTags.TYPED) {
            return typed((int) tag & 0xffff, depth);
        } else if (tag > CborTags.DURATION || tag < 0) {
            return UNKNOWN;
        }
        return switch ((int) tag) {
            case CborTags.TIME -> times.instant();
            case CborTags.DURATION -> times.duration();
            case CborTags.UUID -> uuid();
            case CborTags.POSITIVE_BIG -> big(false);
            case CborTags.NEGATIVE_BIG -> big(true);
            case CborTags.DECIMAL -> decimal();
            case CborTags.EPOCH -> times.epoch();
            case CborTags.DATE_TEXT -> times.dateText();
            case CborTags.HOMOGENEOUS -> homogeneous(depth);
            default -> UNKNOWN;
        };
    }

    private Object typed(int type, int depth) {
        return switch (type) {
            case CborTags.UINT8 -> new Unsigned(8, unsigned(8));
            case CborTags.UINT16 -> new Unsigned(16, unsigned(16));
            case CborTags.UINT32 -> new Unsigned(32, unsigned(32));
            case CborTags.UINT64 -> new Unsigned(64, unsigned(64));
            case CborTags.CHAR16 -> (char) unsigned(16);
            case CborTags.CHAR16_ARRAY -> arrays.chars();
            case CborTags.BOOLEAN_ARRAY -> arrays.booleans(LEAF);
            case CborTags.STRING_ARRAY -> array(String.class, depth);
            case CborTags.DATE_TIME_ARRAY -> array(Instant.class, depth);
            case CborTags.TIME_SPAN_ARRAY -> array(Duration.class, depth);
            case CborTags.GUID_ARRAY -> array(UUID.class, depth);
            case CborTags.BIG_INTEGER_ARRAY -> array(BigInteger.class, depth);
            case CborTags.BIG_DECIMAL_ARRAY -> array(BigDecimal.class, depth);
            case CborTags.POINT, CborTags.SIZE, CborTags.RECT -> ShapeReader.shape(type, floats(), window);
            case CborTags.POINT_ARRAY, CborTags.SIZE_ARRAY, CborTags.RECT_ARRAY ->
                ShapeReader.shapes(type, floats(), window);
            default -> UNKNOWN;
        };
    }

    /** An unsigned number that fits the bits. */
    private long unsigned(int bits) {
        int head = window.head();
        if (head >>> 5 != 0) {
            throw unexpected(head, "an unsigned number");
        }
        long number = window.argument(head);
        if (!Unsigned.fits(bits, number)) {
            throw window.malformed("unsigned number of " + bits + " bits: limit=" + Unsigned.max(bits) + ", actual="
                    + Long.toUnsignedString(number));
        }
        return number;
    }

    private UUID uuid() {
        int head = window.head();
        if (head != (MajorTypes.BYTES | 16)) {
            return rareUuid(head);
        }
        window.need(16);
        return new UUID(window.longBits(), window.longBits());
    }

    private UUID rareUuid(int head) {
        byte[] bytes = byteString(head);
        if (bytes.length != 16) {
            throw window.malformed("UUID: limit=16 bytes, actual=" + bytes.length);
        }
        return new UUID(BigEndian.getLong(bytes, 0), BigEndian.getLong(bytes, 8));
    }

    private BigInteger big(boolean negative) {
        byte[] magnitude = byteString(window.head());
        if (magnitude.length >= Integer.MAX_VALUE / 8) {
            throw window.malformed(
                    "big integer: limit=" + Integer.MAX_VALUE / 8 + " bytes, actual=" + magnitude.length);
        }
        BigInteger number = new BigInteger(1, magnitude);
        return negative ? number.not() : number;
    }

    private byte[] byteString(int head) {
        if (head >>> 5 != 2) {
            throw unexpected(head, "a byte string");
        }
        return strings.bytes(head);
    }

    private BigDecimal decimal() {
        int head = window.head();
        if (head != (MajorTypes.ARRAY | 2) && head != 0x9f) {
            throw unexpected(head, "an array of exponent and mantissa");
        }
        long exponent = times.integer(window.head());
        if (-exponent < Integer.MIN_VALUE || -exponent > Integer.MAX_VALUE) {
            throw window.malformed("decimal exponent: limit=32 bits, actual=" + exponent);
        }
        BigInteger mantissa = mantissa();
        if (head == 0x9f && !window.atBreak()) {
            throw window.malformed("a decimal has more than exponent and mantissa");
        }
        return new BigDecimal(mantissa, (int) -exponent);
    }

    private BigInteger mantissa() {
        int head = window.head();
        if (head == (MajorTypes.TAG | CborTags.POSITIVE_BIG) || head == (MajorTypes.TAG | CborTags.NEGATIVE_BIG)) {
            return big(head == (MajorTypes.TAG | CborTags.NEGATIVE_BIG));
        } else if (head >>> 5 > 1) {
            throw unexpected(head, "an integer");
        }
        BigInteger number = Unsigned.big(window.argument(head));
        return head >>> 5 == 0 ? number : number.not();
    }

    private float[] floats() {
        int head = window.head();
        if (head >>> 5 == 6) {
            return arrays.floats(window.argument(head));
        } else if (head >>> 5 != 4) {
            throw unexpected(head, "an array of numbers");
        }
        boolean indefinite = head == 0x9f;
        float[] floats = new float[indefinite ? 4 : window.length(head, 1)];
        int size = 0;
        for (; indefinite ? !window.atBreak() : size < floats.length; size++) {
            if (size == floats.length) {
                floats = Arrays.copyOf(floats, 2 * size);
            }
            floats[size] = number();
        }
        return Arrays.copyOf(floats, size);
    }

    private float number() {
        int head = window.head();
        return switch (head) {
            case 0xf9 -> HalfFloat.toFloat((short) window.argument(head));
            case 0xfa -> Float.intBitsToFloat((int) window.argument(head));
            case 0xfb -> (float) Double.longBitsToDouble(window.argument(head));
            default -> times.integer(head);
        };
    }

    private <T> T[] array(Class<T> type, int depth) {
        @Nullable Object[] items = elements(arrayHead(depth));
        for (Object item : items) {
            if (!type.isInstance(item)) {
                throw window.malformed("an array of " + type.getSimpleName() + " has another element");
            }
        }
        return typedCopy(items, type);
    }

    @SuppressWarnings("unchecked") // an array of T is what arrayType().cast() would answer
    private static <T> T[] typedCopy(@Nullable Object[] items, Class<T> type) {
        return Arrays.copyOf(items, items.length, (Class<T[]>) type.arrayType());
    }

    /** RFC 8746 section 3.2: an array whose elements have one type; when that is no array of ours, a list. */
    private Object homogeneous(int depth) {
        @Nullable Object[] items = elements(arrayHead(depth));
        Class<?> type = items.length == 0 || items[0] == null ? Object.class : items[0].getClass();
        boolean same = Stored.isElementType(type);
        for (int i = 0; same && i < items.length; i++) {
            same = type.isInstance(items[i]);
        }
        return same ? typedCopy(items, type) : new ListValue(items);
    }

    private int arrayHead(int depth) {
        int head = window.head();
        if (head >>> 5 != 4) {
            throw unexpected(head, "an array");
        } else if (depth >= LEAF) {
            throw unexpected(head, "a scalar inside a typed array");
        }
        return head;
    }

    private @Nullable Object[] elements(int head) {
        return values.items(head, LEAF);
    }

    private IpcException unexpected(int head, String wanted) {
        return unexpected(window, head, wanted);
    }

    static IpcException unexpected(ByteWindow window, int head, String wanted) {
        window.at--;
        return window.malformed("wanted " + wanted + ", found head 0x" + Integer.toHexString(head));
    }
}
