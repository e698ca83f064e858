package io.valise.ipc.spi.runtime;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The directory in which this user's servers and clients meet. No other user can enter it: it belongs to the effective
 * user of this process, has mode 0700 (on Windows an access list with this user alone) and is no symbolic link, which is
 * checked before each use, not once.
 *
 * <p>It is the first of
 *
 * <ol>
 *   <li>the system property {@code valise.home}, or else the environment variable {@code VALISE_HOME};
 *   <li>on Windows {@code %LOCALAPPDATA%\valise};
 *   <li>{@code $XDG_RUNTIME_DIR/valise} (XDG Base Directory Specification); when that is set but unusable, the reason
 *       is logged and the next one serves;
 *   <li>{@code /tmp/valise-<uid>} ({@code $TMPDIR/valise-<uid>} on macOS). Not {@code java.io.tmpdir}, which programs
 *       such as application servers redirect: two processes with different ones would never meet.
 * </ol>
 *
 * <p>Errors are {@link IpcException}s: {@code ACCESS_DENIED} when owner, mode or kind are not as they must be, or the
 * system forbids it; {@code RESOURCE_EXHAUSTED} when the file system is full, read-only or broken. Thread-safe.
 */
public final class RuntimeDirectory {
    private static final Pattern FOLDER = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");

    private static volatile @Nullable Found found;

    private final RuntimePlace place;
    private final Path path;

    private RuntimeDirectory(RuntimePlace place) {
        this.place = place;
        this.path = place.path();
    }

    /** The runtime directory of this process; {@link #folder} creates it if absent. */
    public static RuntimeDirectory current() {
        List<RuntimePlace> places = RuntimePlace.ofThisProcess();
        Found known = found;
        if (known == null || !known.places.equals(places)) {
            known = new Found(places, new RuntimeDirectory(firstUsable(places)));
            found = known;
        }
        return known.directory;
    }

    /**
     * A directory of this user outside the runtime directory, such as one in a memory file system: {@code
     * valise-<uid>} in a directory that others may write to too, with the same protection, created if absent.
     */
    public static Path under(Path parent) {
        return secured(parent.resolve("valise-" + ProcessUser.uid()));
    }

    /** A given directory with the same protection as the runtime directory, created if absent. */
    public static Path secured(Path directory) {
        return PrivateDirectory.secure(directory);
    }

    /**
     * A given directory, checked as {@link #secured} does, for who only reads: empty when it is absent. Creates nothing.
     *
     * @since 0.1.0
     */
    public static Optional<Path> existing(Path directory) {
        return PrivateDirectory.existing(directory);
    }

    /** Where it is or would be. Use {@link #folder} before anything is put there. */
    public Path path() {
        return path;
    }

    /**
     * A folder in it with the same protection, created if absent, then with a file {@code .valise} in it: {@link #clean}
     * removes folders that have one.
     *
     * @param name a file name that begins with a letter or digit
     */
    public Path folder(String name) {
        checkName(name);
        place.secured();
        InUse.of(path).holdForGood();
        return OwnFolders.secure(path.resolve(name));
    }

    private static void checkName(String folder) {
        if (!FOLDER.matcher(folder).matches()) {
            throw new IllegalArgumentException("folder name: expected " + FOLDER + ", actual=\"" + folder + '"');
        }
    }

    /**
     * A folder in it to read from, such as the names that are served: checked if it exists, and not created. The
     * directory can be cleaned up as before.
     *
     * @throws IpcException {@code ACCESS_DENIED} when directory or folder are not private
     * @since 0.1.0
     */
    public Path readFolder(String name) {
        checkName(name);
        place.usable();
        PrivateDirectory.existing(path.resolve(name));
        return path.resolve(name);
    }

    /**
     * Keeps this directory from being cleaned up until closed, or this process ends, however it does. A process that
     * has used a {@link #folder} holds it anyway.
     *
     * @throws IpcException {@code RESOURCE_EXHAUSTED} when another process cleans up for 10 seconds, or the file system
     *     cannot lock
     */
    public Hold hold() {
        place.secured();
        InUse.of(path).hold();
        return new Hold(InUse.of(path));
    }

