package io.valise.ipc.internal.value;

import io.valise.ipc.ValueSet;
import io.valise.ipc.ValueType;
import org.jspecify.annotations.Nullable;

/**
 * The codec's door into {@link ValueSet}, whose representation is not visible elsewhere: one array of key, value, key,
 * value, ... in insertion order.
 */
public abstract class ValueSetAccess {
    private static volatile @Nullable ValueSetAccess instance;

    /** Called once, by the initialiser of {@link ValueSet}. */
    public static void set(ValueSetAccess access) {
        instance = access;
    }

    public static ValueSetAccess get() {
        return Holder.ACCESS;
    }

    /** The pairs of a set; not to be changed. */
    public abstract @Nullable Object[] pairs(ValueSet set);

    /** One bit for each of the first 64 pairs, from the lowest: set when its value is a text known to be ASCII. */
    public abstract long asciiTexts(ValueSet set);

    /** A set that takes over pairs of valid, different keys and stored values; the index is null for small sets. */
    public abstract ValueSet wrap(@Nullable Object[] pairs, @Nullable KeyIndex index, long asciiTexts);

    /** How many lists and value sets nest at most, the set included. */
    public abstract int height(ValueSet set);

    /** A small set of pairs of key, value, key, value, ..., as {@link ValueSet#of} makes it; takes over the array. */
    public abstract ValueSet of(@Nullable Object[] pairs);

    /** The type of the values of a class; null for classes of which no value is stored as it is. */
    public abstract @Nullable ValueType type(Class<?> stored);

    /** Type and value as people read them in messages, shortened. */
    public abstract String describe(@Nullable Object value);

    /** A text in quotes as people read it in messages, shortened, without control characters. */
    public abstract String quote(String text);

    private static final class Holder {
        static final ValueSetAccess ACCESS = find();

        private static ValueSetAccess find() {
            ValueSet.empty(); // runs ValueSet's initialiser, which calls set
            ValueSetAccess found = instance;
            if (found == null) {
                throw new IllegalStateException("ValueSet did not register its access");
            }
            return found;
        }
    }
}
