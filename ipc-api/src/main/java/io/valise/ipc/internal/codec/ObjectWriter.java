package io.valise.ipc.internal.codec;

import static io.valise.ipc.internal.codec.HeadWriter.head;
import static io.valise.ipc.internal.codec.HeadWriter.head4;
import static io.valise.ipc.internal.codec.HeadWriter.head8;

import io.valise.ipc.Point;
import io.valise.ipc.Rect;
import io.valise.ipc.Size;
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

    static int instant(ByteBuffer dst, int at, Instant value) {
        return time(dst, at, CborTags.TIME, value.getEpochSecond(), value.getNano());
    }

    static int duration(ByteBuffer dst, int at, Duration value) {
        return time(dst, at, CborTags.DURATION, value.getSeconds(), value.getNano());
    }

    /** RFC 9581: tag(tag) {1: seconds as 64 bits, -9: nanoseconds as 32 bits}; always 20 bytes. */
    private static int time(ByteBuffer dst, int at, int tag, long seconds, int nanos) {
        dst.putInt(at, 0xd9 << 24 | tag << 8 | 0xa2);
        long sign = seconds >> 63;
        dst.putShort(at + 4, (short) (0x011b | ((int) sign & HeadWriter.NEGATIVE)));
        dst.putLong(at + 6, seconds ^ sign);
        dst.putShort(at + 14, (short) 0x281a);
        dst.putInt(at + 16, nanos);
        return at + TIME_BYTES;
    }

    static int uuid(ByteBuffer dst, int at, UUID value) {
        dst.put(at, (byte) 0xd8);
        dst.putShort(at + 1, (short) (CborTags.UUID << 8 | HeadWriter.BYTES | 16));
        dst.putLong(at + 3, value.getMostSignificantBits());
        dst.putLong(at + 11, value.getLeastSignificantBits());
        return at + 19;
    }

    static int bigInteger(ByteBuffer dst, int at, BigInteger value) {
        boolean negative = value.signum() < 0;
        byte[] magnitude = (negative ? value.not() : value).toByteArray();
        int skip = magnitude[0] == 0 ? 1 : 0; // the sign bit's own byte; zero itself is the empty string
        dst.put(at, (byte) (HeadWriter.TAG | (negative ? CborTags.NEGATIVE_BIG : CborTags.POSITIVE_BIG)));
        int start = head(dst, at + 1, HeadWriter.BYTES, magnitude.length - skip);
        dst.put(start, magnitude, skip, magnitude.length - skip);
        return start + magnitude.length - skip;
    }

    /** Tag 4: [exponent, mantissa], exponent = -scale. */
    static int bigDecimal(ByteBuffer dst, int at, BigDecimal value) {
        dst.putShort(at, (short) 0xc482);
        int next = shortest(dst, at + 2, -(long) value.scale());
        BigInteger mantissa = value.unscaledValue();
        return mantissa.bitLength() < 64 ? shortest(dst, next, mantissa.longValue()) : bigInteger(dst, next, mantissa);
    }

    private static int shortest(ByteBuffer dst, int at, long value) {
        long sign = value >> 63;
        long argument = value ^ sign;
        int major = (int) sign & HeadWriter.NEGATIVE;
        if (argument <= Integer.MAX_VALUE) {
            return head(dst, at, major, (int) argument);
        }
        return argument >>> 32 == 0 ? head4(dst, at, major, (int) argument) : head8(dst, at, major, argument);
    }

    static int point(ByteBuffer dst, int at, Point value) {
        int next = shape(dst, at, CborTags.POINT, 2);
        next = HeadWriter.floatValue(dst, next, value.x());
        return HeadWriter.floatValue(dst, next, value.y());
    }

    static int size(ByteBuffer dst, int at, Size value) {
        int next = shape(dst, at, CborTags.SIZE, 2);
        next = HeadWriter.floatValue(dst, next, value.width());
        return HeadWriter.floatValue(dst, next, value.height());
    }

    static int rect(ByteBuffer dst, int at, Rect value) {
        int next = shape(dst, at, CborTags.RECT, 4);
        next = HeadWriter.floatValue(dst, next, value.x());
        next = HeadWriter.floatValue(dst, next, value.y());
        next = HeadWriter.floatValue(dst, next, value.width());
        return HeadWriter.floatValue(dst, next, value.height());
    }

    private static int shape(ByteBuffer dst, int at, int typeNumber, int numbers) {
        return head(dst, HeadWriter.typed(dst, at, typeNumber), HeadWriter.ARRAY, numbers);
    }

    static int strings(ByteBuffer dst, int at, String[] array) {
        int next = array(dst, at, CborTags.STRING_ARRAY, array.length);
        for (String element : array) {
            next = TextWriter.text(dst, next, element);
        }
        return next;
    }

    static int instants(ByteBuffer dst, int at, Instant[] array) {
        int next = array(dst, at, CborTags.DATE_TIME_ARRAY, array.length);
        for (Instant element : array) {
            next = instant(dst, next, element);
        }
        return next;
    }

    static int durations(ByteBuffer dst, int at, Duration[] array) {
        int next = array(dst, at, CborTags.TIME_SPAN_ARRAY, array.length);
        for (Duration element : array) {
            next = duration(dst, next, element);
        }
        return next;
    }

    static int uuids(ByteBuffer dst, int at, UUID[] array) {
        int next = array(dst, at, CborTags.GUID_ARRAY, array.length);
        for (UUID element : array) {
            next = uuid(dst, next, element);
        }
        return next;
    }

    static int bigIntegers(ByteBuffer dst, int at, BigInteger[] array) {
        int next = array(dst, at, CborTags.BIG_INTEGER_ARRAY, array.length);
        for (BigInteger element : array) {
            next = bigInteger(dst, next, element);
        }
        return next;
    }

    static int bigDecimals(ByteBuffer dst, int at, BigDecimal[] array) {
        int next = array(dst, at, CborTags.BIG_DECIMAL_ARRAY, array.length);
        for (BigDecimal element : array) {
            next = bigDecimal(dst, next, element);
        }
        return next;
    }

    private static int array(ByteBuffer dst, int at, int typeNumber, int length) {
        return head(dst, HeadWriter.typed(dst, at, typeNumber), HeadWriter.ARRAY, length);
    }
}
