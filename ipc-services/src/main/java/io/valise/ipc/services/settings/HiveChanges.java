package io.valise.ipc.services.settings;

import io.valise.ipc.ValueSet;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a hive's file says as far as it was read: the last change of each place. Confined to its {@link HiveFile}. */
final class HiveChanges {
    private final NavigableMap<HivePlace, Kept> kept = new TreeMap<>();
    private long position;
    private long liveBytes;

    /**
     * A change as it lies in the file.
     *
     * @param change what it says
     * @param at where its record begins
     * @param bytes how long that is: others may encode the same change in fewer bytes, or more, than we do
     */
    record Kept(ValueSet change, long at, int bytes) {}

    /** Forgets all; the next record begins here. */
    void restart(long at) {
        kept.clear();
        liveBytes = 0;
        position = at;
    }

    /** Takes the next record of the file in. */
    void add(ValueSet change, int bytes) {
        HivePlace place = HivePlace.of(change);
        if (place.kind() == HivePlace.Kind.TREE) {
            removeWithin(place.key());
        }
        Kept now = change.contains(HiveFile.UNKNOWN) ? null : new Kept(change, position, bytes);
        liveBytes += length(now) - length(now == null ? kept.remove(place) : kept.put(place, now));
        position += bytes;
    }

    private void removeWithin(String key) {
        for (SortedMap<HivePlace, Kept> part : within(key)) {
            liveBytes -= length(part);
            part.clear();
        }
    }

    /** What lies in a key, and what lies below it, where other keys may be sorted in between: {@code a}, {@code a.b}, {@code a/b}. */
    private List<SortedMap<HivePlace, Kept>> within(String key) {
        char behindSeparator = KeyPath.SEPARATOR + 1;
        return List.of(range(key, key + '\0'), range(key + KeyPath.SEPARATOR, key + behindSeparator));
    }

    private SortedMap<HivePlace, Kept> range(String from, String to) {
        return kept.subMap(HivePlace.tree(from), HivePlace.tree(to)); // the first place of a key
    }

    private static long length(SortedMap<HivePlace, Kept> part) {
        return part.values().stream().mapToLong(Kept::bytes).sum();
    }

    private static int length(@Nullable Kept kept) {
        return kept == null ? 0 : kept.bytes();
    }

    /** How many more bytes count after a change with a record of this length. */
    long growth(ValueSet change, int bytes) {
        HivePlace place = HivePlace.of(change);
        return (change.contains(HiveFile.UNKNOWN) ? 0 : bytes) - lengthAt(place);
    }

    private long lengthAt(HivePlace place) {
        return place.kind() == HivePlace.Kind.TREE
                ? within(place.key()).stream().mapToLong(HiveChanges::length).sum()
                : length(kept.get(place));
    }

    /** The last change of a place, or null. */
    @Nullable ValueSet find(HivePlace place) {
        Kept found = kept.get(place);
        return found == null ? null : found.change();
    }

    /** The last changes of all places. */
    SortedMap<HivePlace, ValueSet> snapshot() {
        SortedMap<HivePlace, ValueSet> all = new TreeMap<>();
        kept.forEach((place, each) -> all.put(place, each.change()));
        return all;
    }

    /** The records that count, in their order: what a deleted tree took away came before it, what is in it now after. */
    List<Kept> live() {
        return kept.values().stream().sorted(Comparator.comparingLong(Kept::at)).toList();
    }

    /** How long those are together. */
    long liveBytes() {
        return liveBytes;
    }

    /** Up to where the file was read. */
    long position() {
        return position;
    }
}
