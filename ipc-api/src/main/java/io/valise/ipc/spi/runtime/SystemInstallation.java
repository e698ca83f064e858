package io.valise.ipc.spi.runtime;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.List;
import java.util.Optional;

/**
 * What an administrator does to the {@link SystemPlace}: installs services, which decides who may serve a name and who may
 * connect to it, and removes them. Only root can. Thread-safe.
 *
 * @since 0.1.0
 */
public final class SystemInstallation {
    private static final String PLACE_MODE = "rwxr-xr-x";
    private static final String ROOT_ALONE = "rwx------";

    private SystemInstallation() {}

    /**
     * What {@link #install} found or made. Immutable.
     *
     * @param service the service as it is now
     * @param madePlace whether the place was made, too
     * @param madeService whether the service was made; false when it was installed so before
     * @since 0.1.0
     */
    public record Installed(SystemService service, boolean madePlace, boolean madeService) {}

    /**
     * Gives a name to an account.
     *
     * @param name the name of the service, as in {@code system:quotes}
     * @param account the user, by name or number, who alone may serve it
     * @param group the group, by name or number, whose members may connect; empty for every user of the machine
     * @throws IpcException {@code ACCESS_DENIED} when this process does not run as root, or the place is not safe; {@code
     *     ADDRESS_IN_USE} when the name is installed otherwise; {@code ENDPOINT_NOT_FOUND} when there is no such account or
     *     group; {@code UNSUPPORTED} where there are no services for other users
     * @throws IllegalArgumentException when it is no name
     * @since 0.1.0
     */
    public static Installed install(String name, String account, Optional<String> group) {
        checkName(name);
        requireRoot("install a system-wide service");
        SystemPlace place = SystemPlace.current();
        try {
            boolean made = place.real().isEmpty();
            Path real = place();
            Folder wanted = new Folder(real.resolve(name), user(account), group(group.orElse("0")), group.isPresent());
            if (place.installed(name).filter(SystemService::isUnfinished).isPresent()) {
                empty(wanted.path);
                Files.delete(wanted.path);
            }
            Optional<SystemService> before = place.installed(name);
            if (before.isPresent() && !wanted.isAs(before.get())) {
                throw SystemPlace.failure(
                        IpcStatus.ADDRESS_IN_USE,
                        "system-wide service " + name + ": installed already for "
                                + before.get().account() + ", and "
                                + before.get().allowed() + " may connect; remove it first: ipc system remove --service "
                                + name);
            }
            if (before.isEmpty()) {
                wanted.make();
            }
            return new Installed(SystemService.of(wanted.path), made, before.isEmpty());
        } catch (IOException e) {
            throw FileFailure.of("install", place.path().resolve(name), e);
        }
    }

