package io.valise.ipc.spi.runtime;

import io.valise.ipc.IpcException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The directory with what this user's programs can make again, and no backup needs. Anyone may empty it at any time.
 * Protected as {@link RuntimeDirectory} is: it belongs to the effective user of this process, who alone can enter it.
 *
 * <p>It is the first of
 *
 * <ol>
 *   <li>the system property {@code valise.cache}, or else the environment variable {@code VALISE_CACHE};
 *   <li>on Windows {@code %LOCALAPPDATA%\valise\cache}, on macOS {@code ~/Library/Caches/valise};
 *   <li>{@code $XDG_CACHE_HOME/valise}, else {@code ~/.cache/valise} (XDG Base Directory Specification).
 * </ol>
 *
 * <p>A file {@code CACHEDIR.TAG} in it tells backup programs that go by such files (bford.info/cachedir) to leave it out.
 *
 * <p>Errors are {@link IpcException}s with the statuses of {@link RuntimeDirectory}. Thread-safe.
 *
 * @since 0.1.0
 */
public final class CacheDirectory {
    private static final UserDirectory DIRECTORY = new UserDirectory(
            "cache directory",
            "valise.cache",
            "VALISE_CACHE",
            // The folder "valise" there is the runtime directory.
            new UserDirectory.Place("LOCALAPPDATA", Path.of(""), Path.of("valise", "cache")),
            Path.of("Library", "Caches", "valise"),
            new UserDirectory.Place("XDG_CACHE_HOME", Path.of(".cache"), Path.of("valise")));

    private static final String TAG = "CACHEDIR.TAG";
    private static final String TAG_TEXT = """
            Signature: 8a477f597d28d172789f06886806bc55
            # What Valise keeps here can be made again: no backup needs it. See https://bford.info/cachedir/
            """;

    private CacheDirectory() {}

    /**
     * A folder in it, below other folders, each with the same protection and created if absent; for who writes there.
     *
     * @param names from the cache directory down
     * @since 0.1.0
     */
    public static Path folder(String... names) {
        Path folder = DIRECTORY.current();
        if (Files.notExists(folder.resolve(TAG), LinkOption.NOFOLLOW_LINKS)) {
            tag(folder);
        }
        for (String name : names) {
            folder = PrivateDirectory.secure(folder.resolve(name));
        }
        return folder;
    }

    private static void tag(Path directory) {
        FolderLock.locked(directory, () -> {
            PrivateFile.list(directory, PrivateFile.DRAFT_PREFIX).forEach(PrivateFile::remove); // of killed processes
            PrivateFile.write(directory.resolve(TAG), TAG_TEXT);
            return directory;
        });
    }

    /**
     * A folder in it, checked as {@link #folder} checks it, for who only reads: creates nothing. Empty when it or one above it
     * is absent, or this user has no home.
     *
     * @since 0.1.0
     */
    public static Optional<Path> existing(String... names) {
        return DIRECTORY.existing(names);
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
