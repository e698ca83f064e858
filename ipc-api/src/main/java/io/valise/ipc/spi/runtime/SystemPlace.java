package io.valise.ipc.spi.runtime;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The directory in which servers of one account and clients of other users meet. It has a folder for each service, which
 * belongs to the account that may serve it; the folder's mode says which users may connect. An administrator makes both,
 * with {@link SystemInstallation}: nothing is created here. Without it there are no services for other users.
 *
 * <p>It is named by the system property {@code valise.system}, or else the environment variable {@code VALISE_SYSTEM}, and
 * is {@code /var/lib/valise} ({@code /Library/Valise} on macOS) otherwise. At each use, by both ends, every directory from
 * the root of the file system to it must be root's, and no other user may be able to change what is in it: so no user can
 * put a folder there, exchange one, or lead the way elsewhere by a link.
 *
 * <p>Errors are {@link IpcException}s, {@code NOT_SENT}. Thread-safe.
 *
 * @since 0.1.0
 */
public final class SystemPlace {
    /** The system property that names the place. */
    public static final String PROPERTY = "valise.system";

    /** The environment variable that names the place where the property does not. */
    public static final String VARIABLE = "VALISE_SYSTEM";

    private static final String INSTALL = "an administrator installs it: ipc system install --service ";

    private final Path path;

    private SystemPlace(Path path) {
        this.path = path;
    }

    /**
     * The place that this process's settings name.
     *
     * @throws IpcException {@code ACCESS_DENIED} when a setting is no path
     * @since 0.1.0
     */
    public static SystemPlace current() {
        for (String setting : new String[] {PROPERTY, VARIABLE}) {
            String text = setting.equals(PROPERTY) ? System.getProperty(setting) : System.getenv(setting);
            if (text != null && !text.isBlank()) {
                return new SystemPlace(
                        SystemText.path(setting, text).toAbsolutePath().normalize());
            }
        }
        String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        return new SystemPlace(Path.of(os.startsWith("mac") ? "/Library/Valise" : "/var/lib/valise"));
    }

    /**
     * Why there can be no services for other users on this system; empty where there can be, installed or not.
     *
     * @since 0.1.0
     */
    public static Optional<String> missing() {
        if (ProcessUser.uid() < 0 || !OwnerOnly.hasModes(Path.of(""))) {
            return Optional.of(
                    "services for other users need the users and modes of POSIX, which this system does not have");
        }
        return UnixSockets.available() && UnixSockets.kernelAuthenticates()
                ? Optional.empty()
                : Optional.of("services for other users need a kernel that tells which user is at the other end of a"
                        + " domain socket (SO_PEERCRED)");
    }

    /**
     * Where it is or would be.
     *
     * @since 0.1.0
     */
    public Path path() {
        return path;
    }

    /**
     * A service that this process may serve.
     *
     * @throws IpcException {@code ACCESS_DENIED} when it is not installed, is another account's, or the place is not safe
     * @since 0.1.0
     */
    public SystemService serving(String name) {
        SystemService service = installed(name)
                .orElseThrow(() -> failure(
                        IpcStatus.ACCESS_DENIED,
                        "system-wide service " + name + ": not installed, there is no " + path.resolve(name) + "; "
                                + INSTALL + name + " --user ACCOUNT"));
        if (!service.isOwn()) {
            throw failure(
                    IpcStatus.ACCESS_DENIED,
                    "system-wide service " + name + ": only " + service.account() + " may serve it, whose is "
                            + service.folder() + "; this process runs as uid " + ProcessUser.uid()
                            + ": run it as that account, or take another name");
        }
        return service;
    }

    /**
     * A service that this process may connect to, whether or not it is served now.
     *
     * @throws IpcException {@code ENDPOINT_NOT_FOUND} when it is not installed; {@code ACCESS_DENIED} when this user may not
     *     connect, or the place is not safe
     * @since 0.1.0
     */
    public SystemService meeting(String name) {
        SystemService service = installed(name)
                .orElseThrow(() -> failure(
                        IpcStatus.ENDPOINT_NOT_FOUND,
                        "system-wide service " + name + ": not installed, there is no " + path.resolve(name) + "; "
                                + INSTALL + name));
        if (!service.mayEnter()) {
            throw failure(
                    IpcStatus.ACCESS_DENIED,
                    "system-wide service " + name + ": only " + service.allowed() + " may connect, by the mode of "
                            + service.folder() + "; this process runs as uid " + ProcessUser.uid()
                            + ": an administrator adds this user to the group (a new login makes that take effect)");
        }
        return service;
    }

