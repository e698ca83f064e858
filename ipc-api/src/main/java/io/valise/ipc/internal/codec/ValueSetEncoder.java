package io.valise.ipc.internal.codec;

import io.valise.ipc.Point;
import io.valise.ipc.Rect;
import io.valise.ipc.Size;
import io.valise.ipc.ValueSet;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Writes value sets as CBOR (docs/protocol-valueset.md). Stateless: safe for use by any thread, each with its own buffer. */
public final class ValueSetEncoder {
    private static final ValueSetAccess ACCESS = ValueSetAccess.get();

    private ValueSetEncoder() {}

    /** An upper bound of the bytes that {@link #encode} writes; for large arrays and ASCII text close, else generous. */
    public static long sizeBound(ValueSet v) {
        return SizeBound.of(v);
    }

    /**
     * Writes a set at the buffer's position and advances it. Bytes between the new position and the limit may have been
     * overwritten. Allocates nothing but for BigInteger, BigDecimal and large primitive arrays (a view each).
     *
     * @param dst a big-endian buffer, heap or direct
     * @throws BufferOverflowException when the set does not fit below the limit; the position is then unchanged
     */
    public static void encode(ValueSet v, ByteBuffer dst) {
        try {
            dst.position(set(dst, dst.position(), v));
        } catch (IndexOutOfBoundsException absolutePut) {
            throw (BufferOverflowException) new BufferOverflowException().initCause(absolutePut);
        }
    }

    private static int set(ByteBuffer dst, int at, ValueSet set) {
        @Nullable Object[] pairs = ACCESS.pairs(set);
        int next = HeadWriter.head(dst, at, HeadWriter.MAP, pairs.length >> 1);
        for (int i = 0; i + 1 < pairs.length; i += 2) {
            next = KeyWriter.key(dst, next, (String) Objects.requireNonNull(pairs[i]));
            next = value(dst, next, pairs[i + 1]);
        }
        return next;
    }

    private static int list(ByteBuffer dst, int at, ListValue list) {
        @Nullable Object[] items = list.items();
        int next = HeadWriter.head(dst, at, HeadWriter.ARRAY, items.length);
        for (Object item : items) {
            next = value(dst, next, item);
        }
        return next;
    }

    /** The frequent types; a chain of class comparisons is cheaper than any table. */
    private static int value(ByteBuffer dst, int at, @Nullable Object value) {
        if (value == null) {
            dst.put(at, (byte) 0xf6);
            return at + 1;
        }
        Class<?> type = value.getClass();
        if (type == String.class) {
            return TextWriter.text(dst, at, (String) value);
        } else if (type == Integer.class) {
            return HeadWriter.intValue(dst, at, (Integer) value);
        } else if (type == Long.class) {
            return HeadWriter.longValue(dst, at, (Long) value);
        } else if (type == Double.class) {
            return HeadWriter.doubleValue(dst, at, (Double) value);
        } else if (type == Boolean.class) {
            dst.put(at, (byte) ((Boolean) value ? 0xf5 : 0xf4));
            return at + 1;
        } else if (type == Instant.class) {
            return ObjectWriter.instant(dst, at, (Instant) value);
        } else if (type == UUID.class) {
            return ObjectWriter.uuid(dst, at, (UUID) value);
        } else if (type == ValueSet.class) {
            return set(dst, at, (ValueSet) value);
        } else if (type == ListValue.class) {
            return list(dst, at, (ListValue) value);
        }
        return type.isArray() ? array(dst, at, value) : rare(dst, at, value);
    }

    private static int rare(ByteBuffer dst, int at, Object value) {
        if (value instanceof Duration duration) {
            return ObjectWriter.duration(dst, at, duration);
        } else if (value instanceof Float number) {
            return HeadWriter.floatValue(dst, at, number);
        } else if (value instanceof Short number) {
            return HeadWriter.shortValue(dst, at, number);
        } else if (value instanceof Byte number) {
            return HeadWriter.byteValue(dst, at, number);
        } else if (value instanceof Character c) {
            return HeadWriter.charValue(dst, HeadWriter.typed(dst, at, CborTags.CHAR16), c);
        } else if (value instanceof Unsigned number) {
            return HeadWriter.unsigned(dst, at, number);
        } else if (value instanceof BigInteger number) {
            return ObjectWriter.bigInteger(dst, at, number);
        } else if (value instanceof BigDecimal number) {
            return ObjectWriter.bigDecimal(dst, at, number);
        }
        return shape(dst, at, value);
    }

    private static int shape(ByteBuffer dst, int at, Object value) {
        if (value instanceof Point point) {
            return ObjectWriter.point(dst, at, point);
        } else if (value instanceof Size size) {
            return ObjectWriter.size(dst, at, size);
        } else if (value instanceof Rect rect) {
            return ObjectWriter.rect(dst, at, rect);
        }
        throw new IllegalStateException("a ValueSet stored " + value.getClass().getName());
    }

    private static int array(ByteBuffer dst, int at, Object value) {
        if (value instanceof byte[] array) {
            return ArrayWriter.bytes(dst, at, array);
        } else if (value instanceof int[] array) {
            return ArrayWriter.ints(dst, at, array);
        } else if (value instanceof long[] array) {
            return ArrayWriter.longs(dst, at, array);
        } else if (value instanceof double[] array) {
            return ArrayWriter.doubles(dst, at, array);
        } else if (value instanceof float[] array) {
            return ArrayWriter.floats(dst, at, array);
        } else if (value instanceof short[] array) {
            return ArrayWriter.shorts(dst, at, array);
        } else if (value instanceof char[] array) {
            return ArrayWriter.chars(dst, at, array);
        } else if (value instanceof boolean[] array) {
            return ArrayWriter.booleans(dst, at, array);
        }
        return objectArray(dst, at, value);
    }

    private static int objectArray(ByteBuffer dst, int at, Object value) {
        if (value instanceof String[] array) {
            return ObjectWriter.strings(dst, at, array);
        } else if (value instanceof Instant[] array) {
            return ObjectWriter.instants(dst, at, array);
        } else if (value instanceof Duration[] array) {
            return ObjectWriter.durations(dst, at, array);
        } else if (value instanceof UUID[] array) {
            return ObjectWriter.uuids(dst, at, array);
        } else if (value instanceof BigInteger[] array) {
            return ObjectWriter.bigIntegers(dst, at, array);
        } else if (value instanceof BigDecimal[] array) {
            return ObjectWriter.bigDecimals(dst, at, array);
        }
        return shapeArray(dst, at, value);
    }

    private static int shapeArray(ByteBuffer dst, int at, Object value) {
        if (value instanceof Point[] array) {
            return ArrayWriter.points(dst, at, array);
        } else if (value instanceof Size[] array) {
            return ArrayWriter.sizes(dst, at, array);
        } else if (value instanceof Rect[] array) {
            return ArrayWriter.rects(dst, at, array);
        }
        throw new IllegalStateException("a ValueSet stored " + value.getClass().getName());
    }
}
