package io.valise.ipc.spi.runtime;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A place where the runtime directory may be.
 *
 * @param origin which setting names it
 * @param parent a directory that must belong to the user already, or null when it may be any user's
 * @param path the runtime directory itself
 * @param problem why the setting names no path, or null
 */
record RuntimePlace(
        String origin,
        @Nullable Path parent,
        Path path,
        @Nullable String problem) {
    private static final String XDG = "XDG_RUNTIME_DIR";
    private static final String PROPERTY = "valise.home";
    private static final String VARIABLE = "VALISE_HOME";
    private static final List<String> CHOSEN = List.of(PROPERTY, VARIABLE);

    RuntimePlace(String origin, @Nullable Path parent, Path path) {
        this(origin, parent, path, null);
    }

    static List<RuntimePlace> ofThisProcess() {
        return inOrder(System::getProperty, System::getenv);
    }

    /** The places in the order in which they are tried; the last one is used or fails. */
    static List<RuntimePlace> inOrder(
            Function<String, @Nullable String> property, Function<String, @Nullable String> env) {
        Optional<RuntimePlace> chosen = set(PROPERTY, property).or(() -> set(VARIABLE, env));
        if (chosen.isPresent()) {
            return List.of(chosen.get());
        }
        String os = Optional.ofNullable(property.apply("os.name")).orElse("").toLowerCase(Locale.ROOT);
        if (os.startsWith("windows")) {
            return List.of(onWindows(property, env));
        }
        RuntimePlace last =
                inTemp(os.startsWith("mac") ? text(env.apply("TMPDIR")).orElse("/tmp") : "/tmp");
        return text(env.apply("XDG_RUNTIME_DIR"))
                .map(xdg -> List.of(inXdg(xdg), last))
                .orElse(List.of(last));
    }

    private static RuntimePlace inXdg(String directory) {
        try {
            Path xdg = SystemText.path(XDG, directory);
            return new RuntimePlace(XDG, xdg, xdg.resolve("valise"));
        } catch (IpcException e) {
            return new RuntimePlace(XDG, null, Path.of(""), e.reason());
        }
    }

    /** A short place that always exists, for sockets whose own path would be too long. */
    static RuntimePlace inTemp(String directory) {
        Path temp = Path.of(directory);
        if (!Files.isDirectory(temp)) {
            temp = Path.of(System.getProperty("java.io.tmpdir"));
        }
        return new RuntimePlace("the temporary directory", null, temp.resolve("valise-" + ProcessUser.uid()));
    }

    /** The path, created if absent and checked; what is wrong with it names the setting that chose it. */
    Path secured() {
        return named(() -> {
            checkAround();
            PrivateDirectory.secure(path);
        });
    }

    /** As {@link #secured}, but creates nothing: an absent one looks as if it could be created. */
    Path usable() {
        return named(() -> {
            checkAround();
            if (PrivateDirectory.existing(path).isEmpty()) {
                PrivateDirectory.checkCreatable(path);
            }
        });
    }

    private Path named(Runnable check) {
        if (problem != null) {
            throw new IpcException(IpcStatus.ACCESS_DENIED, problem, Delivery.NOT_SENT);
        }
        try {
            check.run();
            return path;
        } catch (IpcException e) {
            throw new IpcException(
                    e.status(), "runtime directory by " + origin + ": " + e.reason(), e.delivery(), e.getCause());
        }
    }

    /** Whether a path lies in this place, or this place below the path. */
    boolean concerns(Path other) {
        return other.startsWith(path) || path.startsWith(other);
    }

    /** How a user chooses another place. */
    String otherPlace() {
        return CHOSEN.contains(origin)
                ? "set " + origin + " to another directory"
                : "set " + VARIABLE + " to another directory (" + origin + " chose this one)";
    }

    private void checkAround() {
        if (!path.isAbsolute()) {
            throw new IpcException(
                    IpcStatus.ACCESS_DENIED, "expected an absolute path, actual=\"" + path + '"', Delivery.NOT_SENT);
        }
        if (parent != null) {
            PrivateDirectory.checkOwned(parent);
        }
    }

    /** Written out: a record's own methods are put together when they are first called, which takes 15 ms of a fresh JVM. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RuntimePlace place
                && origin.equals(place.origin)
                && path.equals(place.path)
                && Objects.equals(parent, place.parent)
                && Objects.equals(problem, place.problem);
    }

    @Override
    public int hashCode() {
        return Objects.hash(origin, parent, path, problem);
    }

    private static Optional<RuntimePlace> set(String name, Function<String, @Nullable String> settings) {
        return text(settings.apply(name))
                .map(text -> new RuntimePlace(
                        name, null, SystemText.path(name, text).toAbsolutePath().normalize()));
    }

    private static RuntimePlace onWindows(
            Function<String, @Nullable String> property, Function<String, @Nullable String> env) {
        String base = text(env.apply("LOCALAPPDATA"))
                .or(() -> text(property.apply("java.io.tmpdir")))
                .orElse(".");
        return new RuntimePlace("LOCALAPPDATA", null, Path.of(base, "valise").toAbsolutePath());
    }

    private static Optional<String> text(@Nullable String setting) {
        return Optional.ofNullable(setting).filter(text -> !text.isBlank());
    }
}
