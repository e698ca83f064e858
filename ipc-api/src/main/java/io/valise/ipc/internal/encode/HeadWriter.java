package io.valise.ipc.internal.encode;

import io.valise.ipc.internal.cbor.BigEndian;
import io.valise.ipc.internal.cbor.CborTags;
import io.valise.ipc.internal.cbor.MajorTypes;
import io.valise.ipc.internal.value.Unsigned;

/**
 * Heads of CBOR items (RFC 8949 section 3) and numbers. Each method writes at an absolute index and answers the index
 * behind what it wrote, so that the position lives in a register.
 */
final class HeadWriter {
    private HeadWriter() {}

    /** A head in its shortest form. */
    static int head(byte[] out, int at, int major, int argument) {
        if (argument < 24) {
            out[at] = (byte) (major | argument);
            return at + 1;
        } else if (argument < 0x100) {
            BigEndian.putShort(out, at, ((major | 24) << 8 | argument));
            return at + 2;
        } else if (argument < 0x1_0000) {
            out[at] = (byte) (major | 25);
            BigEndian.putShort(out, at + 1, argument);
            return at + 3;
        }
        return head4(out, at, major, argument);
    }

    static int head4(byte[] out, int at, int major, int argument) {
        out[at] = (byte) (major | 26);
        BigEndian.putInt(out, at + 1, argument);
        return at + 5;
    }

    static int head8(byte[] out, int at, int major, long argument) {
        out[at] = (byte) (major | 27);
        BigEndian.putLong(out, at + 1, argument);
        return at + 9;
    }

    /** A tag of ours around a value of the type. */
    static int typed(byte[] out, int at, int typeNumber) {
        return head4(out, at, MajorTypes.TAG, CborTags.TYPED | typeNumber);
    }

    // The width of the argument tells the Java type: a negative number n has the argument -1 - n, which is ~n.

    static int byteValue(byte[] out, int at, byte value) {
        int sign = value >> 31;
        BigEndian.putShort(out, at, (((sign & MajorTypes.NEGATIVE) | 24) << 8 | (value ^ sign)));
        return at + 2;
    }

    static int shortValue(byte[] out, int at, short value) {
        int sign = value >> 31;
        out[at] = (byte) ((sign & MajorTypes.NEGATIVE) | 25);
        BigEndian.putShort(out, at + 1, (value ^ sign));
        return at + 3;
    }

    static int intValue(byte[] out, int at, int value) {
        int sign = value >> 31;
        int argument = value ^ sign;
        if (argument < 24) {
            out[at] = (byte) ((sign & MajorTypes.NEGATIVE) | argument);
            return at + 1;
        }
        return head4(out, at, sign & MajorTypes.NEGATIVE, argument);
    }

    static int longValue(byte[] out, int at, long value) {
        long sign = value >> 63;
        return head8(out, at, (int) sign & MajorTypes.NEGATIVE, value ^ sign);
    }

    static int floatValue(byte[] out, int at, float value) {
        out[at] = (byte) 0xfa;
        BigEndian.putInt(out, at + 1, Float.floatToRawIntBits(value));
        return at + 5;
    }

    static int doubleValue(byte[] out, int at, double value) {
        out[at] = (byte) 0xfb;
        BigEndian.putLong(out, at + 1, Double.doubleToRawLongBits(value));
        return at + 9;
    }

    /** An unsigned number below its tag; the content has the width of the type. */
    static int unsigned(byte[] out, int at, Unsigned value) {
        return switch (value.bits()) {
            case 8 -> byteValueUnsigned(out, typed(out, at, CborTags.UINT8), (int) value.raw());
            case 16 -> charValue(out, typed(out, at, CborTags.UINT16), (int) value.raw());
            case 32 -> head4(out, typed(out, at, CborTags.UINT32), MajorTypes.UNSIGNED, (int) value.raw());
            default -> head8(out, typed(out, at, CborTags.UINT64), MajorTypes.UNSIGNED, value.raw());
        };
    }

    private static int byteValueUnsigned(byte[] out, int at, int value) {
        BigEndian.putShort(out, at, (24 << 8 | value));
        return at + 2;
    }

    /** 16 bits without sign. */
    static int charValue(byte[] out, int at, int value) {
        out[at] = (byte) 25;
        BigEndian.putShort(out, at + 1, value);
        return at + 3;
    }
}
