package io.valise.ipc.services.files;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which files a service may touch for its callers: those below some roots. A handler that takes a path from a message
 * opens it here and nowhere else. {@code ..} and symbolic links are followed as long as they stay below a root; what
 * leaves it is {@code ACCESS_DENIED}, whether it exists or not.
 *
 * <p>A path is resolved first, and what it resolves to is then opened one directory after the other without following
 * links. So to replace a directory by a link in between gains an attacker nothing, where the JDK can open relative to a
 * directory (SecureDirectoryStream: Linux). A root is opened by its path, and refused if that leads to another directory
 * afterwards. Elsewhere the file is resolved once more after it was opened, and refused if it changed.
 *
 * <p>Roots can be revoked while the program runs: the next call sees it; channels open by then stay open. Those of {@link
 * FileAccessManifest#policy} are declared by the application and consented to by the user. Failures of the
 * file system are {@link IOException}s. Thread-safe.
 *
 * @since 0.1.0
 */
public final class FileAccessPolicy {
    private final List<Path> roots = new CopyOnWriteArrayList<>();
    /** Roots that were revoked: what depends on them is revoked again, in case it could not be before. */
    private final Set<Path> former = ConcurrentHashMap.newKeySet();

    private final Map<String, Consumer<Set<Path>>> listeners = new ConcurrentHashMap<>();
    /** Whose user decides, where the roots are those that it has consented to; else null. */
    private final @Nullable String application;

    private final Supplier<List<Path>> current;

    /**
     * Allows what is below some directories.
     *
     * @throws IOException when one cannot be resolved
     */
    public FileAccessPolicy(Path... roots) throws IOException {
        this.application = null;
        this.current = () -> this.roots;
        for (Path root : roots) {
            allow(root);
        }
    }

    /**
     * Allows what the user allows an application.
     *
     * @param current the roots, asked for at each use; real paths
     */
    FileAccessPolicy(String application, Supplier<List<Path>> current) {
        this.application = application;
        this.current = current;
    }

    private void requireOwnRoots() {
        if (application != null) {
            throw new UnsupportedOperationException("the roots of " + application
                    + " are those that its user has consented to; `ipc access` changes that");
        }
    }

    /**
     * Allows what is below another directory, from now on.
     *
     * @throws IllegalArgumentException when it is no directory
     * @throws UnsupportedOperationException when the user decides ({@link FileAccessManifest#policy})
     * @throws IOException when it cannot be resolved
     */
    public void allow(Path root) throws IOException {
        requireOwnRoots();
        Path real = root.toRealPath();
        if (!Files.isDirectory(real)) {
            throw new IllegalArgumentException("root " + root + ": expected a directory");
        }
        roots.add(real);
    }

    /**
     * No longer allows what is below a root; what another root allows stays allowed. Durable tokens that a {@link
     * SharedFiles} with this policy has made for such files are revoked, those of earlier processes included.
     *
     * @return whether it was allowed
     * @throws IpcException {@code RESOURCE_EXHAUSTED} or {@code ACCESS_DENIED} when durable tokens cannot be read or removed; the
     *     root is revoked, and so are all other tokens: call this again when the reason is gone
     * @throws UnsupportedOperationException when the user decides ({@link FileAccessManifest#policy})
     */
    public boolean revoke(Path root) {
        Path given = root.toAbsolutePath().normalize();
        return removeIf(known -> known.equals(given) || isSame(known, root));
    }

    private boolean removeIf(Predicate<Path> which) {
        requireOwnRoots();
        List<Path> revoked = roots.stream().filter(which).toList();
        former.addAll(revoked);
        roots.removeAll(revoked);
        Set<Path> all = former.stream().filter(which).collect(Collectors.toSet());
        forEach(listeners.values(), listener -> listener.accept(all));
        return !revoked.isEmpty();
    }

    /**
     * Has a listener told of roots that this no longer allows.
     *
     * @param key whose listener it is; the first one stays
     */
    void onRevoked(String key, Consumer<Set<Path>> listener) {
        listeners.putIfAbsent(key, listener);
    }

    /** Does it for all, and throws afterwards the first failure, if there is one, with the others suppressed. */
    static <T> void forEach(Collection<T> all, Consumer<T> action) {
        IpcException first = null;
        for (T each : all) {
            try {
                action.accept(each);
            } catch (IpcException failed) {
                if (first == null) {
                    first = failed;
                } else {
                    first.addSuppressed(failed);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private static boolean isSame(Path known, Path root) {
        try {
            return known.equals(root.toRealPath());
        } catch (IOException e) {
            return false; // it is gone, or the path resolves to another directory by now
        }
    }

    /**
     * Allows nothing any more. Durable tokens are revoked, as by {@link #revoke}.
     *
     * @throws IpcException as {@link #revoke}
     */
    public void revokeAll() {
        removeIf(known -> true);
    }

    /**
     * The directories below which everything is allowed now.
     *
     * @throws IpcException as {@link FileAccessManifest}, where the user decides
     */
    public List<Path> roots() {
        return List.copyOf(current.get());
    }

    /** The roots that allow a file; real paths. */
    List<Path> rootsOf(Path real) {
        return roots().stream().filter(real::startsWith).toList();
    }

    /**
     * The roots that allow a file, at least one.
     *
     * @param real its real path
     * @throws IpcException {@code ACCESS_DENIED} when none does
     */
    List<Path> requireRootsOf(Path real) {
        List<Path> allowing = rootsOf(real);
        if (allowing.isEmpty()) {
            throw denied(real);
        }
        return allowing;
    }

    /** The application whose user decides, if one does. */
    Optional<String> application() {
        return Optional.ofNullable(application);
    }

    /**
     * The real path of a file or directory, or of one that could be created, if it is below a root. By the time it is
     * used the path may lead elsewhere; prefer {@link #open}.
     *
     * @throws IpcException {@code ACCESS_DENIED} when it is not
     */
    public Path check(Path path) throws IOException {
        return place(path).real();
    }

    /**
     * Opens a regular file below a root, as {@link Files#newByteChannel} does. A file is created with the permissions
     * that the process gives to new files.
     *
     * @throws IpcException {@code ACCESS_DENIED} when it is not below a root, or no regular file
     */
    public SeekableByteChannel open(Path path, OpenOption... options) throws IOException {
        return open(place(path), options);
    }

    private static SeekableByteChannel open(Place place, OpenOption... options) throws IOException {
        try (ClosedPath path = ClosedPath.enter(place)) {
            return path.open(Set.copyOf(Arrays.asList(options)));
        }
    }

    /**
     * Opens a regular file that was resolved before, as {@link #open} does, unless its path leads to another file by now.
     *
     * @throws IpcException {@code ACCESS_DENIED} as {@link #open}, and when it does
     */
    SeekableByteChannel openReal(Path real, OpenOption... options) throws IOException {
        Place place = place(real);
        if (!place.real().equals(real)) {
            throw new IpcException(IpcStatus.ACCESS_DENIED, real + ": its path leads to another file now");
        }
        return open(place, options);
    }

    /** The names in a directory below a root, sorted. */
    public List<Path> list(Path directory) throws IOException {
        try (ClosedPath place = ClosedPath.enter(place(directory))) {
            return place.list();
        }
    }

    /** Deletes a file below a root, or a symbolic link, and not what that points to. */
    public void delete(Path file) throws IOException {
        Path absolute = file.toAbsolutePath();
        Path parent = absolute.getParent();
        Path name = absolute.getFileName();
        if (parent == null || name == null || name.toString().equals("..")) {
            throw denied(file);
        }
        Place folder = place(parent);
        try (ClosedPath place =
                ClosedPath.enter(new Place(folder.root(), folder.real().resolve(name)))) {
            place.delete();
        }
    }

    /**
     * Where a path leads.
     *
     * @param root the root that allows it, real
     * @param real what it resolves to, below the root
     */
    record Place(Path root, Path real) {}

    private Place place(Path path) throws IOException {
        Path real = resolve(path.toAbsolutePath(), path);
        return rootsOf(real).stream()
                .max(Comparator.comparingInt(Path::getNameCount))
                .map(root -> new Place(root, real))
                .orElseThrow(() -> denied(path));
    }

    /** The real path; of what does not exist, the real path of what does, and the rest. */
    private Path resolve(Path absolute, Path asked) throws IOException {
        try {
            return absolute.toRealPath();
        } catch (NoSuchFileException e) {
            Path parent = absolute.getParent();
            Path name = absolute.getFileName();
            if (parent == null || name == null || name.toString().equals("..") || Files.isSymbolicLink(absolute)) {
                throw denied(asked);
            }
            return resolve(parent, asked).resolve(name).normalize();
        } catch (IOException e) {
            if (isInside(absolute.normalize()) && leadsInside(absolute.getParent(), asked)) {
                throw e;
            }
            throw denied(asked); // the reason of a failure outside would tell what exists there
        }
    }

    private boolean leadsInside(@Nullable Path parent, Path asked) throws IOException {
        return parent != null && isInside(resolve(parent, asked));
    }

    private boolean isInside(Path path) {
        return !rootsOf(path).isEmpty();
    }

    private IpcException denied(Path path) {
        String advice = application == null ? "" : "; `ipc access list " + application + "` shows what the user allows";
        return new IpcException(IpcStatus.ACCESS_DENIED, path + ": not below an allowed root" + advice);
    }
}
