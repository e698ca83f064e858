package io.valise.ipc;

import io.valise.ipc.internal.value.ListValue;
import io.valise.ipc.internal.value.UnsignedArray;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Values as people read them in logs and messages; always short, however large the value. */
final class ValueText {
    private static final int MAX_CHARS = 1_000;
    private static final int MAX_TEXT = 64;
    private static final int MAX_ELEMENTS = 8;
    private static final int MAX_BITS = 1_024;

    private final StringBuilder text = new StringBuilder();

    private ValueText() {}

    static String describe(@Nullable Object stored) {
        ValueText text = new ValueText();
        text.value(stored);
        return text.text.toString();
    }

    /** A text in quotes, its middle left out when it is long. */
    static String quote(String quoted) {
        ValueText text = new ValueText();
        text.string(quoted);
        return text.text.toString();
    }

    static String absent(ValueSet set, String key) {
        ValueText text = new ValueText();
        text.text.append("no key ");
        text.string(key);
        text.text.append("; the set has ").append(set.size()).append(" keys");
        text.keys(set.pairs);
        return text.text.toString();
    }

    private void keys(@Nullable Object[] pairs) {
        for (int i = 0; i < pairs.length; i += 2) {
            text.append(i == 0 ? ": " : ", ");
            if (isFull()) {
                text.append('…');
                return;
            }
            value(pairs[i]);
        }
    }

    private boolean isFull() {
        return text.length() > MAX_CHARS;
    }

    private void value(@Nullable Object stored) {
        if (stored instanceof String string) {
            string(string);
        } else if (stored instanceof ValueSet set) {
            set(set.pairs);
        } else if (stored instanceof ListValue list) {
            elements(index -> list.items()[index], list.size());
        } else if (stored instanceof UnsignedArray array) {
            text.append("uint").append(array.bits());
            elements(array::at, array.length());
        } else if (stored != null && stored.getClass().isArray()) {
            text.append(stored.getClass().getComponentType().getSimpleName());
            elements(index -> Array.get(stored, index), Array.getLength(stored));
        } else {
            scalar(stored);
        }
    }

    private void scalar(@Nullable Object stored) {
        if (stored instanceof BigInteger big && big.bitLength() > MAX_BITS) {
            text.append("integer of ").append(big.bitLength()).append(" bits");
        } else if (stored instanceof BigDecimal big && big.unscaledValue().bitLength() > MAX_BITS) {
            text.append("decimal of ").append(big.unscaledValue().bitLength()).append(" bits");
        } else {
            text.append(stored);
        }
    }

    private void string(String string) {
        text.append('"');
        if (string.length() <= MAX_TEXT) {
            escaped(string);
            text.append('"');
        } else {
            escaped(string.substring(0, MAX_TEXT));
            text.append("…\" (").append(string.length()).append(" chars)");
        }
    }

    private static String shortened(String string) {
        return string.length() <= MAX_TEXT ? string : string.substring(0, MAX_TEXT) + '…';
    }

    private void escaped(String string) {
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            boolean plain = c >= ' ' && c != '"' && c != '\\' && c != 0x7f && !Character.isSurrogate(c);
            boolean pair = Character.isHighSurrogate(c)
                    && i + 1 < string.length()
                    && Character.isLowSurrogate(string.charAt(i + 1));
            if (plain) {
                text.append(c);
            } else if (pair) {
                text.append(c).append(string.charAt(++i));
            } else {
                text.append(String.format("\\u%04x", (int) c));
            }
        }
    }

    private void set(@Nullable Object[] pairs) {
        text.append('{');
        for (int i = 0; i < pairs.length; i += 2) {
            text.append(i == 0 ? "" : ", ");
            if (isFull()) {
                more((pairs.length - i) / 2);
                break;
            }
            escaped(shortened(String.valueOf(pairs[i])));
            text.append('=');
            value(pairs[i + 1]);
        }
        text.append('}');
    }

    private void elements(IntFunction<@Nullable Object> array, int length) {
        text.append('[');
        for (int i = 0; i < length; i++) {
            text.append(i == 0 ? "" : ", ");
            if (i == MAX_ELEMENTS || isFull()) {
                more(length - i);
                break;
            }
            value(array.apply(i));
        }
        text.append(']');
    }

    private void more(int count) {
        text.append('…').append(count).append(" more");
    }
}
