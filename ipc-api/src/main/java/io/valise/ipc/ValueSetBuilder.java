package io.valise.ipc;

import io.valise.ipc.internal.value.KeyIndex;
import io.valise.ipc.internal.value.Unsigned;
import io.valise.ipc.internal.value.UnsignedArray;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Collects pairs in an array of key, value, key, value, ...; an index joins in when the set grows large. Not thread-safe. */
final class ValueSetBuilder implements ValueSet.Builder {
    private @Nullable Object[] pairs = new Object[16];
    private int size;
    private @Nullable KeyIndex index;
    private long asciiTexts;
    private long keyBits; // of all keys, removed ones too
    private boolean shared; // with a built set: copy before the next change

    @Override
    public ValueSet.Builder put(String key, @Nullable Object value) {
        ValueRules.checkKey(key);
        boolean asciiText = ValueRules.isAsciiText(value);
        return putStored(key, asciiText ? value : ValueRules.store(key, value), asciiText);
    }

    @Override
    public ValueSet.Builder putAll(ValueSet other) {
        @Nullable Object[] others = other.pairs;
        for (int i = 0; i < others.length; i += 2) {
            boolean asciiText = i < 128 && (other.asciiTexts >>> (i / 2) & 1) != 0;
            putStored((String) Objects.requireNonNull(others[i]), others[i + 1], asciiText);
        }
        return this;
    }

    @Override
    public ValueSet.Builder putUInt8(String key, int v) {
        return putUnsigned(key, 8, v);
    }

    @Override
    public ValueSet.Builder putUInt16(String key, int v) {
        return putUnsigned(key, 16, v);
    }

    @Override
    public ValueSet.Builder putUInt32(String key, long v) {
        return putUnsigned(key, 32, v);
    }

    @Override
    public ValueSet.Builder putUInt64(String key, BigInteger v) {
        ValueRules.checkKey(key);
        return putStored(
                key,
                new Unsigned(64, ValueRules.checkUInt64(key, ValueRules.ALONE, Objects.requireNonNull(v, "v"))),
                false);
    }

    @Override
    public ValueSet.Builder putUInt16Array(String key, int... v) {
        ValueRules.checkKey(key);
        char[] elements = new char[v.length];
        for (int i = 0; i < v.length; i++) {
            elements[i] = (char) ValueRules.checkUnsigned(key, i, 16, v[i]);
        }
        return putStored(key, UnsignedArray.of(elements), false);
    }

    @Override
    public ValueSet.Builder putUInt32Array(String key, long... v) {
        ValueRules.checkKey(key);
        int[] elements = new int[v.length];
        for (int i = 0; i < v.length; i++) {
            elements[i] = (int) ValueRules.checkUnsigned(key, i, 32, v[i]);
        }
        return putStored(key, UnsignedArray.of(elements), false);
    }

    @Override
    public ValueSet.Builder putUInt64Array(String key, BigInteger... v) {
        ValueRules.checkKey(key);
        long[] elements = new long[v.length];
        for (int i = 0; i < v.length; i++) {
            elements[i] = ValueRules.checkUInt64(key, i, v[i]);
        }
        return putStored(key, UnsignedArray.of(elements), false);
    }

    private ValueSet.Builder putUnsigned(String key, int bits, long v) {
        ValueRules.checkKey(key);
        return putStored(key, new Unsigned(bits, ValueRules.checkUnsigned(key, ValueRules.ALONE, bits, v)), false);
    }

    private ValueSet.Builder putStored(String key, @Nullable Object stored, boolean asciiText) {
        unshare();
        long bit = KeyIndex.bit(key);
        int position = (keyBits & bit) == 0 ? -1 : KeyIndex.find(pairs, size, index, key);
        if (position >= 0) {
            pairs[2 * position + 1] = stored;
        } else {
            keyBits |= bit;
            position = append(key, stored);
        }
        if (position < 64) {
            long text = 1L << position;
            asciiTexts = asciiText ? asciiTexts | text : asciiTexts & ~text;
        }
        return this;
    }

    private int append(String key, @Nullable Object stored) {
        if (2 * size == pairs.length) {
            pairs = Arrays.copyOf(pairs, 4 * size);
        }
        pairs[2 * size] = key;
        pairs[2 * size + 1] = stored;
        size++;
        if (index != null) {
            index.add(pairs, size - 1);
        } else {
            index = KeyIndex.of(pairs, size);
        }
        return size - 1;
    }

    @Override
    public ValueSet.Builder remove(String key) {
        unshare();
        int position = KeyIndex.find(pairs, size, index, ValueRules.checkKey(key));
        if (position >= 0) {
            System.arraycopy(pairs, 2 * position + 2, pairs, 2 * position, 2 * (size - position - 1));
            size--;
            index = KeyIndex.of(pairs, size); // positions moved
            asciiTexts = 0; // bits moved: nothing is known for sure, which costs time only
        }
        return this;
    }

    private void unshare() {
        if (shared) {
            pairs = Arrays.copyOf(pairs, Math.max(16, pairs.length));
            index = KeyIndex.of(pairs, size);
            shared = false;
        }
    }

    @Override
    public ValueSet build() {
        if (size == 0) {
            return ValueSet.empty();
        }
        if (2 * size < pairs.length) {
            pairs = Arrays.copyOf(pairs, 2 * size);
        }
        shared = true;
        return new ValueSet(pairs, index, asciiTexts);
    }
}
