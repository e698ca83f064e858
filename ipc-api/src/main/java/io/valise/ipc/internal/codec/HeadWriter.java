package io.valise.ipc.internal.codec;

import java.nio.ByteBuffer;

/**
 * Heads of CBOR items (RFC 8949 section 3) and numbers. Each method writes at an absolute index and answers the index
 * behind what it wrote, so that the position lives in a register.
 */
final class HeadWriter {
    static final int UNSIGNED = 0x00;
    static final int NEGATIVE = 0x20;
    static final int BYTES = 0x40;
    static final int TEXT = 0x60;
    static final int ARRAY = 0x80;
    static final int MAP = 0xa0;
    static final int TAG = 0xc0;

    private HeadWriter() {}

    /** A head in its shortest form. */
    static int head(ByteBuffer dst, int at, int major, int argument) {
        if (argument < 24) {
            dst.put(at, (byte) (major | argument));
            return at + 1;
        } else if (argument < 0x100) {
            dst.putShort(at, (short) ((major | 24) << 8 | argument));
            return at + 2;
        } else if (argument < 0x1_0000) {
            dst.put(at, (byte) (major | 25));
            dst.putShort(at + 1, (short) argument);
            return at + 3;
        }
        return head4(dst, at, major, argument);
    }

    /** The number of bytes of a head in its shortest form. */
    static int headSize(int argument) {
        if (argument < 24) {
            return 1;
        } else if (argument < 0x100) {
            return 2;
        }
        return argument < 0x1_0000 ? 3 : 5;
    }

    static int head4(ByteBuffer dst, int at, int major, int argument) {
        dst.put(at, (byte) (major | 26));
        dst.putInt(at + 1, argument);
        return at + 5;
    }

    static int head8(ByteBuffer dst, int at, int major, long argument) {
        dst.put(at, (byte) (major | 27));
        dst.putLong(at + 1, argument);
        return at + 9;
    }

    /** A tag of ours around a value of the type. */
    static int typed(ByteBuffer dst, int at, int typeNumber) {
        return head4(dst, at, TAG, CborTags.TYPED | typeNumber);
    }

    // The width of the argument tells the Java type: a negative number n has the argument -1 - n, which is ~n.

    static int byteValue(ByteBuffer dst, int at, byte value) {
        int sign = value >> 31;
        dst.putShort(at, (short) (((sign & NEGATIVE) | 24) << 8 | (value ^ sign)));
        return at + 2;
    }

    static int shortValue(ByteBuffer dst, int at, short value) {
        int sign = value >> 31;
        dst.put(at, (byte) ((sign & NEGATIVE) | 25));
        dst.putShort(at + 1, (short) (value ^ sign));
        return at + 3;
    }

    static int intValue(ByteBuffer dst, int at, int value) {
        int sign = value >> 31;
        int argument = value ^ sign;
        if (argument < 24) {
            dst.put(at, (byte) ((sign & NEGATIVE) | argument));
            return at + 1;
        }
        return head4(dst, at, sign & NEGATIVE, argument);
    }

    static int longValue(ByteBuffer dst, int at, long value) {
        long sign = value >> 63;
        return head8(dst, at, (int) sign & NEGATIVE, value ^ sign);
    }

    static int floatValue(ByteBuffer dst, int at, float value) {
        dst.put(at, (byte) 0xfa);
        dst.putInt(at + 1, Float.floatToRawIntBits(value));
        return at + 5;
    }

    static int doubleValue(ByteBuffer dst, int at, double value) {
        dst.put(at, (byte) 0xfb);
        dst.putLong(at + 1, Double.doubleToRawLongBits(value));
        return at + 9;
    }

    /** An unsigned number below its tag; the content has the width of the type. */
    static int unsigned(ByteBuffer dst, int at, Unsigned value) {
        return switch (value.bits()) {
            case 8 -> byteValueUnsigned(dst, typed(dst, at, CborTags.UINT8), (int) value.raw());
            case 16 -> charValue(dst, typed(dst, at, CborTags.UINT16), (int) value.raw());
            case 32 -> head4(dst, typed(dst, at, CborTags.UINT32), UNSIGNED, (int) value.raw());
            default -> head8(dst, typed(dst, at, CborTags.UINT64), UNSIGNED, value.raw());
        };
    }

    private static int byteValueUnsigned(ByteBuffer dst, int at, int value) {
        dst.putShort(at, (short) (24 << 8 | value));
        return at + 2;
    }

    /** 16 bits without sign. */
    static int charValue(ByteBuffer dst, int at, int value) {
        dst.put(at, (byte) 25);
        dst.putShort(at + 1, (short) value);
        return at + 3;
    }
}