    /**
     * Takes a name away from its account, with what the account's servers left in its folder; the place goes with its last
     * service.
     *
     * @return whether the place was removed, too
     * @throws IpcException {@code ADDRESS_IN_USE} when it is served; {@code ENDPOINT_NOT_FOUND} when it is not installed;
     *     {@code ACCESS_DENIED} when this process does not run as root, or there are directories in its folder
     * @throws IllegalArgumentException when it is no name
     * @since 0.1.0
     */
    public static boolean remove(String name) {
        checkName(name);
        requireRoot("remove a system-wide service");
        SystemPlace place = SystemPlace.current();
        Path folder = place.real()
                .map(real -> real.resolve(name))
                .filter(path -> Files.exists(path, LinkOption.NOFOLLOW_LINKS))
                .orElseThrow(() -> SystemPlace.failure(
                        IpcStatus.ENDPOINT_NOT_FOUND,
                        "system-wide service " + name + ": not installed, there is no "
                                + place.path().resolve(name)));
        try {
            if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                empty(folder);
            }
            Files.delete(folder);
            return removeIfEmpty(place.path().toRealPath());
        } catch (IOException e) {
            throw FileFailure.of("remove", folder, e);
        }
    }

    private static void checkName(String name) {
        new Endpoint(Endpoint.SYSTEM, name); // says what is wrong with it
    }

    static void requireRoot(String what) {
        SystemPlace.missing().ifPresent(why -> {
            throw SystemPlace.failure(IpcStatus.UNSUPPORTED, why);
        });
        if (ProcessUser.uid() != 0) {
            throw SystemPlace.failure(
                    IpcStatus.ACCESS_DENIED,
                    "only root can " + what + ", this process runs as uid " + ProcessUser.uid()
                            + ": run it with sudo, or ask an administrator");
        }
    }

    /** The place without links, checked, made if absent. */
    static Path place() throws IOException {
        SystemPlace place = SystemPlace.current();
        if (place.real().isEmpty()) {
            makePlace(place.path());
        }
        Path real = place.real().orElseThrow(() -> new IOException(place.path() + " was removed meanwhile"));
        letAllRead(real);
        return real;
    }

    /** An installation that was killed may have left a directory that only its account can enter. */
    static void letAllRead(Path directory) throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(PLACE_MODE));
    }

    /** Makes a folder that every user may read and an account may change. */
    static void make(Path folder, UserPrincipal account) throws IOException {
        new Folder(folder, account, group("0"), false).make();
    }

    /** Its parent is checked before anything is made in it, and must be there. */
    private static void makePlace(Path path) throws IOException {
        Path parent = path.getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw SystemPlace.failure(
                    IpcStatus.ACCESS_DENIED,
                    "system-wide place " + path + ": its parent is not a directory: make that first, as root's alone");
        }
        for (Path above = parent.toRealPath(); above != null; above = above.getParent()) {
            SystemPlace.checkRoots(above, true);
        }
        Files.createDirectory(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(ROOT_ALONE)));
    }

    static UserPrincipal user(String account) throws IOException {
        return known("account", account, users()::lookupPrincipalByName);
    }

    private static GroupPrincipal group(String name) throws IOException {
        return known("group", name, users()::lookupPrincipalByGroupName);
    }

    /** Finds a user or group by name or number. */
    @FunctionalInterface
    private interface Lookup<T> {
        T of(String name) throws IOException;
    }

    private static <T> T known(String what, String name, Lookup<T> lookup) throws IOException {
        try {
            if (name.startsWith("-")) { // Java takes it for a number, and chown(2) leaves an owner of -1 as it is
                throw new UserPrincipalNotFoundException(name);
            }
            return lookup.of(name);
        } catch (UserPrincipalNotFoundException unknown) {
            throw SystemPlace.failure(
                    IpcStatus.ENDPOINT_NOT_FOUND, what + " \"" + name + "\": this system has none, create it first");
        }
    }

    private static UserPrincipalLookupService users() {
        return FileSystems.getDefault().getUserPrincipalLookupService();
    }

    private static void empty(Path folder) throws IOException {
        List<String> served = UnixSockets.names(folder);
        if (!served.isEmpty()) {
            throw SystemPlace.failure(
                    IpcStatus.ADDRESS_IN_USE,
                    "system-wide service " + folder.getFileName() + ": served at " + folder + " by " + served
                            + ": stop its server first");
        }
        takeBack(folder, "system-wide service " + folder.getFileName());
    }

    /** Removes what is in a folder; directories, which Valise does not make, are not removed, and nothing is then. */
    static void takeBack(Path folder, String what) throws IOException {
        requireNoDirectories(folder, what); // while the account has it: what is not removed stays in use
        Folder.view(folder).setOwner(users().lookupPrincipalByName("0"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(ROOT_ALONE));
        requireNoDirectories(folder, what); // from here on the account can put nothing into it
        for (Path entry : Entries.of(folder)) {
            Files.deleteIfExists(entry);
        }
    }

    private static void requireNoDirectories(Path folder, String what) {
        for (Path entry : Entries.of(folder)) {
            if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                throw SystemPlace.failure(
                        IpcStatus.ACCESS_DENIED,
                        what + ": not removed, " + entry
                                + " is a directory, which Valise has not made: move it away, then remove it again");
            }
        }
    }

    /** Whether it was removed; false while other folders are in it. */
    static boolean removeIfEmpty(Path place) throws IOException {
        try {
            Files.delete(place);
            return true;
        } catch (DirectoryNotEmptyException others) {
            return false;
        }
    }

    /** The folder of a service as it is to be. */
    private record Folder(Path path, UserPrincipal account, GroupPrincipal group, boolean forGroup) {
        static PosixFileAttributeView view(Path path) {
            return Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        }

        boolean isAs(SystemService service) {
            return service.isFor(account, forGroup ? Optional.of(group) : Optional.empty());
        }

        /**
         * Its mode is set last, so that one that an installation or a removal that was killed has left is known by it: no
         * other user can enter it.
         */
        void make() throws IOException {
            Files.createDirectory(
                    path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(ROOT_ALONE)));
            boolean done = false;
            try {
                view(path).setGroup(group);
                view(path).setOwner(account);
                view(path).setPermissions(PosixFilePermissions.fromString(forGroup ? "rwxr-x---" : PLACE_MODE));
                done = true;
            } finally {
                if (!done) {
                    Files.deleteIfExists(path);
                }
            }
        }
    }
}
