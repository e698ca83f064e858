package io.valise.ipc.internal.value;

import io.valise.ipc.Point;
import io.valise.ipc.Rect;
import io.valise.ipc.Size;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a ValueSet stores for a value: itself, but for copied arrays, unsigned numbers and {@link ListValue}. */
public final class Stored {
    private Stored() {}

    /** What a user may have of a stored value: arrays copied, unsigned numbers widened. */
    public static @Nullable Object copyOut(@Nullable Object stored) {
        if (stored instanceof Unsigned unsigned) {
            return unsigned.widened();
        } else if (stored instanceof UnsignedArray array) {
            return array.widened();
        }
        return stored != null && stored.getClass().isArray() ? copyArray(stored) : stored;
    }

    /** A copy of an array of a type that a ValueSet holds; null for any other object. */
    public static @Nullable Object copyArray(Object array) {
        if (array instanceof Object[] objects) {
            return isElementType(array.getClass().getComponentType()) ? objects.clone() : null;
        }
        if (array instanceof byte[] bytes) {
            return bytes.clone();
        } else if (array instanceof int[] ints) {
            return ints.clone();
        } else if (array instanceof long[] longs) {
            return longs.clone();
        } else if (array instanceof double[] doubles) {
            return doubles.clone();
        } else if (array instanceof float[] floats) {
            return floats.clone();
        } else if (array instanceof short[] shorts) {
            return shorts.clone();
        } else if (array instanceof char[] chars) {
            return chars.clone();
        }
        return array instanceof boolean[] booleans ? booleans.clone() : null;
    }

    /** Whether arrays of that class are values. */
    public static boolean isElementType(Class<?> type) {
        return type == String.class
                || isTimeOrNumber(type)
                || type == Point.class
                || type == Size.class
                || type == Rect.class;
    }

    private static boolean isTimeOrNumber(Class<?> type) {
        return type == Instant.class
                || type == Duration.class
                || type == UUID.class
                || type == BigInteger.class
                || type == BigDecimal.class;
    }

    /** The keys of pairs, unmodifiable and in their order. */
    public static Set<String> keys(@Nullable Object[] pairs) {
        Set<String> keys = new LinkedHashSet<>(pairs.length);
        for (int i = 0; i < pairs.length; i += 2) {
            keys.add((String) Objects.requireNonNull(pairs[i]));
        }
        return Collections.unmodifiableSet(keys);
    }

    /** Pairs as users may have them, unmodifiable and in their order. */
    public static Map<String, @Nullable Object> map(@Nullable Object[] pairs) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>(pairs.length);
        for (int i = 0; i < pairs.length; i += 2) {
            map.put((String) Objects.requireNonNull(pairs[i]), copyOut(pairs[i + 1]));
        }
        return Collections.unmodifiableMap(map);
    }

    /** Equality by content; arrays are compared deeply, lists in order. */
    public static boolean equal(@Nullable Object a, @Nullable Object b) {
        if (a == b) {
            return true;
        } else if (a == null || b == null || a.getClass() != b.getClass()) {
            return false;
        } else if (a instanceof ListValue list && b instanceof ListValue other) {
            return equal(list.items(), other.items());
        }
        return Objects.deepEquals(a, b);
    }

    private static boolean equal(@Nullable Object[] a, @Nullable Object[] b) {
        if (a.length != b.length) {
            return false;
        }
        for (int i = 0; i < a.length; i++) {
            if (!equal(a[i], b[i])) {
                return false;
            }
        }
        return true;
    }

    /** The hash of pairs, whatever their order. */
    public static int hashPairs(@Nullable Object[] pairs) {
        int hash = 0;
        for (int i = 0; i < pairs.length; i += 2) {
            hash += Objects.hashCode(pairs[i]) ^ (31 * hash(pairs[i + 1])); // a sum: the order does not count
        }
        return hash;
    }

    /** A hash that agrees with {@link #equal}. */
    public static int hash(@Nullable Object stored) {
        if (stored == null) {
            return 0;
        } else if (stored instanceof ListValue list) {
            int hash = 1;
            for (Object item : list.items()) {
                hash = 31 * hash + hash(item);
            }
            return hash;
        }
        return stored.getClass().isArray() ? Arrays.deepHashCode(new Object[] {stored}) : stored.hashCode();
    }
}
