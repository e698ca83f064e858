package io.valise.ipc.internal.encode;

import io.valise.ipc.Point;
import io.valise.ipc.Rect;
import io.valise.ipc.Size;
import io.valise.ipc.internal.cbor.BigEndian;
import io.valise.ipc.internal.cbor.CborTags;
import io.valise.ipc.internal.cbor.MajorTypes;
import io.valise.ipc.internal.value.UnsignedArray;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Primitive arrays as typed arrays of RFC 8746: little-endian, which on common hardware makes a large one a copy of
 * memory. Short ones are written element by element, because the view that a copy needs is an object. Arrays of unsigned
 * numbers are big-endian.
 */
final class ArrayWriter {
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ORDER);
    private static final VarHandle CHAR = MethodHandles.byteArrayViewVarHandle(char[].class, ORDER);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ORDER);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ORDER);
    private static final VarHandle FLOAT = MethodHandles.byteArrayViewVarHandle(float[].class, ORDER);
    private static final VarHandle DOUBLE = MethodHandles.byteArrayViewVarHandle(double[].class, ORDER);

    /** The most that comes before the elements: tag of ours, tag, head. */
    private static final int HEADS = 5 + 2 + 5;

    private static final int LARGE = Stage.LARGE;
    private static final int BOOLEANS_AT_ONCE = 1_024;

    private ArrayWriter() {}

    static int bytes(ByteBuffer dst, byte[] out, int at, byte[] array) {
        int start = HeadWriter.head(out, Stage.room(dst, out, at, HEADS), MajorTypes.BYTES, array.length);
        return Stage.copy(dst, out, start, array, 0, array.length);
    }

    static int shorts(ByteBuffer dst, byte[] out, int at, short[] array) {
        int start = typedArray(dst, out, at, CborTags.INT16_LE, 2L * array.length);
        if (array.length > LARGE / 2) {
            Stage.direct(dst, out, start, 2L * array.length, ORDER)
                    .asShortBuffer()
                    .put(array);
            return 0;
        }
        for (int i = 0; i < array.length; i++) {
            SHORT.set(out, start + 2 * i, array[i]);
        }
        return start + 2 * array.length;
    }

    static int chars(ByteBuffer dst, byte[] out, int at, char[] array) {
        int inner = HeadWriter.typed(out, Stage.room(dst, out, at, HEADS + LARGE), CborTags.CHAR16_ARRAY);
        int start = typedArray(dst, out, inner, CborTags.UINT16_LE, 2L * array.length);
        if (array.length > LARGE / 2) {
            Stage.direct(dst, out, start, 2L * array.length, ORDER)
                    .asCharBuffer()
                    .put(array);
            return 0;
        }
        for (int i = 0; i < array.length; i++) {
            CHAR.set(out, start + 2 * i, array[i]);
        }
        return start + 2 * array.length;
    }

    static int ints(ByteBuffer dst, byte[] out, int at, int[] array) {
        int start = typedArray(dst, out, at, CborTags.INT32_LE, 4L * array.length);
        if (array.length > LARGE / 4) {
            Stage.direct(dst, out, start, 4L * array.length, ORDER)
                    .asIntBuffer()
                    .put(array);
            return 0;
        }
        for (int i = 0; i < array.length; i++) {
            INT.set(out, start + 4 * i, array[i]);
        }
        return start + 4 * array.length;
    }

    static int longs(ByteBuffer dst, byte[] out, int at, long[] array) {
        int start = typedArray(dst, out, at, CborTags.INT64_LE, 8L * array.length);
        if (array.length > LARGE / 8) {
            Stage.direct(dst, out, start, 8L * array.length, ORDER)
                    .asLongBuffer()
                    .put(array);
            return 0;
        }
        for (int i = 0; i < array.length; i++) {
            LONG.set(out, start + 8 * i, array[i]);
        }
        return start + 8 * array.length;
    }

    static int floats(ByteBuffer dst, byte[] out, int at, float[] array) {
        int start = typedArray(dst, out, at, CborTags.FLOAT32_LE, 4L * array.length);
        if (array.length > LARGE / 4) {
            Stage.direct(dst, out, start, 4L * array.length, ORDER)
                    .asFloatBuffer()
                    .put(array);
            return 0;
        }
        for (int i = 0; i < array.length; i++) {
            FLOAT.set(out, start + 4 * i, array[i]);
        }
        return start + 4 * array.length;
    }

    static int doubles(ByteBuffer dst, byte[] out, int at, double[] array) {
        int start = typedArray(dst, out, at, CborTags.FLOAT64_LE, 8L * array.length);
        if (array.length > LARGE / 8) {
            Stage.direct(dst, out, start, 8L * array.length, ORDER)
                    .asDoubleBuffer()
                    .put(array);
            return 0;
        }
        for (int i = 0; i < array.length; i++) {
            DOUBLE.set(out, start + 8 * i, array[i]);
        }
        return start + 8 * array.length;
    }

    static int unsigned(ByteBuffer dst, byte[] out, int at, UnsignedArray array) {
        int tag = switch (array.bits()) {
            case 16 -> CborTags.UINT16_BE;
            case 32 -> CborTags.UINT32_BE;
            default -> CborTags.UINT64_BE;
        };
        int start = typedArray(dst, out, at, tag, array.byteLength());
        array.copyTo(Stage.direct(dst, out, start, array.byteLength(), ByteOrder.BIG_ENDIAN));
        return 0;
    }

    /** A plain array of true and false, one byte each. */
    static int booleans(ByteBuffer dst, byte[] out, int at, boolean[] array) {
        int next = HeadWriter.typed(out, Stage.room(dst, out, at, HEADS), CborTags.BOOLEAN_ARRAY);
        next = HeadWriter.head(out, next, MajorTypes.ARRAY, array.length);
        for (int from = 0; from < array.length; from += BOOLEANS_AT_ONCE) {
            int to = Math.min(array.length, from + BOOLEANS_AT_ONCE);
            next = booleans(out, Stage.room(dst, out, next, to - from), array, from, to);
        }
        return next;
    }

    private static int booleans(byte[] out, int at, boolean[] array, int from, int to) {
        for (int i = from; i < to; i++) {
            out[at + i - from] = (byte) (0xf4 | (array[i] ? 1 : 0)); // no branch
        }
        return at + to - from;
    }

    static int points(ByteBuffer dst, byte[] out, int at, Point[] array) {
        int next = floatArray(dst, out, at, CborTags.POINT_ARRAY, 8L * array.length);
        for (Point point : array) {
            next = Stage.room(dst, out, next, 8);
            FLOAT.set(out, next, point.x());
            FLOAT.set(out, next + 4, point.y());
            next += 8;
        }
        return next;
    }

    static int sizes(ByteBuffer dst, byte[] out, int at, Size[] array) {
        int next = floatArray(dst, out, at, CborTags.SIZE_ARRAY, 8L * array.length);
        for (Size size : array) {
            next = Stage.room(dst, out, next, 8);
            FLOAT.set(out, next, size.width());
            FLOAT.set(out, next + 4, size.height());
            next += 8;
        }
        return next;
    }

    static int rects(ByteBuffer dst, byte[] out, int at, Rect[] array) {
        int next = floatArray(dst, out, at, CborTags.RECT_ARRAY, 16L * array.length);
        for (Rect rect : array) {
            next = Stage.room(dst, out, next, 16);
            FLOAT.set(out, next, rect.x());
            FLOAT.set(out, next + 4, rect.y());
            FLOAT.set(out, next + 8, rect.width());
            FLOAT.set(out, next + 12, rect.height());
            next += 16;
        }
        return next;
    }

    private static int floatArray(ByteBuffer dst, byte[] out, int at, int typeNumber, long bytes) {
        int inner = HeadWriter.typed(out, Stage.room(dst, out, at, HEADS + LARGE), typeNumber);
        return typedArray(dst, out, inner, CborTags.FLOAT32_LE, bytes);
    }

    /** Tag and head; a short array has room behind them. The length is checked before any element is written. */
    private static int typedArray(ByteBuffer dst, byte[] out, int at, int tag, long bytes) {
        int start = Stage.room(dst, out, at, HEADS + LARGE);
        Stage.requireFits(dst, bytes);
        BigEndian.putShort(out, start, 0xd800 | tag);
        return HeadWriter.head(out, start + 2, MajorTypes.BYTES, (int) bytes);
    }
}
