package io.valise.ipc.internal.value;

import java.util.AbstractList;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * An immutable list inside a ValueSet. It holds what the codec works on and hands out what users may keep: arrays leave
 * as copies, unsigned numbers as the next wider Java type.
 */
public final class ListValue extends AbstractList<@Nullable Object> implements RandomAccess {
    private final @Nullable Object[] items;
    private int height;

    /** Takes over the array, which must hold stored values and not change any more. */
    public ListValue(@Nullable Object[] items) {
        this.items = items;
    }

    /** The stored values themselves; not to be changed. */
    public @Nullable Object[] items() {
        return items;
    }

    /** How many lists and value sets nest at most, this one included; computed once, benignly racy. */
    public int height() {
        if (height == 0) {
            height = 1 + NestingDepth.max(items, 0, 1);
        }
        return height;
    }

    @Override
    public @Nullable Object get(int index) {
        return Stored.copyOut(items[index]);
    }

    @Override
    public int size() {
        return items.length;
    }
}
