package io.valise.ipc.internal.decode;

import io.valise.ipc.IpcException;
import io.valise.ipc.internal.cbor.BigEndian;
import io.valise.ipc.internal.cbor.CborTags;
import io.valise.ipc.internal.cbor.HalfFloat;
import io.valise.ipc.internal.value.UnsignedArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** Typed arrays of RFC 8746, big- and little-endian, as Java arrays; those without sign as what a ValueSet stores. */
final class TypedArrayReader {
    private static final int BULK_BYTES = 256;
    private static final int CHUNK = 1_024;

    private final ByteWindow window;
    private final StringReader strings;
    private final ValueSetDecoder values;
    private final ByteBuffer small;

    TypedArrayReader(ByteWindow window, StringReader strings, ValueSetDecoder values) {
        this.values = values;
        this.window = window;
        this.strings = strings;
        small = ByteBuffer.wrap(window.bytes);
    }

    /** The array of a tag from 64 to 87 that was read: its low five bits are fsell. */
    Object array(int tag) {
        return switch (tag & 0x1b) { // without endianness
            case 0x00, 0x08 -> octets(tag);
            case 0x01 -> UnsignedArray.of(chars(tag));
            case 0x02 -> UnsignedArray.of(ints(tag));
            case 0x03 -> UnsignedArray.of(longs(tag));
            case 0x09 -> shorts(tag);
            case 0x0a -> ints(tag);
            case 0x0b -> longs(tag);
            case 0x10 -> halves(shorts(tag));
            case 0x11 -> singles(tag);
            case 0x12 -> doubles(tag);
            default -> throw window.malformed("typed array of 128-bit floats (tag " + tag + ") has no counterpart");
        };
    }

    /** Numbers of a shape below a tag that was read: any array of floats. */
    float[] floats(long tag) {
        if (tag == CborTags.FLOAT32_LE || tag == CborTags.FLOAT32_LE - 4) {
            return singles((int) tag);
        } else if (tag == 80 || tag == 84) {
            return halves(shorts((int) tag));
        }
        throw window.malformed("wanted an array of 32-bit floats, found tag " + Long.toUnsignedString(tag));
    }

    /** An array of UTF-16 units: its tag too. */
    char[] chars() {
        int head = window.head();
        long tag = head >>> 5 == 6 ? window.argument(head) : -1;
        if (tag != CborTags.UINT16_LE && tag != CborTags.UINT16_BE) {
            throw window.malformed("wanted a typed array of 16 bits without sign (tag 65 or 69)");
        }
        return chars((int) tag);
    }

    /** A plain array of true and false: its head too. */
    boolean[] booleans(int leafDepth) {
        int head = window.head();
        if (head >>> 5 != 4) {
            throw TagReader.unexpected(window, head, "an array of true and false");
        } else if (head == 0x9f) {
            return booleans(values.items(head, leafDepth));
        }
        boolean[] array = new boolean[window.length(head, 1)];
        for (int from = 0; from < array.length; from += CHUNK) {
            booleans(array, from, Math.min(array.length, from + CHUNK));
        }
        return array;
    }

    private void booleans(boolean[] array, int from, int to) {
        window.need(to - from);
        int base = window.at - from;
        checkBooleans(window.at, to - from);
        for (int i = from; i < to; i++) {
            array[i] = (window.bytes[base + i] & 1) != 0;
        }
        window.at = base + to;
    }

    /** Looks at eight at a time, and for the culprit only when there is one. */
    private void checkBooleans(int at, int length) {
        long other = 0;
        int i = 0;
        for (; i + 8 <= length; i += 8) {
            other |= BigEndian.getLong(window.bytes, at + i) ^ 0xf4f4_f4f4_f4f4_f4f4L;
        }
        for (; i < length; i++) {
            other |= (window.bytes[at + i] ^ 0xf4) & 0xff;
        }
        if ((other & 0xfefe_fefe_fefe_fefeL) != 0) {
            throw notBoolean(at);
        }
    }

    private IpcException notBoolean(int from) {
        window.at = from;
        while ((window.bytes[window.at] & 0xfe) == 0xf4) {
            window.at++;
        }
        return window.malformed("array of booleans has head 0x" + Integer.toHexString(window.bytes[window.at] & 0xff));
    }

