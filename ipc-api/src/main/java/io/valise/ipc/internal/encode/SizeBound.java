package io.valise.ipc.internal.encode;

import io.valise.ipc.Point;
import io.valise.ipc.Rect;
import io.valise.ipc.Size;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.value.ListValue;
import io.valise.ipc.internal.value.UnsignedArray;
import io.valise.ipc.internal.value.ValueSetAccess;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A cheap upper bound of the bytes that a value takes on the wire; no value is looked at closely. */
final class SizeBound {
    private static final ValueSetAccess ACCESS = ValueSetAccess.get();
    private static final int MAX_HEAD = 9;
    private static final int TYPED_TAG = 5;
    private static final int TYPED_ARRAY = TYPED_TAG + 2 + MAX_HEAD;
    private static final int TIME = 20;
    private static final int UUID_BYTES = 19;
    /** The largest of the scalars without a case of their own: Rect. */
    private static final int SMALL = TYPED_TAG + 1 + 4 * 5;

    private static final int SHORT_TEXT = 256;

    private SizeBound() {}

    static long of(ValueSet set) {
        @Nullable Object[] pairs = ACCESS.pairs(set);
        long bound = MAX_HEAD;
        long asciiTexts = ACCESS.asciiTexts(set);
        for (int i = 0; i + 1 < pairs.length; i += 2) {
            bound += text((String) Objects.requireNonNull(pairs[i]), false) + value(pairs[i + 1], asciiTexts);
            asciiTexts >>>= 1;
        }
        return bound;
    }

    /** UTF-8 takes at most three bytes per char; a long text is counted, so that it does not seem to break a limit. */
    private static long text(String text, boolean ascii) {
        int length = text.length();
        if (ascii) {
            return (long) MAX_HEAD + length;
        }
        return MAX_HEAD + (length <= SHORT_TEXT ? 3L * length : TextWriter.utf8Length(text));
    }

    private static long value(@Nullable Object value, long asciiTexts) {
        if (value == null) {
            return 1;
        }
        Class<?> type = value.getClass();
        if (type == String.class) {
            return text((String) value, (asciiTexts & 1) != 0);
        } else if (type == Integer.class || type == Long.class || type == Double.class || type == Boolean.class) {
            return MAX_HEAD;
        } else if (type == ValueSet.class) {
            return of((ValueSet) value);
        } else if (type == ListValue.class) {
            return items(((ListValue) value).items());
        } else if (type == BigInteger.class) {
            return big((BigInteger) value);
        } else if (type == BigDecimal.class) {
            return decimal((BigDecimal) value);
        } else if (value instanceof UnsignedArray array) {
            return TYPED_ARRAY + array.byteLength();
        }
        return type.isArray() ? TYPED_ARRAY + array(value) : SMALL;
    }

    private static long items(@Nullable Object[] items) {
        long bound = MAX_HEAD;
        for (Object item : items) {
            bound += value(item, 0);
        }
        return bound;
    }

    private static long big(BigInteger value) {
        return 2L + MAX_HEAD + value.bitLength() / 8;
    }

    private static long decimal(BigDecimal value) {
        return 2 + MAX_HEAD + big(value.unscaledValue());
    }

    private static long array(Object value) {
        if (value instanceof byte[] array) {
            return array.length;
        } else if (value instanceof int[] array) {
            return 4L * array.length;
        } else if (value instanceof long[] array) {
            return 8L * array.length;
        } else if (value instanceof double[] array) {
            return 8L * array.length;
        } else if (value instanceof float[] array) {
            return 4L * array.length;
        } else if (value instanceof short[] array) {
            return 2L * array.length;
        } else if (value instanceof char[] array) {
            return 2L * array.length;
        } else if (value instanceof boolean[] array) {
            return array.length;
        }
        return objects((Object[]) value);
    }

    private static long objects(Object[] array) {
        if (array instanceof Instant[] || array instanceof Duration[]) {
            return (long) TIME * array.length;
        } else if (array instanceof UUID[]) {
            return (long) UUID_BYTES * array.length;
        } else if (array instanceof Point[] || array instanceof Size[]) {
            return 8L * array.length;
        }
        return array instanceof Rect[] ? 16L * array.length : items(array);
    }
}
