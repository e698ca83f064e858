package io.valise.ipc.spi.runtime;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A folder with settings that every user of the machine reads and one account changes: {@code .settings/NAME} in the {@link
 * SystemPlace}. An administrator makes it. At each use, every directory from the root of the file system to {@code .settings}
 * must be root's, and no other user may be able to change what is in it; the folder itself must be its account's alone to
 * change. Immutable.
 *
 * <p>Errors are {@link IpcException}s, {@code NOT_SENT}.
 *
 * @since 0.1.0
 */
public final class SystemSettings {
    private static final String FOLDER = ".settings"; // the name of no service

    private final Path folder;
    private final PosixFacts facts;
    private final UserPrincipal owner;

    private SystemSettings(Path folder) throws IOException {
        this.folder = folder;
        this.facts = PosixFacts.read(folder);
        if (!facts.isDirectory() || facts.othersWrite().isPresent()) {
            throw SystemPlace.failure(
                    IpcStatus.ACCESS_DENIED,
                    "settings of the machine: " + folder + " is not used, "
                            + (facts.isDirectory()
                                    ? facts.summary() + ": others than its account can write to it"
                                    : "it is not a directory")
                            + "; an administrator removes it and installs it again");
        }
        this.owner = Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Where the folder of a name is, or would be, without links on the way to the place.
     *
     * @throws IpcException {@code ACCESS_DENIED} when the place is not safe; {@code UNSUPPORTED} where there are no users and
     *     modes of POSIX
     * @throws IllegalArgumentException when it is no name
     * @since 0.1.0
     */
    public static Path path(String name) {
        checkName(name);
        SystemPlace place = SystemPlace.current();
        return place.real().orElse(place.path()).resolve(FOLDER).resolve(name);
    }

    private static void checkName(String name) {
        new Endpoint(Endpoint.SYSTEM, name); // says what is wrong with it
    }

    /**
     * The folder of a name, checked; empty when it is not installed.
     *
     * @throws IpcException as {@link #path}, and {@code ACCESS_DENIED} when {@code .settings} or the folder are not safe
     * @throws IllegalArgumentException when it is no name
     * @since 0.1.0
     */
    public static Optional<SystemSettings> find(String name) {
        checkName(name);
        return place().flatMap(place -> in(place, name));
    }

    private static Optional<SystemSettings> in(Path place, String name) {
        try {
            return Optional.of(new SystemSettings(place.resolve(name)));
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        } catch (IOException e) {
            throw FileFailure.of("inspect", place.resolve(name), e);
        }
    }

    /** The folder of all settings, checked; empty when there is none. */
    private static Optional<Path> place() {
        Optional<Path> place = SystemPlace.current().real().map(real -> real.resolve(FOLDER));
        try {
            if (place.isPresent()) {
                SystemPlace.checkRoots(place.get(), false);
            }
            return place;
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        } catch (IOException e) {
            throw FileFailure.of("inspect", place.orElseThrow(), e);
        }
    }

    /**
     * All that are installed, by name. One whose folder is not safe is left out, with a line in the log.
     *
     * @throws IpcException {@code ACCESS_DENIED} when the place is not safe
     * @since 0.1.0
     */
    public static List<SystemSettings> all() {
        List<SystemSettings> all = new ArrayList<>();
        Optional<Path> place = place();
        for (Path folder : place.map(Entries::of).orElse(List.of())) {
            String name = folder.getFileName().toString();
            if (Endpoint.isName(name)) {
                try {
                    in(place.orElseThrow(), name).ifPresent(all::add);
                } catch (IpcException unsafe) {
                    SafeLog.of(SystemSettings.class)
                            .log(System.Logger.Level.WARNING, "passed over: " + unsafe.reason());
                }
            }
        }
        return all;
    }

    /**
     * Installs settings: makes the folder of a name, and the place if it is absent.
     *
     * @param account the user, by name or number, who alone may change them
     * @return the folder, also when it was installed so before
     * @throws IpcException {@code ACCESS_DENIED} when this process does not run as root, or the place is not safe; {@code
     *     ADDRESS_IN_USE} when it is installed for another account; {@code ENDPOINT_NOT_FOUND} when there is no such account;
     *     {@code UNSUPPORTED} where there are no users and modes of POSIX
     * @throws IllegalArgumentException when it is no name
     * @since 0.1.0
     */
    public static SystemSettings install(String name, String account) {
        checkName(name);
        SystemInstallation.requireRoot("install settings of the machine");
        Path path = path(name);
        try {
            UserPrincipal owner = SystemInstallation.user(account);
            Path place = SystemInstallation.place().resolve(FOLDER);
            path = place.resolve(name);
            if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
                SystemInstallation.make(place, SystemInstallation.user("0"));
            }
            SystemPlace.checkRoots(place, false);
            SystemInstallation.letAllRead(place);
            Optional<SystemSettings> before = in(place, name);
            if (before.isEmpty()) {
                SystemInstallation.make(path, owner);
            } else if (!before.get().owner.equals(owner)) {
                throw SystemPlace.failure(
                        IpcStatus.ADDRESS_IN_USE,
                        "settings of the machine \"" + name + "\": installed already for "
                                + before.get().account() + "; remove them first: ipc system remove --settings " + name);
            } else {
                SystemInstallation.letAllRead(path);
            }
            return new SystemSettings(path);
        } catch (IOException e) {
            throw FileFailure.of("install", path, e);
        }
    }

    /**
     * Removes settings, with all that is in them; the place goes with the last ones, when it has no service.
     *
     * @throws IpcException {@code ENDPOINT_NOT_FOUND} when they are not installed; {@code ACCESS_DENIED} when this process does
     *     not run as root, or there are directories in their folder
     * @throws IllegalArgumentException when it is no name
     * @since 0.1.0
     */
    public static void remove(String name) {
        checkName(name);
        SystemInstallation.requireRoot("remove settings of the machine");
        Path path = path(name);
        Path place = place().filter(found -> Files.exists(path, LinkOption.NOFOLLOW_LINKS))
                .orElseThrow(() -> SystemPlace.failure(
                        IpcStatus.ENDPOINT_NOT_FOUND,
                        "settings of the machine \"" + name + "\": not installed, there is no " + path));
        try {
            if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                SystemInstallation.takeBack(path, "settings of the machine \"" + name + '"');
            }
            Files.delete(path);
            if (SystemInstallation.removeIfEmpty(place)) {
                SystemInstallation.removeIfEmpty(SystemPlace.current().path().toRealPath());
            }
        } catch (IOException e) {
            throw FileFailure.of("remove", path, e);
        }
    }

    /**
     * Their name.
     *
     * @since 0.1.0
     */
    public String name() {
        return folder.getFileName().toString();
    }

    /**
     * Their folder, without links on the way.
     *
     * @since 0.1.0
     */
    public Path folder() {
        return folder;
    }

    /**
     * The account that may change them.
     *
     * @since 0.1.0
     */
    public String account() {
        return owner.getName();
    }

    /**
     * Whether this process runs as that account.
     *
     * @since 0.1.0
     */
    public boolean isOwn() {
        return facts.uid() == ProcessUser.uid();
    }
}
