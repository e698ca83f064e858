package io.valise.ipc.services.settings;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Settings by name, kept on the disk, shared by processes: the counterpart of the Windows registry as packaged
 * applications see it. An application reads its publisher's base hive through a private overlay: what it writes, other
 * applications do not see; what it has not written is what the base says.
 *
 * <p><b>Not the first choice for talking to another process</b>, as the registry is not: use a connection. This is for
 * what must be there at the next start.
 *
 * <p>A change is atomic, and is kept once the call returns, even if the process is killed then; {@link #sync} makes it
 * outlast a loss of power too. Processes that write at the same time lose nothing: they take turns by a lock on the
 * folder. A write costs tens of microseconds, and a read a few, since each looks for what others have written, and for
 * another file in the place of this one: one that was restored from a backup is seen at the next read. Watchers
 * learn of changes within milliseconds and cost nothing while there are none (inotify on Linux; on macOS the JDK polls,
 * every few seconds).
 *
 * <p>The files lie in the user's configuration folder under {@code settings/<publisher id>}, mode 0700. Reading creates
 * none: a hive without a file is empty. When the power is lost, or a writer is killed, the changes that were not synced may
 * be lost, the last ones first; {@link #loss} and a warning in the log tell, and the next change keeps a copy of the file
 * as it was found, {@code NAME.hive.damaged}. A file that is damaged where it was synced, or whose header is, is
 * {@code PROTOCOL_ERROR} for each reader and writer, and is left as it is.
 *
 * <p>Other failures: IllegalArgumentException for a name or value that cannot be kept; {@code RESOURCE_EXHAUSTED} when
 * the file system is full or broken, another process keeps the lock for 10 s, or a hive has more than 16 MiB; {@code
 * ACCESS_DENIED} when owner, mode or kind of the folder are not as they must be. Thread-safe.
 *
 * @since 0.1.0
 */
public final class SettingsHive implements AutoCloseable {
    /** The longest name, in chars. */
    public static final int MOST_NAME_CHARS = 255;

    /** The longest value, in bytes of its CBOR. */
    public static final int MOST_VALUE_BYTES = 8 * 1024;

    private static final String BASE = ".base.hive"; // no application's name begins with a dot

    private final HiveFile own;
    private final @Nullable HiveFile base;
    private final HiveWatch watch;

    private SettingsHive(HiveFolder folder, String file, boolean overlay) {
        this.own = new HiveFile(folder, file);
        this.base = overlay ? new HiveFile(folder, BASE) : null;
        this.watch = new HiveWatch(folder.path(), this::values);
        own.refresh();
        if (base != null) {
            base.refresh();
        }
    }

    /** The settings of an application: its own, over its publisher's. */
    public static SettingsHive open(AppIdentity identity) {
        return new SettingsHive(HiveFolder.of(identity), identity.application() + ".hive", true);
    }

    /** The base hive of a publisher, which all its applications see through their overlays. */
    public static SettingsHive openBase(AppIdentity identity) {
        return new SettingsHive(HiveFolder.of(identity), BASE, false);
    }

    /** The value of a name; empty when it has none. */
    public Optional<Object> get(String name) {
        ValueSet change = own.find(checkName(name));
        if (change == null && base != null) {
            change = base.find(name);
        }
        return change == null ? Optional.empty() : change.find(HiveFile.VALUE);
    }

    /** All names with their values, sorted; a set to read them from by type, with a default. */
    public ValueSet values() {
        Map<String, @Nullable Object> all = new TreeMap<>();
        if (base != null) {
            base.snapshot().forEach((name, change) -> put(all, name, change));
        }
        own.snapshot().forEach((name, change) -> put(all, name, change));
        return ValueSet.copyOf(all);
    }

    private static void put(Map<String, @Nullable Object> all, String name, ValueSet change) {
        if (change.contains(HiveFile.VALUE)) {
            all.put(name, change.get(HiveFile.VALUE));
        } else {
            all.remove(name);
        }
    }

    /**
     * Gives a name a value.
     *
     * @param name 1 to {@value #MOST_NAME_CHARS} chars
     * @param value anything a {@link ValueSet} holds but null, {@value #MOST_VALUE_BYTES} bytes of CBOR at most
     */
    public void put(String name, Object value) {
        check(name, value);
        own.append(ValueSet.of(HiveFile.NAME, name, HiveFile.VALUE, value));
    }

    /**
     * Checks that a hive can keep a value under a name, as {@link #put} does.
     *
     * @throws IllegalArgumentException when it cannot
     */
    public static void check(String name, Object value) {
        checkName(name);
        ValueSet alone = ValueSet.of(HiveFile.VALUE, requireNonNull(value, "value; to have none, delete the name"));
        int bytes = alone.toCbor().length;
        if (bytes > MOST_VALUE_BYTES) {
            throw new IllegalArgumentException("value of \"" + name + "\": limit=" + MOST_VALUE_BYTES
                    + " bytes, actual=" + bytes + "; keep large data in a file");
        }
    }

    /** Takes a name's value away; in an overlay it hides the base's value too. */
    public void delete(String name) {
        if (base == null) {
            revert(name); // there is nothing to hide: names that come and go leave nothing behind
        } else {
            own.append(ValueSet.of(HiveFile.NAME, checkName(name)));
        }
    }

    /** Forgets what was put or deleted here: in an overlay the base's value shows again. */
    public void revert(String name) {
        own.append(ValueSet.of(HiveFile.NAME, checkName(name), HiveFile.UNKNOWN, true));
    }

    /**
     * Tells a listener of every name whose value changes from now on, by whichever process. Changes that follow each other
     * closely may be told as one; the last value is always told. The listener is called by one thread at a time; what it
     * throws is logged.
     *
     * @return ends the watch when closed
     */
    public Registration watch(Consumer<SettingChange> listener) {
        return watch.add(listener);
    }

    /**
     * A watch that can be ended.
     *
     * @since 0.1.0
     */
    @FunctionalInterface
    public interface Registration extends AutoCloseable {
        /** Ends it; a call that is under way ends by itself. Idempotent. */
        @Override
        void close();
    }

    /**
     * What this object has found to be lost of its files, in words: changes that were not {@linkplain #sync synced} when
     * the power was lost, or that a writer was killed at. Empty when all is there, as far as the files tell: of changes
     * that left no trace on the disk they do not. It is logged as a warning too.
     */
    public Optional<String> loss() {
        return own.loss().or(() -> base == null ? Optional.empty() : base.loss());
    }

    /** Returns once all changes are on the disk, so that they outlast a loss of power. */
    public void sync() {
        own.sync();
    }

    /** Ends all watches and closes the files; using it opens them again. */
    @Override
    public void close() {
        watch.close();
        try {
            own.close();
            if (base != null) {
                base.close();
            }
        } catch (IOException e) {
            throw new IpcException(IpcStatus.RESOURCE_EXHAUSTED, "settings files cannot be closed: " + e, e);
        }
    }

    private static String checkName(String name) {
        if (name.isEmpty() || name.length() > MOST_NAME_CHARS) {
            throw new IllegalArgumentException(
                    "name of a setting: limit=1 to " + MOST_NAME_CHARS + " chars, actual=" + name.length());
        }
        return name;
    }
}
