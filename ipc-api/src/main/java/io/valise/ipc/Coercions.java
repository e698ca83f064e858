package io.valise.ipc;

import io.valise.ipc.internal.value.Unsigned;
import java.math.BigDecimal;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/** Stored values as the type that a getter was asked for: numbers convert when nothing is lost, nothing else converts. */
final class Coercions {
    private Coercions() {}

    static <T> T cast(Class<T> type, ValueType wanted, String key, @Nullable Object stored) {
        if (!type.isInstance(stored)) {
            throw mismatch(key, wanted, stored);
        }
        return type.cast(stored);
    }

    static byte toByte(String key, @Nullable Object stored) {
        return stored instanceof Byte b
                ? b
                : (byte) integer(key, stored, ValueType.INT8, Byte.MIN_VALUE, Byte.MAX_VALUE);
    }

    static short toShort(String key, @Nullable Object stored) {
        return stored instanceof Short s
                ? s
                : (short) integer(key, stored, ValueType.INT16, Short.MIN_VALUE, Short.MAX_VALUE);
    }

    static int toInt(String key, @Nullable Object stored) {
        return stored instanceof Integer i
                ? i
                : (int) integer(key, stored, ValueType.INT32, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    static long toLong(String key, @Nullable Object stored) {
        return stored instanceof Long l ? l : integer(key, stored, ValueType.INT64, Long.MIN_VALUE, Long.MAX_VALUE);
    }

    private static long integer(String key, @Nullable Object stored, ValueType wanted, long min, long max) {
        Number number = integral(stored);
        if (number == null || (number instanceof BigInteger big && big.bitLength() > 63)) {
            throw mismatch(key, wanted, stored);
        }
        long value = number.longValue();
        if (value < min || value > max) {
            throw mismatch(key, wanted, stored);
        }
        return value;
    }

    static BigInteger toBigInteger(String key, @Nullable Object stored) {
        Number number = integral(stored);
        if (number == null) {
            throw mismatch(key, ValueType.BIG_INTEGER, stored);
        }
        return number instanceof BigInteger big ? big : BigInteger.valueOf(number.longValue());
    }

    static BigDecimal toBigDecimal(String key, @Nullable Object stored) {
        if (stored instanceof BigDecimal decimal) {
            return decimal;
        } else if (integral(stored) == null) {
            throw mismatch(key, ValueType.BIG_DECIMAL, stored);
        }
        return new BigDecimal(toBigInteger(key, stored));
    }

    static double toDouble(String key, @Nullable Object stored) {
        if (stored instanceof Double d) {
            return d;
        } else if (stored instanceof Float f) {
            return f;
        }
        double value = fromIntegral(key, stored, ValueType.DOUBLE).doubleValue();
        return exactly(value, key, stored, ValueType.DOUBLE);
    }

    static float toFloat(String key, @Nullable Object stored) {
        if (stored instanceof Float f) {
            return f;
        } else if (stored instanceof Double d) {
            if (Double.compare(d.floatValue(), d) != 0) {
                throw mismatch(key, ValueType.SINGLE, stored);
            }
            return d.floatValue();
        }
        float value = fromIntegral(key, stored, ValueType.SINGLE).floatValue();
        return (float) exactly(value, key, stored, ValueType.SINGLE);
    }

    private static Number fromIntegral(String key, @Nullable Object stored, ValueType wanted) {
        Number number = integral(stored);
        if (number == null) {
            throw mismatch(key, wanted, stored);
        }
        return number;
    }

    private static double exactly(double value, String key, @Nullable Object stored, ValueType wanted) {
        boolean exact = Double.isFinite(value) && new BigDecimal(value).compareTo(toBigDecimal(key, stored)) == 0;
        if (!exact) {
            throw mismatch(key, wanted, stored);
        }
        return value;
    }

    /** The stored value when it is an integer of any width, else null. */
    private static @Nullable Number integral(@Nullable Object stored) {
        if (stored instanceof Unsigned unsigned) {
            return unsigned.widened();
        }
        boolean integral = stored instanceof Integer
                || stored instanceof Long
                || stored instanceof Short
                || stored instanceof Byte
                || stored instanceof BigInteger;
        return integral ? (Number) stored : null;
    }

    private static IpcException mismatch(String key, ValueType wanted, @Nullable Object stored) {
        return new IpcException(
                IpcStatus.TYPE_MISMATCH,
                "key " + ValueText.quote(key) + ": wanted=" + wanted + ", found=" + ValueType.of(stored) + " "
                        + ValueText.describe(stored) + "; ask type(key) first, or use the getter of that type");
    }
}
