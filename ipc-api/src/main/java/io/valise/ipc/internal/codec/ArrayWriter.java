package io.valise.ipc.internal.codec;

import io.valise.ipc.Point;
import io.valise.ipc.Rect;
import io.valise.ipc.Size;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Primitive arrays as typed arrays of RFC 8746: little-endian, which on common hardware makes a large one a copy of
 * memory. Short ones are written element by element, because the view that a copy needs is an object.
 */
final class ArrayWriter {
    private static final int BULK_BYTES = 256;

    private ArrayWriter() {}

    static int bytes(ByteBuffer dst, int at, byte[] array) {
        int start = HeadWriter.head(dst, at, HeadWriter.BYTES, array.length);
        dst.put(start, array);
        return start + array.length;
    }

    static int shorts(ByteBuffer dst, int at, short[] array) {
        int start = typedArray(dst, at, CborTags.INT16_LE, 2L * array.length);
        if (array.length > BULK_BYTES / 2) {
            littleEndian(dst, start, 2 * array.length).asShortBuffer().put(array);
        } else {
            for (int i = 0; i < array.length; i++) {
                dst.putShort(start + 2 * i, Short.reverseBytes(array[i]));
            }
        }
        return start + 2 * array.length;
    }

    static int chars(ByteBuffer dst, int at, char[] array) {
        int inner = HeadWriter.typed(dst, at, CborTags.CHAR16_ARRAY);
        int start = typedArray(dst, inner, CborTags.UINT16_LE, 2L * array.length);
        if (array.length > BULK_BYTES / 2) {
            littleEndian(dst, start, 2 * array.length).asCharBuffer().put(array);
        } else {
            for (int i = 0; i < array.length; i++) {
                dst.putChar(start + 2 * i, Character.reverseBytes(array[i]));
            }
        }
        return start + 2 * array.length;
    }

    static int ints(ByteBuffer dst, int at, int[] array) {
        int start = typedArray(dst, at, CborTags.INT32_LE, 4L * array.length);
        if (array.length > BULK_BYTES / 4) {
            littleEndian(dst, start, 4 * array.length).asIntBuffer().put(array);
        } else {
            for (int i = 0; i < array.length; i++) {
                dst.putInt(start + 4 * i, Integer.reverseBytes(array[i]));
            }
        }
        return start + 4 * array.length;
    }

    static int longs(ByteBuffer dst, int at, long[] array) {
        int start = typedArray(dst, at, CborTags.INT64_LE, 8L * array.length);
        if (array.length > BULK_BYTES / 8) {
            littleEndian(dst, start, 8 * array.length).asLongBuffer().put(array);
        } else {
            for (int i = 0; i < array.length; i++) {
                dst.putLong(start + 8 * i, Long.reverseBytes(array[i]));
            }
        }
        return start + 8 * array.length;
    }

    static int floats(ByteBuffer dst, int at, float[] array) {
        int start = typedArray(dst, at, CborTags.FLOAT32_LE, 4L * array.length);
        if (array.length > BULK_BYTES / 4) {
            littleEndian(dst, start, 4 * array.length).asFloatBuffer().put(array);
        } else {
            for (int i = 0; i < array.length; i++) {
                littleFloat(dst, start + 4 * i, array[i]);
            }
        }
        return start + 4 * array.length;
    }

    static int doubles(ByteBuffer dst, int at, double[] array) {
        int start = typedArray(dst, at, CborTags.FLOAT64_LE, 8L * array.length);
        if (array.length > BULK_BYTES / 8) {
            littleEndian(dst, start, 8 * array.length).asDoubleBuffer().put(array);
        } else {
            for (int i = 0; i < array.length; i++) {
                dst.putLong(start + 8 * i, Long.reverseBytes(Double.doubleToRawLongBits(array[i])));
            }
        }
        return start + 8 * array.length;
    }

    /** A plain array of true and false, one byte each, eight at a time. */
    static int booleans(ByteBuffer dst, int at, boolean[] array) {
        int start =
                HeadWriter.head(dst, HeadWriter.typed(dst, at, CborTags.BOOLEAN_ARRAY), HeadWriter.ARRAY, array.length);
        int i = 0;
        for (; i + 8 <= array.length; i += 8) {
            dst.putInt(start + i, simple4(array, i));
            dst.putInt(start + i + 4, simple4(array, i + 4));
        }
        for (; i < array.length; i++) {
            dst.put(start + i, (byte) simple(array[i]));
        }
        return start + array.length;
    }

    private static int simple4(boolean[] array, int i) {
        return simple(array[i]) << 24 | simple(array[i + 1]) << 16 | simple(array[i + 2]) << 8 | simple(array[i + 3]);
    }

    private static int simple(boolean value) {
        return value ? 0xf5 : 0xf4;
    }

    static int points(ByteBuffer dst, int at, Point[] array) {
        int index = floatArray(dst, at, CborTags.POINT_ARRAY, 8L * array.length);
        for (Point point : array) {
            littleFloat(dst, index, point.x());
            littleFloat(dst, index + 4, point.y());
            index += 8;
        }
        return index;
    }

    static int sizes(ByteBuffer dst, int at, Size[] array) {
        int index = floatArray(dst, at, CborTags.SIZE_ARRAY, 8L * array.length);
        for (Size size : array) {
            littleFloat(dst, index, size.width());
            littleFloat(dst, index + 4, size.height());
            index += 8;
        }
        return index;
    }

    static int rects(ByteBuffer dst, int at, Rect[] array) {
        int index = floatArray(dst, at, CborTags.RECT_ARRAY, 16L * array.length);
        for (Rect rect : array) {
            littleFloat(dst, index, rect.x());
            littleFloat(dst, index + 4, rect.y());
            littleFloat(dst, index + 8, rect.width());
            littleFloat(dst, index + 12, rect.height());
            index += 16;
        }
        return index;
    }

    private static int floatArray(ByteBuffer dst, int at, int typeNumber, long bytes) {
        return typedArray(dst, HeadWriter.typed(dst, at, typeNumber), CborTags.FLOAT32_LE, bytes);
    }

    private static void littleFloat(ByteBuffer dst, int at, float value) {
        dst.putInt(at, Integer.reverseBytes(Float.floatToRawIntBits(value)));
    }

    /** Tag and head; an array that no buffer can hold ends here rather than in an overflow of the index. */
    private static int typedArray(ByteBuffer dst, int at, int tag, long bytes) {
        if (bytes > dst.limit() - at) {
            throw new IndexOutOfBoundsException(bytes + " bytes at " + at + ", limit " + dst.limit());
        }
        dst.putShort(at, (short) (0xd800 | tag));
        return HeadWriter.head(dst, at + 2, HeadWriter.BYTES, (int) bytes);
    }

    private static ByteBuffer littleEndian(ByteBuffer dst, int at, int bytes) {
        return dst.slice(at, bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
