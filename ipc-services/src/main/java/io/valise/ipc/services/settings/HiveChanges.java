package io.valise.ipc.services.settings;

import io.valise.ipc.ValueSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a hive's file says as far as it was read: the last change of each place. Confined to its {@link HiveFile}. */
final class HiveChanges {
    private final Map<HivePlace, Kept> kept = new HashMap<>();
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
        for (Iterator<Map.Entry<HivePlace, Kept>> all = kept.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<HivePlace, Kept> each = all.next();
            if (each.getKey().isWithin(key)) {
                liveBytes -= length(each.getValue());
                all.remove();
            }
        }
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
                ? kept.entrySet().stream()
                        .filter(each -> each.getKey().isWithin(place.key()))
                        .mapToLong(each -> length(each.getValue()))
                        .sum()
                : length(kept.get(place));
    }

    /** The last change of a place, or null. */
    @Nullable ValueSet find(HivePlace place) {
        Kept found = kept.get(place);
        return found == null ? null : found.change();
    }

    /** The last changes of all places. */
    Map<HivePlace, ValueSet> snapshot() {
        return kept.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey, entry -> entry.getValue().change()));
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
