package io.valise.ipc.internal.decode;

import io.valise.ipc.internal.cbor.BigEndian;
import io.valise.ipc.internal.cbor.HalfFloat;
import io.valise.ipc.internal.cbor.MajorTypes;
import io.valise.ipc.internal.cbor.Utf8;
import io.valise.ipc.internal.value.Unsigned;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * Items whose size follows from their first byte: integers, floats, simple values and short ASCII text, which is what
 * most messages are made of. Reads from private memory, where {@link #size} bytes are known to be.
 */
final class QuickReader {
    /** The answer for short text that is not ASCII. */
    static final Object NOT_QUICK = new Object();

    private static final byte[] SIZES = sizes();

    private QuickReader() {}

    /** The bytes that an item with this head takes, its head included; 0 when it is not for this class. */
    static int size(int head) {
        return SIZES[head];
    }

    private static byte[] sizes() {
        byte[] sizes = new byte[256];
        for (int info = 0; info < 24; info++) {
            sizes[info] = 1;
            sizes[MajorTypes.NEGATIVE | info] = 1;
            sizes[MajorTypes.TEXT | info] = (byte) (1 + info);
        }
        for (int info = 24; info < 28; info++) {
            sizes[info] = (byte) (1 + (1 << (info - 24)));
            sizes[MajorTypes.NEGATIVE | info] = sizes[info];
        }
        sizes[0xf4] = 1;
        sizes[0xf5] = 1;
        sizes[0xf6] = 1;
        sizes[0xf7] = 1;
        sizes[0xf9] = 3;
        sizes[0xfa] = 5;
        sizes[0xfb] = 9;
        return sizes;
    }

    /** The item with this head, the rest of which is at the index. */
    static @Nullable Object read(byte[] bytes, int at, int head) {
        return switch (head >>> 5) {
            case 0 -> integer(bytes, at, head & 31, 0);
            case 1 -> integer(bytes, at, head & 31, -1);
            case 3 -> text(bytes, at, head & 31);
            default -> simple(bytes, at, head);
        };
    }

    /** The width of the argument tells the type; a number that the type cannot hold gets the next wider one. */
    private static Object integer(byte[] bytes, int at, int info, int sign) {
        return switch (info) {
            case 24 -> ofByte(bytes[at] & 0xff, sign);
            case 25 -> ofShort(BigEndian.getShort(bytes, at) & 0xffff, sign);
            case 26 -> ofInt(BigEndian.getInt(bytes, at), sign);
            case 27 -> ofLong(BigEndian.getLong(bytes, at), sign);
            default -> info ^ sign;
        };
    }

    private static Object ofByte(int argument, int sign) {
        if (argument > Byte.MAX_VALUE) {
            return (short) (argument ^ sign);
        }
        return (byte) (argument ^ sign);
    }

    private static Object ofShort(int argument, int sign) {
        if (argument > Short.MAX_VALUE) {
            return argument ^ sign;
        }
        return (short) (argument ^ sign);
    }

    private static Object ofInt(int argument, int sign) {
        if (argument < 0) {
            return (argument & 0xffff_ffffL) ^ sign;
        }
        return argument ^ sign;
    }

    private static Object ofLong(long argument, int sign) {
        if (argument < 0) {
            BigInteger number = Unsigned.big(argument);
            return sign == 0 ? number : number.not();
        }
        return argument ^ sign;
    }

    private static Object text(byte[] bytes, int at, int length) {
        return Utf8.isAscii(bytes, at, at + length) ? Utf8.text(bytes, at, length, true) : NOT_QUICK;
    }

    private static @Nullable Object simple(byte[] bytes, int at, int head) {
        return switch (head) {
            case 0xf4 -> false;
            case 0xf5 -> true;
            case 0xf9 -> HalfFloat.toFloat(BigEndian.getShort(bytes, at));
            case 0xfa -> Float.intBitsToFloat(BigEndian.getInt(bytes, at));
            case 0xfb -> Double.longBitsToDouble(BigEndian.getLong(bytes, at));
            default -> null;
        };
    }
}
