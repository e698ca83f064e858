package io.valise.ipc.services.settings;

import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.services.settings.SettingsHive.Registration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A key of a {@link SettingsHive}: values by name, and sub-keys, which have values and sub-keys of their own. A hive is its
 * root key.
 *
 * <pre>{@code
 * SettingsKey fonts = settings.key("editor/fonts");
 * fonts.put("size", 12);
 * fonts.watch(change -> redraw()); // of changes in fonts and below
 * settings.deleteTree("editor");
 * }</pre>
 *
 * <p>An object of this class says where, and needs no key to be there: reading one that does not exist finds nothing. A key
 * exists when it was {@linkplain #create created}, and while it has a value or a sub-key; so {@link #put} makes a key and those
 * above it. Names of keys are case-sensitive.
 *
 * <p>Failures are those of the hive. Thread-safe.
 *
 * @since 0.1.0
 */
public sealed class SettingsKey permits SettingsHive {
    /** How many levels of sub-keys there are at most below the root. */
    public static final int MOST_DEPTH = 32;

    private final HiveView view;
    private final String path;

    SettingsKey(HiveView view, String path) {
        this.view = view;
        this.path = path;
    }

    /** The hive as it is read. */
    HiveView view() {
        return view;
    }

    /** Its path from the root, names with a {@code /} between them; empty for the root. */
    public final String path() {
        return path;
    }

    // ---- keys

    /**
     * A sub-key, which need not exist.
     *
     * @param relative its name, or the path to it from here: {@value #MOST_DEPTH} levels from the root at most, each name of 1
     *     to {@value SettingsHive#MOST_NAME_CHARS} chars without {@code /}
     * @throws IllegalArgumentException when it is no path
     */
    public final SettingsKey key(String relative) {
        return new SettingsKey(view, KeyPath.below(path, relative));
    }

    /** The names of its sub-keys, sorted. */
    public final List<String> keys() {
        Set<String> names = new TreeSet<>();
        for (HivePlace place : view.all().keySet()) {
            if (place.isWithin(path) && place.key().length() > path.length()) {
                names.add(KeyPath.nameBelow(path, place.key()));
            }
        }
        return List.copyOf(names);
    }

    /** Whether it exists; the root always does. */
    public final boolean exists() {
        return path.isEmpty() || view.all().containsKey(HivePlace.key(path));
    }

    /** Creates it, if it does not exist, with those above it; it stays without values. */
    public final void create() {
        if (!path.isEmpty()) {
            view.own.append(ValueSet.of(HiveFile.KEY, path));
        }
    }

    /**
     * Deletes a sub-key with its values, unless it has sub-keys itself; in an overlay it hides the base's key. Nothing happens
     * where there is none.
     *
     * @param relative as for {@link #key}
     * @throws IllegalStateException when it has sub-keys: {@link #deleteTree} deletes those too
     * @throws IllegalArgumentException when it is no path
     */
    public final void deleteKey(String relative) {
        SettingsKey key = key(relative);
        delete(key, () -> {
            List<String> below = key.keys();
            if (!below.isEmpty()) {
                throw new IllegalStateException("key \"" + key.path + "\": limit=0 sub-keys, actual=" + below.size()
                        + ", the first is \"" + below.get(0) + "\"; delete them first, or the whole tree");
            }
        });
    }

    /**
     * Deletes a sub-key with all that is in and below it, at once; in an overlay it hides the base's. Nothing happens where
     * there is none.
     *
     * @param relative as for {@link #key}
     * @throws IllegalArgumentException when it is no path
     */
    public final void deleteTree(String relative) {
        delete(key(relative), () -> {});
    }

    private void delete(SettingsKey key, Runnable check) {
        ValueSet change = treeOf(key);
        view.own.append(
                view.isOverlay()
                        ? change
                        : change.toBuilder().put(HiveFile.UNKNOWN, true).build(),
                check);
    }

    private static ValueSet treeOf(SettingsKey key) {
        return ValueSet.of(HiveFile.KEY, key.path, HiveFile.TREE, true);
    }

    /**
     * Forgets what was put or deleted here in and below a sub-key: in an overlay the base's keys and values show again.
     *
     * @param relative as for {@link #key}
     * @throws IllegalArgumentException when it is no path
     */
    public final void revertTree(String relative) {
        view.own.append(
                treeOf(key(relative)).toBuilder().put(HiveFile.UNKNOWN, true).build());
    }

    // ---- values

    /** The value of a name; empty when it has none. */
    public final Optional<Object> get(String name) {
        return view.find(path, SettingsHive.checkName(name));
    }

    /** All names of this key with their values, sorted; a set to read them from by type, with a default. */
    public final ValueSet values() {
        Map<String, @Nullable Object> values = new TreeMap<>();
        view.all().forEach((place, value) -> {
            if (place.kind() == HivePlace.Kind.VALUE && place.key().equals(path)) {
                values.put(place.name(), value);
            }
        });
        return ValueSet.copyOf(values);
    }

    /**
     * Gives a name a value.
     *
     * @param name 1 to {@value SettingsHive#MOST_NAME_CHARS} chars
     * @param value anything a {@link ValueSet} holds but null, {@value SettingsHive#MOST_VALUE_BYTES} bytes of CBOR at most
     * @throws IllegalArgumentException when it cannot be kept
     */
    public final void put(String name, Object value) {
        SettingsHive.check(name, value);
        view.own.append(place(name).put(HiveFile.VALUE, value).build());
    }

    /** Takes a name's value away; in an overlay it hides the base's value too. */
    public final void delete(String name) {
        if (view.isOverlay()) {
            view.own.append(place(name).build());
        } else {
            revert(name); // there is nothing to hide: names that come and go leave nothing behind
        }
    }

    /** Forgets what was put or deleted here: in an overlay the base's value shows again. */
    public final void revert(String name) {
        view.own.append(place(name).put(HiveFile.UNKNOWN, true).build());
    }

    private ValueSet.Builder place(String name) {
        ValueSet.Builder change = ValueSet.builder();
        if (!path.isEmpty()) {
            change.put(HiveFile.KEY, path);
        }
        return change.put(HiveFile.NAME, SettingsHive.checkName(name));
    }

    /**
     * Tells a listener of every value in this key and below that changes from now on, and of every key there that is
     * created or deleted, by whichever process. Changes that follow each other closely may be told as one; the last value is
     * always told. The listener is called by one thread at a time; what it throws is logged.
     *
     * @return ends the watch when closed
     * @throws IpcException {@code RESOURCE_EXHAUSTED} when the system has no watch left, else as when it is read
     */
    public final Registration watch(Consumer<SettingChange> listener) {
        return view.watch.add(change -> {
            if (KeyPath.isWithin(change.key(), path)) {
                listener.accept(change);
            }
        });
    }

    @Override
    public String toString() {
        return "settings key \"" + path + '"';
    }
}
