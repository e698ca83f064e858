package io.valise.ipc.spi.runtime;

import io.valise.ipc.IpcException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The directory with what this user keeps from one start to the next, such as keys. Protected as
 * {@link RuntimeDirectory} is: it belongs to the effective user of this process, who alone can enter it.
 *
 * <p>It is the first of
 *
 * <ol>
 *   <li>the system property {@code valise.config}, or else the environment variable {@code VALISE_CONFIG};
 *   <li>on Windows {@code %APPDATA%\valise}, on macOS {@code ~/Library/Application Support/valise};
 *   <li>{@code $XDG_CONFIG_HOME/valise}, else {@code ~/.config/valise} (XDG Base Directory Specification).
 * </ol>
 *
 * <p>Errors are {@link IpcException}s with the statuses of {@link RuntimeDirectory}. Thread-safe.
 */
public final class ConfigurationDirectory {
    private static final UserDirectory DIRECTORY = new UserDirectory(
            "configuration directory",
            "valise.config",
            "VALISE_CONFIG",
            new UserDirectory.Place("APPDATA", Path.of(""), Path.of("valise")),
            Path.of("Library", "Application Support", "valise"),
            new UserDirectory.Place("XDG_CONFIG_HOME", Path.of(".config"), Path.of("valise")));

    private ConfigurationDirectory() {}

    /** The directory, created if absent; for who writes there. */
    public static Path current() {
        return DIRECTORY.current();
    }

    /** A folder in it with the same protection, created if absent; for who writes there. */
    public static Path folder(String name) {
        return PrivateDirectory.secure(current().resolve(name));
    }

    /**
     * A folder in it, checked as {@link #folder} checks it, for who only reads: creates nothing. Empty when the folder or
     * the directory is absent, or this user has no home.
     *
     * @since 0.1.0
     */
    public static Optional<Path> existing(String name) {
        return DIRECTORY.existing(name);
    }

    /**
     * Runs an action while no other process and no other thread runs one under the same folder of it, as {@link
     * RuntimeDirectory#locked}.
     *
     * @param folder as {@link #folder} returned it
     * @throws IpcException {@code RESOURCE_EXHAUSTED} when another process keeps the lock for 10 seconds, or the file
     *     system cannot lock
     * @since 0.1.0
     */
    public static <T> T locked(Path folder, Supplier<T> action) {
        return FolderLock.locked(folder, action);
    }

    /**
     * Where it is, or would be: neither created nor checked. Not absolute when no variable names it and this user has no
     * home.
     *
     * @since 0.1.0
     */
    public static Path path() {
        return DIRECTORY.path();
    }

    /** The setting that chooses another place: the property where it is set, which comes before the variable. */
    static String setting() {
        return DIRECTORY.setting();
    }

    static Path place(Function<String, @Nullable String> property, Function<String, @Nullable String> env) {
        return DIRECTORY.place(property, env);
    }
}
