package io.valise.ipc.services.settings;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Settings by name, kept on the disk, shared by processes: the counterpart of the Windows registry as packaged
 * applications see it. An application reads its publisher's base hive through a private overlay: what it writes, other
 * applications do not see; what it has not written is what the base says.
 *
 * <p>It is its own root key: values have names in it and in sub-keys, {@link SettingsKey}, which are created, deleted and
 * watched by themselves.
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
public final class SettingsHive extends SettingsKey implements AutoCloseable {
    /** The longest name, in chars. */
    public static final int MOST_NAME_CHARS = 255;

    /** The longest value, in bytes of its CBOR. */
    public static final int MOST_VALUE_BYTES = 8 * 1024;

    private static final String BASE = ".base.hive"; // no application's name begins with a dot
    private static final String MACHINE = "machine.hive";

    private SettingsHive(HiveFolder folder, HiveFile own, @Nullable HiveFile base) {
        super(new HiveView(folder, own, base), KeyPath.ROOT);
    }

    private static SettingsHive of(HiveFolder folder, String file) {
        return new SettingsHive(folder, new HiveFile(folder, file), null);
    }

    /** The settings of an application: its own, over its publisher's. */
    public static SettingsHive open(AppIdentity identity) {
        HiveFolder folder = PublisherHives.of(identity);
        HiveFile own = new HiveFile(folder, identity.application() + ".hive");
        return new SettingsHive(folder, own, new HiveFile(folder, BASE));
    }

    /** The base hive of a publisher, which all its applications see through their overlays. */
    public static SettingsHive openBase(AppIdentity identity) {
        return of(PublisherHives.of(identity), BASE);
    }

    /**
     * A hive for all users of the machine, which an administrator has installed: every user may read it, the account that it
     * was given to alone changes it. It lies in {@code .settings/NAME} of the system-wide place ({@code /var/lib/valise}
     * unless {@code valise.system} says otherwise), and is refused when another user than root, or that account, could change
     * a directory on the way.
     *
     * <p>One that is not installed is empty, and cannot be changed: {@code ENDPOINT_NOT_FOUND}. A change by another account,
     * root included, is {@code ACCESS_DENIED}.
     *
     * @param name the hive's name, {@code [A-Za-z0-9][A-Za-z0-9._-]{0,63}}
     * @throws IpcException {@code ACCESS_DENIED} when a directory on the way is not as it must be; {@code UNSUPPORTED} where
     *     there are no users and modes of POSIX; else as {@link #open}
     * @throws IllegalArgumentException when it is no name
     */
    public static SettingsHive openMachine(String name) {
        return of(MachineHives.of(name), MACHINE);
    }

    /**
     * Checks that a hive can keep a value under a name, as {@link SettingsKey#put} does.
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
        HiveFile base = view().base;
        return view().own.loss().or(() -> base == null ? Optional.empty() : base.loss());
    }

    /** Returns once all changes are on the disk, so that they outlast a loss of power. */
    public void sync() {
        view().own.sync();
    }

    /** Ends all watches and closes the files; using it opens them again. */
    @Override
    public void close() {
        HiveFile base = view().base;
        view().watch.close();
        try {
            view().own.close();
            if (base != null) {
                base.close();
            }
        } catch (IOException e) {
            throw new IpcException(IpcStatus.RESOURCE_EXHAUSTED, "settings files cannot be closed: " + e, e);
        }
    }

    static String checkName(String name) {
        KeyPath.faultOfName(name).ifPresent(fault -> {
            throw new IllegalArgumentException("name of a setting: " + fault);
        });
        return name;
    }
}
