package io.valise.ipc.internal.encode;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.Point;
import io.valise.ipc.Rect;
import io.valise.ipc.Size;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.cbor.CborTags;
import io.valise.ipc.internal.cbor.MajorTypes;
import io.valise.ipc.internal.value.ListValue;
import io.valise.ipc.internal.value.Unsigned;
import io.valise.ipc.internal.value.UnsignedArray;
import io.valise.ipc.internal.value.ValueSetAccess;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Writes value sets as CBOR (docs/protocol-valueset.md). Stateless: safe for use by any thread, each with its own buffer. */
public final class ValueSetEncoder {
    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    /** What every value but text, lists, sets, arrays and big numbers takes at most: a Rect takes 26 bytes. */
    static final int SMALL = 32;

    private static final ValueSetAccess ACCESS = ValueSetAccess.get();

    private ValueSetEncoder() {}

    /** An upper bound of the bytes that {@link #encode} writes; for large arrays and ASCII text close, else generous. */
    public static long sizeBound(ValueSet v) {
        return SizeBound.of(v);
    }

    /**
     * Writes a set at the buffer's position and advances it. Allocates nothing but for BigInteger, BigDecimal, large
     * primitive arrays and arrays of unsigned numbers (a view each).
     *
     * @param dst a buffer, heap or direct
     * @throws BufferOverflowException when the set does not fit below the limit; the position is then unchanged
     */
    public static void encode(ValueSet v, ByteBuffer dst) {
        byte[] out = StagePool.take();
        int start = dst.position();
        int end = start;
        try {
            Stage.flush(dst, out, set(dst, out, 0, v));
            end = dst.position();
        } finally {
            dst.position(end);
            StagePool.giveBack(out);
        }
    }

    private static int set(ByteBuffer dst, byte[] out, int at, ValueSet set) {
        @Nullable Object[] pairs = ACCESS.pairs(set);
        long asciiTexts = ACCESS.asciiTexts(set);
        int next = HeadWriter.head(out, at, MajorTypes.MAP, pairs.length >> 1);
        for (int i = 0; i + 1 < pairs.length; i += 2) {
            next = KeyWriter.key(dst, out, next, (String) Objects.requireNonNull(pairs[i]));
            next = value(dst, out, next, pairs[i + 1], asciiTexts);
            asciiTexts >>>= 1;
        }
        return next;
    }

    private static int list(ByteBuffer dst, byte[] out, int at, ListValue list) {
        @Nullable Object[] items = list.items();
        int next = HeadWriter.head(out, at, MajorTypes.ARRAY, items.length);
        for (Object item : items) {
            next = value(dst, out, Stage.room(dst, out, next, SMALL), item, 0);
        }
        return next;
    }

    /**
     * The frequent types; a chain of class comparisons is cheaper than any table. There is room for a small value; a text
     * is known to be ASCII when the lowest bit is set.
     */
    private static int value(ByteBuffer dst, byte[] out, int at, @Nullable Object value, long asciiTexts) {
        if (value == null) {
            out[at] = (byte) 0xf6;
            return at + 1;
        }
        Class<?> type = value.getClass();
        if (type == String.class) {
            return TextWriter.text(dst, out, at, (String) value, (asciiTexts & 1) != 0);
        } else if (type == Integer.class) {
            return HeadWriter.intValue(out, at, (Integer) value);
        } else if (type == Long.class) {
            return HeadWriter.longValue(out, at, (Long) value);
        } else if (type == Double.class) {
            return HeadWriter.doubleValue(out, at, (Double) value);
        } else if (type == Boolean.class) {
            out[at] = (byte) ((Boolean) value ? 0xf5 : 0xf4);
            return at + 1;
        } else if (type == Instant.class) {
            return ObjectWriter.instant(out, at, (Instant) value);
        } else if (type == UUID.class) {
            return ObjectWriter.uuid(out, at, (UUID) value);
        } else if (type == ValueSet.class) {
            return set(dst, out, at, (ValueSet) value);
        } else if (type == ListValue.class) {
            return list(dst, out, at, (ListValue) value);
        }
        return type.isArray() ? array(dst, out, at, value) : rare(dst, out, at, value);
    }

