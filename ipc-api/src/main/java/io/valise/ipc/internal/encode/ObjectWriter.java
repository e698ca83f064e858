package io.valise.ipc.internal.encode;

import static io.valise.ipc.internal.encode.HeadWriter.head;
import static io.valise.ipc.internal.encode.HeadWriter.head4;
import static io.valise.ipc.internal.encode.HeadWriter.head8;

import io.valise.ipc.Point;
import io.valise.ipc.Rect;
import io.valise.ipc.Size;
import io.valise.ipc.internal.cbor.BigEndian;
import io.valise.ipc.internal.cbor.CborTags;
import io.valise.ipc.internal.cbor.MajorTypes;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/** Times, identifiers, big numbers and shapes, and arrays of objects. */
final class ObjectWriter {
    private static final int TIME_BYTES = 20;

    private ObjectWriter() {}

    static int instant(byte[] out, int at, Instant value) {
        return time(out, at, CborTags.TIME, value.getEpochSecond(), value.getNano());
    }

    static int duration(byte[] out, int at, Duration value) {
        return time(out, at, CborTags.DURATION, value.getSeconds(), value.getNano());
    }

    /** RFC 9581: tag(tag) {1: seconds as 64 bits, -9: nanoseconds as 32 bits}; always 20 bytes. */
    private static int time(byte[] out, int at, int tag, long seconds, int nanos) {
        BigEndian.putInt(out, at, 0xd9 << 24 | tag << 8 | 0xa2);
        long sign = seconds >> 63;
        BigEndian.putShort(out, at + 4, (0x011b | ((int) sign & MajorTypes.NEGATIVE)));
        BigEndian.putLong(out, at + 6, seconds ^ sign);
        BigEndian.putShort(out, at + 14, 0x281a);
        BigEndian.putInt(out, at + 16, nanos);
        return at + TIME_BYTES;
    }

    static int uuid(byte[] out, int at, UUID value) {
        out[at] = (byte) 0xd8;
        BigEndian.putShort(out, at + 1, (CborTags.UUID << 8 | MajorTypes.BYTES | 16));
        BigEndian.putLong(out, at + 3, value.getMostSignificantBits());
        BigEndian.putLong(out, at + 11, value.getLeastSignificantBits());
        return at + 19;
    }

    static int bigInteger(ByteBuffer dst, byte[] out, int at, BigInteger value) {
        boolean negative = value.signum() < 0;
        byte[] magnitude = (negative ? value.not() : value).toByteArray();
        int skip = magnitude[0] == 0 ? 1 : 0; // the sign bit's own byte; zero itself is the empty string
        int start = Stage.room(dst, out, at, 1 + 5);
        out[start] = (byte) (MajorTypes.TAG | (negative ? CborTags.NEGATIVE_BIG : CborTags.POSITIVE_BIG));
        start = head(out, start + 1, MajorTypes.BYTES, magnitude.length - skip);
        return Stage.copy(dst, out, start, magnitude, skip, magnitude.length - skip);
    }

    /** Tag 4: [exponent, mantissa], exponent = -scale. */
    static int bigDecimal(ByteBuffer dst, byte[] out, int at, BigDecimal value) {
        int start = Stage.room(dst, out, at, 2 + 9 + 9);
        BigEndian.putShort(out, start, 0xc482);
        int next = shortest(out, start + 2, -(long) value.scale());
        BigInteger mantissa = value.unscaledValue();
        return mantissa.bitLength() < 64
                ? shortest(out, next, mantissa.longValue())
                : bigInteger(dst, out, next, mantissa);
    }

    private static int shortest(byte[] out, int at, long value) {
        long sign = value >> 63;
        long argument = value ^ sign;
        int major = (int) sign & MajorTypes.NEGATIVE;
        if (argument <= Integer.MAX_VALUE) {
            return head(out, at, major, (int) argument);
        }
        return argument >>> 32 == 0 ? head4(out, at, major, (int) argument) : head8(out, at, major, argument);
    }

    static int point(byte[] out, int at, Point value) {
        int next = shape(out, at, CborTags.POINT, 2);
        next = HeadWriter.floatValue(out, next, value.x());
        return HeadWriter.floatValue(out, next, value.y());
    }

    static int size(byte[] out, int at, Size value) {
        int next = shape(out, at, CborTags.SIZE, 2);
        next = HeadWriter.floatValue(out, next, value.width());
        return HeadWriter.floatValue(out, next, value.height());
    }

    static int rect(byte[] out, int at, Rect value) {
        int next = shape(out, at, CborTags.RECT, 4);
        next = HeadWriter.floatValue(out, next, value.x());
        next = HeadWriter.floatValue(out, next, value.y());
        next = HeadWriter.floatValue(out, next, value.width());
        return HeadWriter.floatValue(out, next, value.height());
    }

    private static int shape(byte[] out, int at, int typeNumber, int numbers) {
        return head(out, HeadWriter.typed(out, at, typeNumber), MajorTypes.ARRAY, numbers);
    }

    static int strings(ByteBuffer dst, byte[] out, int at, String[] array) {
        int next = array(dst, out, at, CborTags.STRING_ARRAY, array.length);
        for (String element : array) {
            next = TextWriter.text(dst, out, next, element, false);
        }
        return next;
    }

    static int instants(ByteBuffer dst, byte[] out, int at, Instant[] array) {
        int next = array(dst, out, at, CborTags.DATE_TIME_ARRAY, array.length);
        for (Instant element : array) {
            next = instant(out, Stage.room(dst, out, next, ValueSetEncoder.SMALL), element);
        }
        return next;
    }

    static int durations(ByteBuffer dst, byte[] out, int at, Duration[] array) {
        int next = array(dst, out, at, CborTags.TIME_SPAN_ARRAY, array.length);
        for (Duration element : array) {
            next = duration(out, Stage.room(dst, out, next, ValueSetEncoder.SMALL), element);
        }
        return next;
    }

    static int uuids(ByteBuffer dst, byte[] out, int at, UUID[] array) {
        int next = array(dst, out, at, CborTags.GUID_ARRAY, array.length);
        for (UUID element : array) {
            next = uuid(out, Stage.room(dst, out, next, ValueSetEncoder.SMALL), element);
        }
        return next;
    }

    static int bigIntegers(ByteBuffer dst, byte[] out, int at, BigInteger[] array) {
        int next = array(dst, out, at, CborTags.BIG_INTEGER_ARRAY, array.length);
        for (BigInteger element : array) {
            next = bigInteger(dst, out, next, element);
        }
        return next;
    }

    static int bigDecimals(ByteBuffer dst, byte[] out, int at, BigDecimal[] array) {
        int next = array(dst, out, at, CborTags.BIG_DECIMAL_ARRAY, array.length);
        for (BigDecimal element : array) {
            next = bigDecimal(dst, out, next, element);
        }
        return next;
    }

    private static int array(ByteBuffer dst, byte[] out, int at, int typeNumber, int length) {
        int start = Stage.room(dst, out, at, 5 + 5);
        return head(out, HeadWriter.typed(out, start, typeNumber), MajorTypes.ARRAY, length);
    }
}
