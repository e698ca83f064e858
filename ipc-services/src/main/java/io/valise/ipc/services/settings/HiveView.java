package io.valise.ipc.services.settings;

import io.valise.ipc.ValueSet;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A hive as it is read: its file, and the base hive's below it, of which it hides what it has itself and what it has
 * deleted. Thread-safe.
 */
final class HiveView {
    final HiveFile own;
    final @Nullable HiveFile base;
    final HiveWatch watch;

    HiveView(HiveFolder folder, HiveFile own, @Nullable HiveFile base) {
        this.own = own;
        this.base = base;
        this.watch = new HiveWatch(folder.path(), this::all);
        own.refresh();
        if (base != null) {
            base.refresh();
        }
    }

    /** Whether a base hive lies below it. */
    boolean isOverlay() {
        return base != null;
    }

    /** The value of a name in a key. */
    Optional<Object> find(String key, String name) {
        HivePlace place = HivePlace.value(key, name);
        ValueSet change = own.find(place);
        if (change == null && base != null && !isHidden(key)) {
            change = base.find(place);
        }
        return change == null ? Optional.empty() : change.find(HiveFile.VALUE);
    }

    private boolean isHidden(String key) {
        return KeyPath.chain(key).stream().anyMatch(each -> own.find(HivePlace.tree(each)) != null);
    }

    /** All values, and all keys but the root: those that were created, and those above a value or another key. */
    SortedMap<HivePlace, Object> all() {
        SortedMap<HivePlace, ValueSet> mine = own.snapshot();
        SortedMap<HivePlace, Object> all = new TreeMap<>();
        if (base != null) {
            base.snapshot().forEach((place, change) -> {
                if (KeyPath.chain(place.key()).stream().noneMatch(each -> mine.containsKey(HivePlace.tree(each)))) {
                    put(all, place, change);
                }
            });
        }
        mine.forEach((place, change) -> put(all, place, change));
        return all;
    }

    private static void put(SortedMap<HivePlace, Object> all, HivePlace place, ValueSet change) {
        boolean isValue = place.kind() == HivePlace.Kind.VALUE;
        Optional<Object> value = change.find(HiveFile.VALUE);
        if (isValue && value.isPresent()) {
            all.put(place, value.get());
        } else if (isValue) {
            all.remove(place);
            return;
        }
        if (place.kind() != HivePlace.Kind.TREE) {
            KeyPath.chain(place.key()).forEach(key -> all.put(HivePlace.key(key), true));
        }
    }
}
