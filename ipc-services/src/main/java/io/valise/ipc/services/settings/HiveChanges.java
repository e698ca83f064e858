package io.valise.ipc.services.settings;

import io.valise.ipc.ValueSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a hive's file says as far as it was read: the last change of each name. Confined to its {@link HiveFile}. */
final class HiveChanges {
    private final Map<String, Kept> kept = new HashMap<>();
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
        String name = HiveLayout.name(change);
        Kept now = change.contains(HiveFile.UNKNOWN) ? null : new Kept(change, position, bytes);
        liveBytes += length(now) - length(now == null ? kept.remove(name) : kept.put(name, now));
        position += bytes;
    }

    private static int length(@Nullable Kept kept) {
        return kept == null ? 0 : kept.bytes();
    }

    /** How many more bytes count after a change with a record of this length. */
    int growth(ValueSet change, int bytes) {
        return (change.contains(HiveFile.UNKNOWN) ? 0 : bytes) - length(kept.get(HiveLayout.name(change)));
    }

    /** The last change of a name, or null. */
    @Nullable ValueSet find(String name) {
        Kept found = kept.get(name);
        return found == null ? null : found.change();
    }

    /** The last changes of all names. */
    Map<String, ValueSet> snapshot() {
        return kept.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey, entry -> entry.getValue().change()));
    }

    /** The records that count. */
    Collection<Kept> live() {
        return List.copyOf(kept.values());
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
