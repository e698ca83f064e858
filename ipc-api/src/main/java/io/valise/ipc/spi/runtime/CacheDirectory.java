package io.valise.ipc.spi.runtime;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Locale;
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
    private static final String PROPERTY = "valise.cache";
    private static final String VARIABLE = "VALISE_CACHE";
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
        Path place = path();
        if (!place.isAbsolute()) {
            throw new IpcException(
                    IpcStatus.ACCESS_DENIED,
                    "cache directory: expected an absolute path, actual=\"" + place
                            + "\": set VALISE_CACHE to a directory of yours",
                    Delivery.NOT_SENT);
        }
        Path folder = PrivateDirectory.secure(place);
        if (Files.notExists(folder.resolve(TAG), LinkOption.NOFOLLOW_LINKS)) {
            PrivateFile.write(folder.resolve(TAG), TAG_TEXT);
        }
        for (String name : names) {
            folder = PrivateDirectory.secure(folder.resolve(name));
        }
        return folder;
    }

    /**
     * A folder in it, checked as {@link #folder} checks it, for who only reads: creates nothing. Empty when it or one above it
     * is absent, or this user has no home.
     *
     * @since 0.1.0
     */
    public static Optional<Path> existing(String... names) {
        Optional<Path> folder = Optional.of(path()).filter(Path::isAbsolute).flatMap(PrivateDirectory::existing);
        for (String name : names) {
            folder = folder.map(above -> above.resolve(name)).flatMap(PrivateDirectory::existing);
        }
        return folder;
    }

    /**
     * Where it is, or would be: neither created nor checked. Not absolute when no variable names it and this user has no
     * home.
     *
     * @since 0.1.0
     */
    public static Path path() {
        return place(System::getProperty, System::getenv);
    }

    /** The setting that chooses another place: the property where it is set, which comes before the variable. */
    static String setting() {
        return ConfigurationDirectory.set(PROPERTY, System::getProperty).isPresent() ? PROPERTY : VARIABLE;
    }

    static Path place(Function<String, @Nullable String> property, Function<String, @Nullable String> env) {
        return ConfigurationDirectory.set(PROPERTY, property)
                .or(() -> ConfigurationDirectory.set(VARIABLE, env))
                .map(Path::toAbsolutePath)
                .orElseGet(() -> usual(property, env))
                .normalize();
    }

    private static Path usual(Function<String, @Nullable String> property, Function<String, @Nullable String> env) {
        Path home = ConfigurationDirectory.set("user.home", property).orElse(Path.of(""));
        String os = String.valueOf(property.apply("os.name")).toLowerCase(Locale.ROOT);
        if (os.startsWith("windows")) {
            Path local = ConfigurationDirectory.set("LOCALAPPDATA", env).orElse(home);
            return local.resolve("valise").resolve("cache"); // the first is the runtime directory
        }
        Path base = os.startsWith("mac")
                ? home.resolve("Library").resolve("Caches")
                : ConfigurationDirectory.set("XDG_CACHE_HOME", env)
                        .filter(Path::isAbsolute)
                        .orElse(home.resolve(".cache"));
        return base.resolve("valise");
    }
}