    private void keep(Path precious, String what) {
        if (precious.startsWith(path)) {
            throw new IpcException(
                    IpcStatus.ACCESS_DENIED,
                    "runtime directory " + path + ": not cleaned up, " + what + " lies in it, at " + precious
                            + "; set VALISE_HOME to a directory of its own",
                    Delivery.NOT_SENT);
        }
    }

    /**
     * Removes the folders that {@link #folder} has made in this directory, with all that is in them: sockets and files
     * that crashed processes left, locks, logs. Whatever else is there, such as what a user keeps in the directory that
     * {@code VALISE_HOME} names, is left alone.
     *
     * @throws IpcException {@code ADDRESS_IN_USE} when a process uses it, this one perhaps; the message names its pid, or
     *     the address of a server that holds no lock, such as one in another language;
     *     {@code ACCESS_DENIED} when the user's home or the configuration, with its keys, lies in it; {@code
     *     ACCESS_DENIED} or {@code RESOURCE_EXHAUSTED} when something cannot be removed, with all reasons: the rest is
     *     removed
     */
    public Cleaned clean() {
        return clean(List::of);
    }

    /**
     * As {@link #clean()}, but asks first which servers there are that nothing else tells of, while no process of this
     * library uses the directory.
     *
     * @param served the addresses that are served; when there are any, nothing is removed
     * @throws IpcException as {@link #clean()}
     * @since 0.1.0
     */
    public Cleaned clean(Supplier<List<String>> served) {
        PrivateDirectory.secure(path);
        keep(ConfigurationDirectory.path(), "the configuration, with keys,");
        Path home = SystemText.path("user.home", System.getProperty("user.home", "/"));
        keep(home.toAbsolutePath().normalize(), "the user's home");
        return InUse.of(path).alone(() -> {
            refuseIfServed(OwnFolders.served(path));
            refuseIfServed(served.get());
            return new Cleaning().run(path, InUse.FILE);
        });
    }

    private void refuseIfServed(List<String> served) {
        if (!served.isEmpty()) {
            throw new IpcException(
                    IpcStatus.ADDRESS_IN_USE,
                    "runtime directory " + path + ": not cleaned up, a server that holds no lock serves "
                            + String.join(", ", served) + "; end that first",
                    Delivery.NOT_SENT);
        }
    }

    /**
     * What {@link #clean} did. Immutable.
     *
     * @param files how many files it removed
     * @param leftAlone the names of what it found in the directory and did not remove, since Valise has not made it
     */
    public record Cleaned(int files, List<String> leftAlone) {
        /** Takes a copy of the list. */
        public Cleaned {
            leftAlone = List.copyOf(leftAlone);
        }
    }

    /** A claim that this process uses the directory. Thread-safe. */
    public static final class Hold implements AutoCloseable {
        private final AtomicReference<@Nullable InUse> held;

        private Hold(InUse held) {
            this.held = new AtomicReference<>(held);
        }

        /** Gives it up. Idempotent. */
        @Override
        public void close() {
            InUse mine = held.getAndSet(null);
            if (mine != null) {
                mine.release();
            }
        }
    }

    /**
     * Runs an action while no other process and no other thread runs one under the same folder. Re-entrant. The action
     * should take microseconds; an interrupt does not end the wait.
     *
     * @throws IpcException {@code RESOURCE_EXHAUSTED} when another process keeps the lock for 10 seconds, or the file
     *     system cannot lock
     */
    public <T> T locked(Path folder, Supplier<T> action) {
        return FolderLock.locked(folder, action);
    }

    private static RuntimePlace firstUsable(List<RuntimePlace> places) {
        for (RuntimePlace place : places.subList(0, places.size() - 1)) {
            try {
                place.usable();
                return place;
            } catch (IpcException unusable) {
                log().log(Level.WARNING, place.origin() + " is not used: " + unusable.reason());
            }
        }
        RuntimePlace last = places.get(places.size() - 1);
        last.usable();
        return last;
    }

    private record Found(List<RuntimePlace> places, RuntimeDirectory directory) {}

    /** Asked for when there is something to say: the first logger of a JVM takes 20 ms to start. */
    private static Logger log() {
        return SafeLog.of(RuntimeDirectory.class);
    }
}
