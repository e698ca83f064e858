package io.valise.ipc;

import io.valise.ipc.internal.value.Unsigned;
import java.math.BigDecimal;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * Stored values as the type that a getter was asked for. Numbers convert when nothing is lost, and a double to its
 * nearest float; nothing else converts. {@link ArrayCoercions} does the same for arrays and lists.
 */
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
                : whole(key, stored, ValueType.INT8, Byte.MIN_VALUE, Byte.MAX_VALUE)
                        .byteValue();
    }

    static short toShort(String key, @Nullable Object stored) {
        return stored instanceof Short s
                ? s
                : whole(key, stored, ValueType.INT16, Short.MIN_VALUE, Short.MAX_VALUE)
                        .shortValue();
    }

    static int toInt(String key, @Nullable Object stored) {
        return stored instanceof Integer i
                ? i
                : whole(key, stored, ValueType.INT32, Integer.MIN_VALUE, Integer.MAX_VALUE)
                        .intValue();
    }

    static long toLong(String key, @Nullable Object stored) {
        return stored instanceof Long l
                ? l
                : whole(key, stored, ValueType.INT64, Long.MIN_VALUE, Long.MAX_VALUE)
                        .longValue();
    }

    private static Number whole(String key, @Nullable Object stored, ValueType wanted, long min, long max) {
        return present(wholeOrNull(stored, min, max), key, wanted, stored);
    }

    static BigInteger toBigInteger(String key, @Nullable Object stored) {
        return present(bigOrNull(stored), key, ValueType.BIG_INTEGER, stored);
    }

    static BigDecimal toBigDecimal(String key, @Nullable Object stored) {
        return stored instanceof BigDecimal decimal
                ? decimal
                : new BigDecimal(big(present(integral(stored), key, ValueType.BIG_DECIMAL, stored)));
    }

    static double toDouble(String key, @Nullable Object stored) {
        return stored instanceof Double d ? d : present(doubleOrNull(stored), key, ValueType.DOUBLE, stored);
    }

    static float toFloat(String key, @Nullable Object stored) {
        return stored instanceof Float f ? f : present(floatOrNull(stored), key, ValueType.SINGLE, stored);
    }

    private static <T> T present(@Nullable T converted, String key, ValueType wanted, @Nullable Object stored) {
        if (converted == null) {
            throw mismatch(key, wanted, stored);
        }
        return converted;
    }

    /** The stored value when it is an integer of any width within the limits, else null. */
    static @Nullable Number wholeOrNull(@Nullable Object stored, long min, long max) {
        Number number = integral(stored);
        boolean fits = number != null
                && !(number instanceof BigInteger big && big.bitLength() > 63)
                && number.longValue() >= min
                && number.longValue() <= max;
        return fits ? number : null;
    }

    /** The stored value when it is an integer of any width, else null. */
    static @Nullable BigInteger bigOrNull(@Nullable Object stored) {
        Number number = integral(stored);
        return number == null ? null : big(number);
    }

    /** The stored value as a double when it is a number that a double holds exactly, else null. */
    static @Nullable Double doubleOrNull(@Nullable Object stored) {
        if (stored instanceof Double d) {
            return d;
        } else if (stored instanceof Float f) {
            return f.doubleValue();
        }
        Number number = integral(stored);
        return number != null && isExact(number.doubleValue(), number) ? (Double) number.doubleValue() : null;
    }

    /** The stored value as a float: the nearest one of a double, an integer only when it is exact; else null. */
    static @Nullable Float floatOrNull(@Nullable Object stored) {
        if (stored instanceof Float f) {
            return f;
        } else if (stored instanceof Double d) {
            float nearest = d.floatValue();
            return Float.isInfinite(nearest) && !d.isInfinite() ? null : (Float) nearest;
        }
        Number number = integral(stored);
        return number != null && isExact(number.floatValue(), number) ? (Float) number.floatValue() : null;
    }

    private static boolean isExact(double converted, Number integral) {
        return Double.isFinite(converted) && new BigDecimal(converted).compareTo(new BigDecimal(big(integral))) == 0;
    }

    private static BigInteger big(Number integral) {
        return integral instanceof BigInteger big ? big : BigInteger.valueOf(integral.longValue());
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

    static IpcException mismatch(String key, ValueType wanted, @Nullable Object stored) {
        return mismatch(key, wanted, stored, "");
    }

    static IpcException mismatch(String key, ValueType wanted, @Nullable Object stored, String detail) {
        return new IpcException(
                IpcStatus.TYPE_MISMATCH,
                "key " + ValueText.quote(key) + ": wanted=" + wanted + ", found=" + ValueType.of(stored) + " "
                        + ValueText.describe(stored) + detail
                        + "; ask type(key) first, or use the getter of that type");
    }
}
