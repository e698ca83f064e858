package io.valise.ipc.runtime;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.runtime.ConfigurationDirectory;
import io.valise.ipc.spi.runtime.Entries;
import io.valise.ipc.spi.runtime.FileFailure;
import io.valise.ipc.spi.runtime.FolderLock;
import io.valise.ipc.spi.runtime.InUse;
import io.valise.ipc.spi.runtime.PrivateFile;
import io.valise.ipc.spi.runtime.RuntimeDirectory;
import java.io.IOException;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The versions of the library's run-time part that this user has installed, side by side, in the folder {@code runtimes} of
 * the configuration directory. {@link IpcRuntime#initialize} loads the best of them into a program that has {@code
 * ipc-api} alone.
 *
 * <p>A version is there as a whole or not at all: it is written beside the others and moved to its place at the end, and
 * what a killed process left of an installation is removed by the next one. A process that has loaded a version holds a
 * lock on it, which the kernel ends with the process, so nothing that runs is ever removed. Installing and removing
 * exclude each other; each waits 10 seconds at most for another process.
 *
 * <p>Thread-safe.
 *
 * @since 0.1.0
 */
public final class InstalledRuntimes {
    private static final String FOLDER = "runtimes";
    /** What is being installed or removed; it begins with a dot, so it is no version. */
    private static final String CHANGES = ".changes";

    private static final String LOCKS = ".in-use";

    private static final InstalledRuntimes OF_THIS_USER = new InstalledRuntimes();

    private InstalledRuntimes() {}

    /** Those of the user of this process, in the configuration directory that is set at each call. */
    public static InstalledRuntimes ofThisUser() {
        return OF_THIS_USER;
    }

    /** Where they are, or would be. */
    public Path path() {
        return ConfigurationDirectory.path().resolve(FOLDER);
    }

    /**
     * Those that are installed, the latest version first; damaged ones too. Creates nothing.
     *
     * @throws IpcException {@code ACCESS_DENIED} when the folder is not this user's alone or cannot be read
     */
    public List<InstalledRuntime> list() {
        return ConfigurationDirectory.existing(FOLDER)
                .map(InstalledRuntimes::in)
                .orElse(List.of());
    }

    private static List<InstalledRuntime> in(Path folder) {
        return Entries.of(folder).stream()
                .map(RuntimeFolder::of)
                .flatMap(each -> each.version().map(each::describe).stream())
                .sorted(Comparator.comparing(InstalledRuntime::version).reversed())
                .toList();
    }

    /**
     * The ids of the processes that use a version, as far as they are seen from here.
     *
     * @throws IpcException {@code ACCESS_DENIED} or {@code RESOURCE_EXHAUSTED} when the locks cannot be asked
     */
    public List<Long> users(Version version) {
        return ConfigurationDirectory.existing(FOLDER)
                .filter(folder -> RuntimeManifest.isVersion(version.toString()))
                .filter(folder -> Files.exists(lock(folder, version), LinkOption.NOFOLLOW_LINKS))
                .map(folder -> choosing(folder, () -> use(folder, version).users()))
                .orElse(List.of());
    }

    private static Path lock(Path folder, Version version) {
        return folder.resolve(LOCKS).resolve(version.toString());
    }

    private static InUse use(Path folder, Version version) {
        return InUse.of(
                lock(folder, version),
                "run-time part " + version + " at " + folder.resolve(version.toString()),
                "removed");
    }

