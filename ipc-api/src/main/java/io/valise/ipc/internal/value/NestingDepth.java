package io.valise.ipc.internal.value;

import io.valise.ipc.ValueSet;
import org.jspecify.annotations.Nullable;

/** How deep stored values nest: 0 for a scalar or an array, else the number of levels of lists and value sets. */
public final class NestingDepth {
    /** The most levels of lists and value sets in one message, the outermost set included. */
    public static final int LIMIT = 32;

    private NestingDepth() {}

    /** The levels of one stored value. */
    public static int of(@Nullable Object stored) {
        if (stored instanceof ValueSet set) {
            return ValueSetAccess.get().height(set);
        }
        return stored instanceof ListValue list ? list.height() : 0;
    }

    /** The most levels among items from, from + step, ... */
    public static int max(@Nullable Object[] items, int from, int step) {
        int max = 0;
        for (int i = from; i < items.length; i += step) {
            max = Math.max(max, of(items[i]));
        }
        return max;
    }
}