    /**
     * The services that this user may connect to, by name, served or not; none where there is no such place. One whose
     * folder is not safe is left out, with a line in the log.
     *
     * @throws IpcException {@code ACCESS_DENIED} when the place is not safe
     * @since 0.1.0
     */
    public List<SystemService> reachable() {
        return all().stream().filter(SystemService::mayEnter).toList();
    }

    /**
     * All services that are installed, by name. One whose folder is not safe is left out, with a line in the log.
     *
     * @throws IpcException {@code ACCESS_DENIED} when the place is not safe
     * @since 0.1.0
     */
    public List<SystemService> all() {
        List<SystemService> services = new ArrayList<>();
        for (Path folder : real().map(Entries::of).orElse(List.of())) {
            if (Endpoint.isName(folder.getFileName().toString())) {
                try {
                    in(folder).ifPresent(services::add);
                } catch (IpcException unsafe) {
                    SafeLog.of(SystemPlace.class).log(System.Logger.Level.WARNING, "passed over: " + unsafe.reason());
                }
            }
        }
        return services;
    }

    /**
     * The names of the services that this user may connect to and that are served at a socket now, as {@link
     * SystemService#listen} names it.
     *
     * @throws IpcException {@code ACCESS_DENIED} when the place is not safe
     * @since 0.1.0
     */
    public List<String> served(String socket) {
        return reachable().stream()
                .filter(service -> service.isServed(socket))
                .map(SystemService::name)
                .toList();
    }

    /** A service that an administrator has installed, checked; empty when there is none. */
    Optional<SystemService> installed(String name) {
        return real().flatMap(real -> in(real.resolve(name)));
    }

    /** The service of a folder; empty when there is none, since an administrator has just removed it perhaps. */
    private static Optional<SystemService> in(Path folder) {
        try {
            return Optional.of(SystemService.of(folder));
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        } catch (IOException e) {
            throw FileFailure.of("inspect", folder, e);
        }
    }

    /** Its path without links, checked; empty when there is none. */
    Optional<Path> real() {
        missing().ifPresent(why -> {
            throw failure(IpcStatus.UNSUPPORTED, why);
        });
        try {
            Path real = path.toRealPath();
            checkRoots(real, false);
            for (Path above = real.getParent(); above != null; above = above.getParent()) {
                checkRoots(above, true);
            }
            return Optional.of(real);
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        } catch (IOException e) {
            throw FileFailure.of("inspect", path, e);
        }
    }

    /**
     * Checks a directory of the place, or one above it.
     *
     * @param sticky as for {@link #checkRoots(String, Path, boolean, String)}
     */
    static void checkRoots(Path directory, boolean sticky) throws IOException {
        checkRoots("system-wide place: ", directory, sticky, ", or sets " + VARIABLE + " to another directory");
    }

    /**
     * Checks that a directory is root's alone.
     *
     * @param what how errors begin
     * @param sticky whether others may create entries as long as they cannot rename or remove those of root
     * @param otherwise what else can be done, for errors
     */
    static void checkRoots(String what, Path directory, boolean sticky, String otherwise) throws IOException {
        PosixFacts facts = PosixFacts.read(directory);
        if (!facts.isDirectory()) {
            throw failure(
                    IpcStatus.ACCESS_DENIED,
                    what + directory + " is not a directory: an administrator makes it one" + otherwise);
        }
        Optional<String> why = facts.notRootsAlone(sticky);
        if (why.isPresent()) {
            throw failure(
                    IpcStatus.ACCESS_DENIED,
                    what + directory + " is not root's alone, " + why.get()
                            + ": an administrator makes it so (chown root, chmod go-w" + (sticky ? " or +t)" : ")")
                            + otherwise);
        }
    }

    static IpcException failure(IpcStatus status, String message) {
        return new IpcException(status, message, Delivery.NOT_SENT);
    }

    /** Whether a path lies in the place that this process's settings name. */
    static boolean contains(Path other) {
        Path place = current().path;
        return other.startsWith(place) || (Files.exists(place) && startsWithReal(other, place));
    }

    private static boolean startsWithReal(Path other, Path place) {
        try {
            return other.startsWith(place.toRealPath());
        } catch (IOException gone) {
            return false;
        }
    }
}
