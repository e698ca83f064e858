package io.valise.ipc;

import io.valise.ipc.internal.encode.KeyWriter;
import io.valise.ipc.internal.value.KeyIndex;
import io.valise.ipc.internal.value.ListValue;
import io.valise.ipc.internal.value.NestingDepth;
import io.valise.ipc.internal.value.Stored;
import io.valise.ipc.internal.value.Unsigned;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What may be put into a {@link ValueSet}, and the copy of it that the set stores. */
final class ValueRules {
    /** The index of a number that is no element of an array. */
    static final int ALONE = -1;

    private static final int MAX_KEY_CHARS = 255;
    private static final String ALLOWED =
            "allowed are null, Boolean, Byte, Short, Integer, Long, Float, Double, Character,"
                    + " String, Instant, Duration, UUID, BigInteger, BigDecimal, Point, Size, Rect, ValueSet, List of these, and"
                    + " arrays of primitives, String, Instant, Duration, UUID, BigInteger, BigDecimal, Point, Size, Rect";

    private ValueRules() {}

    static String checkKey(@Nullable String key) {
        Objects.requireNonNull(key, "key: a ValueSet has no null key; give a text of 1 to 255 chars");
        return KeyWriter.isKnown(key) ? key : checkNewKey(key);
    }

    private static String checkNewKey(String key) {
        int length = key.length();
        if (length == 0 || length > MAX_KEY_CHARS) {
            throw new IllegalArgumentException(
                    "key " + ValueText.quote(key) + ": limit=1 to 255 chars, actual=" + length);
        }
        int surrogate = loneSurrogate(key);
        if (surrogate >= 0) {
            throw new IllegalArgumentException("key " + ValueText.quote(key) + " has a lone surrogate at index "
                    + surrogate + ": text must be valid Unicode");
        }
        return key;
    }

    /** The set of pairs of key, value, key, value, ...; takes over the array. */
    static ValueSet setOf(@Nullable Object... pairs) {
        long asciiTexts = 0;
        long seen = 0;
        for (int i = 0; i < pairs.length; i += 2) {
            String key = checkKey((String) pairs[i]);
            long bit = KeyIndex.bit(key);
            if ((seen & bit) != 0 && KeyIndex.find(pairs, i / 2, null, key) >= 0) {
                throw new IllegalArgumentException("key " + ValueText.quote(key) + " is given twice; give it once");
            }
            seen |= bit;
            if (isAsciiText(pairs[i + 1])) {
                asciiTexts |= 1L << (i / 2);
            } else {
                pairs[i + 1] = store(key, pairs[i + 1]);
            }
        }
        return new ValueSet(pairs, null, asciiTexts);
    }

    /** The set of a map's entries. */
    static ValueSet copyOf(Map<String, ? extends @Nullable Object> values) {
        ValueSet.Builder builder = ValueSet.builder();
        values.forEach(builder::put);
        return builder.build();
    }

    /** Whether a value is a text of ASCII, which may be stored as it is. */
    static boolean isAsciiText(@Nullable Object value) {
        return value instanceof String text && isAscii(text);
    }

