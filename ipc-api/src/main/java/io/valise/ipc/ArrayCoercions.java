package io.valise.ipc;

import io.valise.ipc.internal.value.ListValue;
import io.valise.ipc.internal.value.UnsignedArray;
import java.lang.reflect.Array;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * Stored arrays and lists as the array that a getter was asked for: each element converts as {@link Coercions} converts
 * a value alone. The elements of a byte array are octets, 0 to 255.
 */
final class ArrayCoercions {
    private static final int MAX_OCTET = 0xff;

    private ArrayCoercions() {}

    static byte[] toBytes(String key, @Nullable Object stored) {
        if (stored instanceof byte[] bytes) {
            return bytes.clone();
        }
        Elements from = Elements.whole(key, ValueType.UINT8_ARRAY, stored);
        byte[] to = new byte[from.size()];
        for (int i = 0; i < to.length; i++) {
            to[i] = from.whole(i, 0, MAX_OCTET).byteValue();
        }
        return to;
    }

    static short[] toShorts(String key, @Nullable Object stored) {
        if (stored instanceof short[] shorts) {
            return shorts.clone();
        }
        Elements from = Elements.whole(key, ValueType.INT16_ARRAY, stored);
        short[] to = new short[from.size()];
        for (int i = 0; i < to.length; i++) {
            to[i] = from.whole(i, Short.MIN_VALUE, Short.MAX_VALUE).shortValue();
        }
        return to;
    }

    static int[] toInts(String key, @Nullable Object stored) {
        if (stored instanceof int[] ints) {
            return ints.clone();
        } else if (stored instanceof UnsignedArray array && array.bits() == Short.SIZE) {
            return (int[]) array.widened();
        }
        Elements from = Elements.whole(key, ValueType.INT32_ARRAY, stored);
        int[] to = new int[from.size()];
        for (int i = 0; i < to.length; i++) {
            to[i] = from.whole(i, Integer.MIN_VALUE, Integer.MAX_VALUE).intValue();
        }
        return to;
    }

    static long[] toLongs(String key, @Nullable Object stored) {
        if (stored instanceof long[] longs) {
            return longs.clone();
        } else if (stored instanceof UnsignedArray array && array.bits() == Integer.SIZE) {
            return (long[]) array.widened();
        }
        Elements from = Elements.whole(key, ValueType.INT64_ARRAY, stored);
        long[] to = new long[from.size()];
        for (int i = 0; i < to.length; i++) {
            to[i] = from.whole(i, Long.MIN_VALUE, Long.MAX_VALUE).longValue();
        }
        return to;
    }

    static BigInteger[] toBigIntegers(String key, @Nullable Object stored) {
        if (stored instanceof BigInteger[] numbers) {
            return numbers.clone();
        }
        Elements from = Elements.whole(key, ValueType.BIG_INTEGER_ARRAY, stored);
        BigInteger[] to = new BigInteger[from.size()];
        for (int i = 0; i < to.length; i++) {
            to[i] = from.present(Coercions.bigOrNull(from.at(i)), i);
        }
        return to;
    }

    static float[] toFloats(String key, @Nullable Object stored) {
        if (stored instanceof float[] floats) {
            return floats.clone();
        }
        Elements from = Elements.numbers(key, ValueType.SINGLE_ARRAY, stored);
        float[] to = new float[from.size()];
        for (int i = 0; i < to.length; i++) {
            to[i] = from.present(Coercions.floatOrNull(from.at(i)), i);
        }
        return to;
    }

    static double[] toDoubles(String key, @Nullable Object stored) {
        if (stored instanceof double[] doubles) {
            return doubles.clone();
        }
        Elements from = Elements.numbers(key, ValueType.DOUBLE_ARRAY, stored);
        double[] to = new double[from.size()];
        for (int i = 0; i < to.length; i++) {
            to[i] = from.present(Coercions.doubleOrNull(from.at(i)), i);
        }
        return to;
    }

    static boolean[] toBooleans(String key, @Nullable Object stored) {
        if (stored instanceof boolean[] booleans) {
            return booleans.clone();
        }
        Elements from = Elements.ofList(key, ValueType.BOOLEAN_ARRAY, stored);
        boolean[] to = new boolean[from.size()];
        for (int i = 0; i < to.length; i++) {
            to[i] = from.cast(Boolean.class, i);
        }
        return to;
    }