    private boolean[] booleans(@Nullable Object[] items) {
        boolean[] array = new boolean[items.length];
        for (int i = 0; i < array.length; i++) {
            if (!(items[i] instanceof Boolean item)) {
                throw window.malformed("array of booleans has another element");
            }
            array[i] = item;
        }
        return array;
    }

    private byte[] octets(int tag) {
        if (tag == 76) {
            throw window.malformed("tag 76 is reserved by RFC 8746");
        }
        return strings.bytes(bytesHead());
    }

    private short[] shorts(int tag) {
        ByteBuffer data = data(tag, 2);
        short[] array = new short[data.remaining() / 2];
        if (data.remaining() > BULK_BYTES) {
            data.asShortBuffer().get(array);
        } else {
            for (int i = 0; i < array.length; i++) {
                array[i] = data.getShort();
            }
        }
        return array;
    }

    private char[] chars(int tag) {
        ByteBuffer data = data(tag, 2);
        char[] array = new char[data.remaining() / 2];
        if (data.remaining() > BULK_BYTES) {
            data.asCharBuffer().get(array);
        } else {
            for (int i = 0; i < array.length; i++) {
                array[i] = data.getChar();
            }
        }
        return array;
    }

    private int[] ints(int tag) {
        ByteBuffer data = data(tag, 4);
        int[] array = new int[data.remaining() / 4];
        if (data.remaining() > BULK_BYTES) {
            data.asIntBuffer().get(array);
        } else {
            for (int i = 0; i < array.length; i++) {
                array[i] = data.getInt();
            }
        }
        return array;
    }

    private long[] longs(int tag) {
        ByteBuffer data = data(tag, 8);
        long[] array = new long[data.remaining() / 8];
        if (data.remaining() > BULK_BYTES) {
            data.asLongBuffer().get(array);
        } else {
            for (int i = 0; i < array.length; i++) {
                array[i] = data.getLong();
            }
        }
        return array;
    }

    private float[] singles(int tag) {
        ByteBuffer data = data(tag, 4);
        float[] array = new float[data.remaining() / 4];
        if (data.remaining() > BULK_BYTES) {
            data.asFloatBuffer().get(array);
        } else {
            for (int i = 0; i < array.length; i++) {
                array[i] = data.getFloat();
            }
        }
        return array;
    }

    private double[] doubles(int tag) {
        ByteBuffer data = data(tag, 8);
        double[] array = new double[data.remaining() / 8];
        if (data.remaining() > BULK_BYTES) {
            data.asDoubleBuffer().get(array);
        } else {
            for (int i = 0; i < array.length; i++) {
                array[i] = data.getDouble();
            }
        }
        return array;
    }

    /** The content of the byte string that comes next, in the tag's byte order: a short one in the window. */
    private ByteBuffer data(int tag, int elementBytes) {
        ByteOrder order = (tag & 4) == 0 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        int head = bytesHead();
        if (head == 0x5f) {
            byte[] joined = strings.bytes(head);
            checkLength(joined.length, elementBytes);
            return ByteBuffer.wrap(joined).order(order);
        }
        int length = window.length(head, 1);
        checkLength(length, elementBytes);
        if (length > BULK_BYTES) {
            return window.direct(length, order);
        }
        window.need(length);
        int from = window.at;
        window.at = from + length;
        return small.order(order).limit(from + length).position(from);
    }

    private int bytesHead() {
        int head = window.head();
        if (head >>> 5 != 2) {
            throw TagReader.unexpected(window, head, "the byte string of a typed array");
        }
        return head;
    }

    private void checkLength(int length, int elementBytes) {
        if (length % elementBytes != 0) {
            throw window.malformed("typed array: limit=a multiple of " + elementBytes + " bytes, actual=" + length);
        }
    }

    private static float[] halves(short[] array) {
        float[] wide = new float[array.length];
        for (int i = 0; i < array.length; i++) {
            wide[i] = HalfFloat.toFloat(array[i]);
        }
        return wide;
    }
}
