package io.valise.ipc.spi.runtime;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A directory of this user that outlives the user's session: which setting names it, and where it is otherwise. It is
 * protected as {@link RuntimeDirectory} is.
 *
 * @param name what it is called in messages
 * @param property the system property that names it
 * @param variable the environment variable that names it where the property does not
 * @param onWindows where it is on Windows
 * @param onMac where it is on macOS, below the user's home
 * @param elsewhere where it is on other systems, by the XDG Base Directory Specification
 */
record UserDirectory(String name, String property, String variable, Place onWindows, Path onMac, Place elsewhere) {
    /**
     * A place below what a variable names.
     *
     * @param variable an environment variable
     * @param otherwise where it is, below the user's home, if that names nothing
     * @param folder the directory there
     */
    record Place(String variable, Path otherwise, Path folder) {}

    /** The directory, created if absent. */
    Path current() {
        Path place = path();
        if (!place.isAbsolute()) {
            throw new IpcException(
                    IpcStatus.ACCESS_DENIED,
                    name + ": expected an absolute path, actual=\"" + place + "\": set " + variable
                            + " to a directory of yours",
                    Delivery.NOT_SENT);
        }
        return PrivateDirectory.secure(place);
    }

    /**
     * A folder in it, below other folders, for who only reads: creates nothing. Empty when it or one above it is absent, or
     * this user has no home.
     */
    Optional<Path> existing(String... names) {
        Optional<Path> folder = Optional.of(path()).filter(Path::isAbsolute).flatMap(PrivateDirectory::existing);
        for (String one : names) {
            folder = folder.map(above -> above.resolve(one)).flatMap(PrivateDirectory::existing);
        }
        return folder;
    }

    /**
     * Where it is, or would be: neither created nor checked. Not absolute when no setting names it and this user has no home.
     */
    Path path() {
        return place(System::getProperty, System::getenv);
    }

    /** The setting that chooses another place: the property where it is set, which comes before the variable. */
    String setting() {
        return set(property, System::getProperty).isPresent() ? property : variable;
    }

    Path place(Function<String, @Nullable String> properties, Function<String, @Nullable String> environment) {
        return set(property, properties)
                .or(() -> set(variable, environment))
                .map(Path::toAbsolutePath)
                .orElseGet(() -> usual(properties, environment))
                .normalize();
    }

    private Path usual(Function<String, @Nullable String> properties, Function<String, @Nullable String> environment) {
        Path home = set("user.home", properties).orElse(Path.of(""));
        String os = String.valueOf(properties.apply("os.name")).toLowerCase(Locale.ROOT);
        if (os.startsWith("mac")) {
            return home.resolve(onMac);
        }
        boolean windows = os.startsWith("windows");
        Place place = windows ? onWindows : elsewhere;
        return set(place.variable(), environment)
                .filter(named -> windows || named.isAbsolute())
                .orElse(home.resolve(place.otherwise()))
                .resolve(place.folder());
    }

    /** The path that a setting names; empty where it is not set, or blank. */
    private static Optional<Path> set(String name, Function<String, @Nullable String> settings) {
        return Optional.ofNullable(settings.apply(name))
                .filter(text -> !text.isBlank())
                .map(text -> SystemText.path(name, text));
    }
}
