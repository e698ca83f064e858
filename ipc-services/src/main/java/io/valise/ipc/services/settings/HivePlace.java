package io.valise.ipc.services.settings;

import io.valise.ipc.ValueSet;
import io.valise.ipc.ValueType;
import java.util.Comparator;

/**
 * What a change in a hive is of. Ordered by key, a key before its values. Immutable. For sorted maps: Java 17 would keep the
 * class loader of a record whose {@code hashCode} or {@code equals} is called.
 *
 * @param key the path of the key, empty for the root
 * @param kind what of it
 * @param name the name of a value, else empty
 */
record HivePlace(String key, Kind kind, String name) implements Comparable<HivePlace> {
    private static final Comparator<HivePlace> ORDER = Comparator.comparing((HivePlace place) -> place.key)
            .thenComparing(place -> place.kind)
            .thenComparing(place -> place.name);

    /** What a change can be of. */
    enum Kind {
        /** A key with all that is in and below it: these are deleted. */
        TREE,
        /** A key: it exists, also without values. */
        KEY,
        /** A value. */
        VALUE
    }

    static HivePlace tree(String key) {
        return new HivePlace(key, Kind.TREE, "");
    }

    static HivePlace key(String key) {
        return new HivePlace(key, Kind.KEY, "");
    }

    static HivePlace value(String key, String name) {
        return new HivePlace(key, Kind.VALUE, name);
    }

    /**
     * What a change is of.
     *
     * @throws IllegalStateException when no writer makes such a change
     */
    static HivePlace of(ValueSet change) {
        String key = text(change, HiveFile.KEY, "key");
        String name = text(change, HiveFile.NAME, "name");
        if (!key.isEmpty()) {
            KeyPath.fault(key).ifPresent(fault -> damaged("key", fault));
        }
        if (change.contains(HiveFile.NAME)) {
            KeyPath.faultOfName(name).ifPresent(fault -> damaged("name", fault));
            return value(key, name);
        } else if (key.isEmpty()) {
            throw new IllegalStateException("damaged: a record has no name");
        }
        return change.contains(HiveFile.TREE) ? tree(key) : key(key);
    }

    private static void damaged(String what, String fault) {
        throw new IllegalStateException("damaged: the " + what + " of a record: " + fault);
    }

    private static String text(ValueSet change, String member, String what) {
        if (!change.contains(member)) {
            return "";
        } else if (change.type(member) != ValueType.STRING) {
            throw new IllegalStateException("damaged: a record has no " + what);
        }
        return change.getString(member);
    }

    boolean isWithin(String top) {
        return KeyPath.isWithin(key, top);
    }

    @Override
    public int compareTo(HivePlace other) {
        return ORDER.compare(this, other);
    }
}