    /**
     * Installs a bundle beside the versions that are there. One that is there already, with the same jars, is left as it
     * is.
     *
     * @param bundle as {@link RuntimeBundle} writes it
     * @return what is installed now
     * @throws IllegalArgumentException when there is no such file
     * @throws IpcException {@code PROTOCOL_ERROR} when it is no bundle, or a checksum is wrong; {@code ADDRESS_IN_USE} when
     *     its version is installed with other jars, or damaged; {@code ACCESS_DENIED} or {@code RESOURCE_EXHAUSTED} of the file system,
     *     or when another process changes what is installed for 10 seconds
     */
    public InstalledRuntime install(Path bundle) {
        return changing((folder, changes) -> {
            Path draft = Files.createDirectory(changes.resolve("installed"));
            RuntimeManifest manifest = RuntimeBundle.unpack(bundle, draft);
            Path target = folder.resolve(manifest.version().toString());
            if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                checkSame(target, manifest);
            } else {
                choosing(folder, () -> move(draft, target));
            }
            return RuntimeFolder.of(target).describe(manifest.version());
        });
    }

    private static void checkSame(Path target, RuntimeManifest manifest) {
        if (!RuntimeFolder.of(target).has(manifest)) {
            throw new IpcException(
                    IpcStatus.ADDRESS_IN_USE,
                    "run-time part " + manifest.version() + ": installed already at " + target
                            + ", with other jars or damaged: `ipc runtime remove " + manifest.version()
                            + "` first, or give the bundle another version",
                    Delivery.NOT_SENT);
        }
        RuntimeFolder.of(target).verify();
    }

    /**
     * Removes a version, a damaged one too. Of a link in its place the link is removed.
     *
     * @return whether it was installed
     * @throws IpcException {@code ADDRESS_IN_USE} when a process uses it, this one perhaps; the message names its pid; {@code
     *     ACCESS_DENIED} or {@code RESOURCE_EXHAUSTED} of the file system, or when another process changes what is
     *     installed for 10 seconds
     */
    public boolean remove(Version version) {
        if (!RuntimeManifest.isVersion(version.toString())
                || ConfigurationDirectory.existing(FOLDER).isEmpty()) {
            return false;
        }
        return changing((folder, changes) -> choosing(folder, () -> {
            Path target = folder.resolve(version.toString());
            if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                return false;
            }
            use(folder, version).alone(() -> move(target, changes.resolve("removed")));
            PrivateFile.remove(lock(folder, version));
            return true;
        }));
    }

    /**
     * The version that {@link IpcRuntime} loads for a range: the latest in it that works with this {@code ipc-api}. Its
     * checksums are not compared.
     *
     * @throws IpcException {@code ACCESS_DENIED} when the folder is not this user's alone or cannot be read
     */
    public Optional<InstalledRuntime> find(VersionRange range) {
        return best(list(), range);
    }

    /** Where the version of {@code ipc-api} is not known, a part that works with any alone. */
    private static Optional<InstalledRuntime> best(List<InstalledRuntime> latestFirst, VersionRange range) {
        Optional<Version> api = Findings.contract().version();
        return latestFirst.stream()
                .filter(part -> range.contains(part.version()) && part.api().admits(api))
                .findFirst();
    }

    /** A version that this process keeps from being removed. */
    record Held(InstalledRuntime part, InUse use) {}

    /** What {@link #find} returns, held; its holder releases it. */
    Optional<Held> hold(VersionRange range) {
        return ConfigurationDirectory.existing(FOLDER)
                .flatMap(folder ->
                        choosing(folder, () -> best(in(folder), range).map(part -> hold(folder, part))));
    }

    private static Held hold(Path folder, InstalledRuntime part) {
        RuntimeDirectory.secured(folder.resolve(LOCKS));
        InUse use = use(folder, part.version());
        use.hold();
        return new Held(part, use);
    }

    /** Steps that the file system may fail. */
    @FunctionalInterface
    private interface Change<T> {
        T make(Path folder, Path changes) throws IOException;
    }

    /** One process at a time installs or removes, in a folder for that which is emptied before and after. */
    private static <T> T changing(Change<T> change) {
        Path folder = ConfigurationDirectory.folder(FOLDER);
        Path locks = RuntimeDirectory.secured(folder.resolve(LOCKS));
        return FolderLock.locked(locks, () -> {
            Path changes = folder.resolve(CHANGES);
            delete(changes);
            RuntimeDirectory.secured(changes);
            try {
                return change.make(folder, changes);
            } catch (IOException e) {
                throw FileFailure.of("change", folder, e);
            } finally {
                delete(changes);
            }
        });
    }

    /** While a version is chosen and held, or its users are asked for, none comes or goes. */
    private static <T> T choosing(Path folder, Supplier<T> action) {
        return FolderLock.locked(folder, action);
    }

    private static Path move(Path from, Path to) {
        try {
            Path moved = Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
            PrivateFile.syncFolder(to.resolveSibling("."));
            return moved;
        } catch (IOException e) {
            throw FileFailure.of("move", from, e);
        }
    }

    /** Removes a file, or a folder with all that is in it; links are not followed. */
    private static void delete(Path path) {
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            Entries.of(path).forEach(InstalledRuntimes::delete);
        }
        PrivateFile.remove(path);
    }
}