    private static boolean isAscii(String text) {
        int length = text.length();
        for (int i = 0; i < length; i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    /** The form in which the set keeps a value. */
    static @Nullable Object store(String key, @Nullable Object value) {
        if (value == null) {
            return null;
        } else if (value instanceof String text) {
            return checkText(key, text);
        } else if (isImmutable(value.getClass())) {
            return value;
        }
        return storeContainer(key, value);
    }

    private static Object storeContainer(String key, Object value) {
        if (value instanceof ValueSet || value instanceof ListValue) {
            return checkHeight(key, value, 2);
        } else if (value instanceof List<?> list) {
            return new ListCopy(key).copy(list, 2);
        }
        Object array = Stored.copyArray(value);
        if (array == null) {
            throw unsupported(key, value);
        }
        return array instanceof Object[] elements ? checkElements(key, elements) : array;
    }

    /** Whether objects of exactly this class can be shared: a subclass of BigInteger could be mutable. */
    private static boolean isImmutable(Class<?> type) {
        return type == Integer.class
                || type == Long.class
                || type == Double.class
                || type == Boolean.class
                || type == Float.class
                || type == Short.class
                || type == Byte.class
                || type == Character.class
                || isImmutableObject(type);
    }

    private static boolean isImmutableObject(Class<?> type) {
        return type == Instant.class
                || type == Duration.class
                || type == UUID.class
                || type == BigInteger.class
                || type == BigDecimal.class
                || type == Point.class
                || type == Size.class
                || type == Rect.class;
    }

    private static String checkText(String key, String text) {
        int surrogate = loneSurrogate(text);
        if (surrogate >= 0) {
            throw new IllegalArgumentException(
                    "key " + ValueText.quote(key) + ": its text has a lone surrogate at index " + surrogate
                            + "; text must be valid Unicode, send arbitrary chars as char[]");
        }
        return text;
    }

    private static Object checkElements(String key, Object[] elements) {
        for (int i = 0; i < elements.length; i++) {
            Object element = elements[i];
            if (element == null) {
                throw nullElement(key, i);
            } else if (element instanceof String text) {
                checkText(key, text);
            } else if (element.getClass() != elements.getClass().getComponentType()) {
                throw unsupported(key, element);
            }
        }
        return elements;
    }

    private static IllegalArgumentException nullElement(String key, int element) {
        return new IllegalArgumentException("key " + ValueText.quote(key) + ": element " + element
                + " of its array is null; only a List holds nulls");
    }

    private static Object checkHeight(String key, Object value, int level) {
        if (level - 1 + NestingDepth.of(value) > NestingDepth.LIMIT) {
            throw tooDeep(key);
        }
        return value;
    }

    private static IllegalArgumentException tooDeep(String key) {
        return new IllegalArgumentException("key " + ValueText.quote(key) + ": nested value sets and lists: limit="
                + NestingDepth.LIMIT + " levels, actual=more; flatten the value");
    }

    private static IllegalArgumentException unsupported(String key, Object value) {
        return new IllegalArgumentException(
                "key " + ValueText.quote(key) + ": " + value.getClass().getTypeName() + " is not a value; " + ALLOWED);
    }

    /** An unsigned number of up to 32 bits, which must fit; {@code element} is its index, or {@link #ALONE}. */
    static long checkUnsigned(String key, int element, int bits, long v) {
        if (!Unsigned.fits(bits, v)) {
            throw outOfRange(key, element, bits, Long.toString(v));
        }
        return v;
    }

    /** The bits of an unsigned number that must fit 64 of them; {@code element} as in {@link #checkUnsigned}. */
    static long checkUInt64(String key, int element, @Nullable BigInteger v) {
        if (v == null) {
            throw nullElement(key, element);
        } else if (v.signum() < 0 || v.bitLength() > 64) {
            throw outOfRange(key, element, 64, ValueText.describe(v));
        }
        return v.longValue();
    }

    private static IllegalArgumentException outOfRange(String key, int element, int bits, String actual) {
        return new IllegalArgumentException("key " + ValueText.quote(key) + ": "
                + (element == ALONE ? "" : "element " + element + " of its array: ") + "unsigned number of " + bits
                + " bits: limit=0 to " + Unsigned.max(bits) + ", actual=" + actual);
    }

    /** The index of the first char that is half of a surrogate pair alone, or -1. */
    private static int loneSurrogate(String text) {
        int length = text.length();
        for (int i = 0; i < length; i++) {
            if (text.charAt(i) >= Character.MIN_SURROGATE) {
                return firstLone(text, i);
            }
        }
        return -1;
    }

    private static int firstLone(String text, int from) {
        int i = from;
        while (i < text.length()) {
            int code = text.codePointAt(i);
            if (code >= Character.MIN_SURROGATE && code <= Character.MAX_SURROGATE) {
                return i;
            }
            i += Character.charCount(code);
        }
        return -1;
    }

    /** Copies lists in lists, and notices one that contains itself. */
    private static final class ListCopy {
        private final String key;
        private final List<?>[] path = new List<?>[NestingDepth.LIMIT + 1];

        ListCopy(String key) {
            this.key = key;
        }

        ListValue copy(List<?> list, int level) {
            enter(list, level);
            @Nullable Object[] items = list.toArray();
            if (items.getClass() != Object[].class) {
                items = Arrays.copyOf(items, items.length, Object[].class);
            }
            for (int i = 0; i < items.length; i++) {
                items[i] = item(items[i], level + 1);
            }
            return new ListValue(items);
        }

        private void enter(List<?> list, int level) {
            for (int i = 2; i < level; i++) {
                if (path[i] == list) {
                    throw new IllegalArgumentException(
                            "key " + ValueText.quote(key) + ": a list contains itself; send a tree of values");
                }
            }
            if (level > NestingDepth.LIMIT) {
                throw tooDeep(key);
            }
            path[level] = list;
        }

        private @Nullable Object item(@Nullable Object item, int level) {
            if (item instanceof ValueSet || item instanceof ListValue) {
                return checkHeight(key, item, level);
            }
            return item instanceof List<?> list ? copy(list, level) : store(key, item);
        }
    }
}