    private static int rare(ByteBuffer dst, byte[] out, int at, Object value) {
        if (value instanceof Duration duration) {
            return ObjectWriter.duration(out, at, duration);
        } else if (value instanceof Float number) {
            return HeadWriter.floatValue(out, at, number);
        } else if (value instanceof Short number) {
            return HeadWriter.shortValue(out, at, number);
        } else if (value instanceof Byte number) {
            return HeadWriter.byteValue(out, at, number);
        } else if (value instanceof Character c) {
            return HeadWriter.charValue(out, HeadWriter.typed(out, at, CborTags.CHAR16), c);
        } else if (value instanceof Unsigned number) {
            return HeadWriter.unsigned(out, at, number);
        } else if (value instanceof UnsignedArray array) {
            return ArrayWriter.unsigned(dst, out, at, array);
        } else if (value instanceof BigInteger number) {
            return ObjectWriter.bigInteger(dst, out, at, number);
        } else if (value instanceof BigDecimal number) {
            return ObjectWriter.bigDecimal(dst, out, at, number);
        }
        return shape(out, at, value);
    }

    private static int shape(byte[] out, int at, Object value) {
        if (value instanceof Point point) {
            return ObjectWriter.point(out, at, point);
        } else if (value instanceof Size size) {
            return ObjectWriter.size(out, at, size);
        } else if (value instanceof Rect rect) {
            return ObjectWriter.rect(out, at, rect);
        }
        throw new IllegalStateException("a ValueSet stored " + value.getClass().getName());
    }

    private static int array(ByteBuffer dst, byte[] out, int at, Object value) {
        if (value instanceof byte[] array) {
            return ArrayWriter.bytes(dst, out, at, array);
        } else if (value instanceof int[] array) {
            return ArrayWriter.ints(dst, out, at, array);
        } else if (value instanceof long[] array) {
            return ArrayWriter.longs(dst, out, at, array);
        } else if (value instanceof double[] array) {
            return ArrayWriter.doubles(dst, out, at, array);
        } else if (value instanceof float[] array) {
            return ArrayWriter.floats(dst, out, at, array);
        } else if (value instanceof short[] array) {
            return ArrayWriter.shorts(dst, out, at, array);
        } else if (value instanceof char[] array) {
            return ArrayWriter.chars(dst, out, at, array);
        } else if (value instanceof boolean[] array) {
            return ArrayWriter.booleans(dst, out, at, array);
        }
        return objectArray(dst, out, at, value);
    }

    private static int objectArray(ByteBuffer dst, byte[] out, int at, Object value) {
        if (value instanceof String[] array) {
            return ObjectWriter.strings(dst, out, at, array);
        } else if (value instanceof Instant[] array) {
            return ObjectWriter.instants(dst, out, at, array);
        } else if (value instanceof Duration[] array) {
            return ObjectWriter.durations(dst, out, at, array);
        } else if (value instanceof UUID[] array) {
            return ObjectWriter.uuids(dst, out, at, array);
        } else if (value instanceof BigInteger[] array) {
            return ObjectWriter.bigIntegers(dst, out, at, array);
        } else if (value instanceof BigDecimal[] array) {
            return ObjectWriter.bigDecimals(dst, out, at, array);
        }
        return shapeArray(dst, out, at, value);
    }

    private static int shapeArray(ByteBuffer dst, byte[] out, int at, Object value) {
        if (value instanceof Point[] array) {
            return ArrayWriter.points(dst, out, at, array);
        } else if (value instanceof Size[] array) {
            return ArrayWriter.sizes(dst, out, at, array);
        } else if (value instanceof Rect[] array) {
            return ArrayWriter.rects(dst, out, at, array);
        }
        throw new IllegalStateException("a ValueSet stored " + value.getClass().getName());
    }

    /** A value set as an array of its own; {@code MESSAGE_TOO_LARGE} when none can hold it. */
    public static byte[] bytes(ValueSet set) {
        long bound = sizeBound(set);
        if (bound > LARGEST_ARRAY) {
            throw new IpcException(
                    IpcStatus.MESSAGE_TOO_LARGE,
                    "ValueSet: limit=" + LARGEST_ARRAY + " bytes, actual=up to " + bound + "; send it in parts",
                    Delivery.NOT_SENT);
        }
        ByteBuffer buffer = ByteBuffer.allocate((int) bound);
        encode(set, buffer);
        return Arrays.copyOf(buffer.array(), buffer.position());
    }
}