    static char[] toChars(String key, @Nullable Object stored) {
        if (stored instanceof char[] chars) {
            return chars.clone();
        }
        Elements from = Elements.ofList(key, ValueType.CHAR16_ARRAY, stored);
        char[] to = new char[from.size()];
        for (int i = 0; i < to.length; i++) {
            to[i] = from.cast(Character.class, i);
        }
        return to;
    }

    static String[] toStrings(String key, @Nullable Object stored) {
        if (stored instanceof String[] strings) {
            return strings.clone();
        }
        Elements from = Elements.ofList(key, ValueType.STRING_ARRAY, stored);
        String[] to = new String[from.size()];
        for (int i = 0; i < to.length; i++) {
            to[i] = from.cast(String.class, i);
        }
        return to;
    }

    /** A list as it is; an array of any type as the list of its elements. */
    static ListValue toList(String key, @Nullable Object stored) {
        if (stored instanceof ListValue list) {
            return list;
        } else if (stored == null || !(stored.getClass().isArray() || stored instanceof UnsignedArray)) {
            throw Coercions.mismatch(key, ValueType.LIST, stored);
        }
        Elements from = new Elements(key, ValueType.LIST, stored);
        @Nullable Object[] items = new Object[from.size()];
        for (int i = 0; i < items.length; i++) {
            items[i] = from.at(i);
        }
        return new ListValue(items);
    }

    /** The elements of a stored list or array, and the failure that names one of them. */
    private record Elements(String key, ValueType wanted, Object stored) {
        static Elements ofList(String key, ValueType wanted, @Nullable Object stored) {
            return checked(key, wanted, stored, stored instanceof ListValue);
        }

        static Elements whole(String key, ValueType wanted, @Nullable Object stored) {
            return checked(key, wanted, stored, mayBeWhole(stored));
        }

        static Elements numbers(String key, ValueType wanted, @Nullable Object stored) {
            boolean may = mayBeWhole(stored) || stored instanceof float[] || stored instanceof double[];
            return checked(key, wanted, stored, may);
        }

        private static boolean mayBeWhole(@Nullable Object stored) {
            return stored instanceof ListValue
                    || stored instanceof byte[]
                    || stored instanceof short[]
                    || stored instanceof int[]
                    || stored instanceof long[]
                    || stored instanceof BigInteger[]
                    || stored instanceof UnsignedArray;
        }

        private static Elements checked(String key, ValueType wanted, @Nullable Object stored, boolean converts) {
            if (stored == null || !converts) {
                throw Coercions.mismatch(key, wanted, stored);
            }
            return new Elements(key, wanted, stored);
        }

        int size() {
            if (stored instanceof ListValue list) {
                return list.items().length;
            }
            return stored instanceof UnsignedArray array ? array.length() : Array.getLength(stored);
        }

        @Nullable Object at(int index) {
            if (stored instanceof ListValue list) {
                return list.items()[index];
            } else if (stored instanceof Object[] objects) {
                return objects[index];
            } else if (stored instanceof int[] ints) {
                return ints[index];
            } else if (stored instanceof long[] longs) {
                return longs[index];
            } else if (stored instanceof double[] doubles) {
                return doubles[index];
            } else if (stored instanceof byte[] bytes) {
                return (short) (bytes[index] & MAX_OCTET);
            } else if (stored instanceof UnsignedArray array) {
                return array.at(index);
            }
            return Array.get(stored, index);
        }

        Number whole(int index, long min, long max) {
            return present(Coercions.wholeOrNull(at(index), min, max), index);
        }

        <T> T cast(Class<T> type, int index) {
            Object element = at(index);
            return present(type.isInstance(element) ? type.cast(element) : null, index);
        }

        <T> T present(@Nullable T converted, int index) {
            if (converted == null) {
                Object element = at(index);
                throw Coercions.mismatch(
                        key,
                        wanted,
                        stored,
                        ", element " + index + " is " + ValueType.of(element) + " " + ValueText.describe(element));
            }
            return converted;
        }
    }
}
