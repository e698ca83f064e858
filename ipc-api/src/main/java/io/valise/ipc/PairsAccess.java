package io.valise.ipc;

import io.valise.ipc.internal.value.KeyIndex;
import io.valise.ipc.internal.value.NestingDepth;
import io.valise.ipc.internal.value.ValueSetAccess;
import org.jspecify.annotations.Nullable;

/** Lets codec and mapping see the pairs of a {@link ValueSet}. */
final class PairsAccess extends ValueSetAccess {
    @Override
    public @Nullable Object[] pairs(ValueSet set) {
        return set.pairs;
    }

    @Override
    public long asciiTexts(ValueSet set) {
        return set.asciiTexts;
    }

    @Override
    public ValueSet wrap(@Nullable Object[] pairs, @Nullable KeyIndex index, long asciiTexts) {
        return new ValueSet(pairs, index, asciiTexts);
    }

    @Override
    public int height(ValueSet set) {
        if (set.height == 0) { // a race counts the same
            set.height = 1 + NestingDepth.max(set.pairs, 1, 2);
        }
        return set.height;
    }

    @Override
    public ValueSet of(@Nullable Object[] pairs) {
        return ValueRules.setOf(pairs);
    }

    @Override
    public @Nullable ValueType type(Class<?> stored) {
        return ValueType.ofClass(stored);
    }

    @Override
    public String describe(@Nullable Object value) {
        Object stored = ValueRules.store("value", value);
        return ValueType.of(stored) + " " + ValueText.describe(stored);
    }

    @Override
    public String quote(String text) {
        return ValueText.quote(text);
    }
}
