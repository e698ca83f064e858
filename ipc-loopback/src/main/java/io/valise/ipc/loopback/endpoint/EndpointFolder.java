package io.valise.ipc.loopback.endpoint;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.runtime.PrivateFile;
import io.valise.ipc.spi.runtime.PublishedFiles;
import io.valise.ipc.spi.runtime.RuntimeDirectory;
import io.valise.ipc.spi.runtime.SafeLog;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The folder {@code loopback} of the user's runtime directory: one {@link EndpointFile} per server, named after it,
 * mode 0600, complete from the moment it can be seen. Thread-safe; what must not interleave with other processes runs
 * {@link #locked}.
 */
public final class EndpointFolder {
    private static final Logger LOG = SafeLog.of(EndpointFolder.class);
    private static final String FOLDER = "loopback";

    private final RuntimeDirectory directory;
    private final Path folder;

    private EndpointFolder(RuntimeDirectory directory, Path folder) {
        this.directory = directory;
        this.folder = folder;
    }

    /** This user's; created if absent. */
    public static EndpointFolder current() {
        RuntimeDirectory directory = RuntimeDirectory.current();
        return new EndpointFolder(directory, directory.folder(FOLDER));
    }

    /** This user's, to read from; not created. */
    public static EndpointFolder toRead() {
        RuntimeDirectory directory = RuntimeDirectory.current();
        return new EndpointFolder(directory, directory.readFolder(FOLDER));
    }

    /** Runs something while no other process of the user does. */
    public <T> T locked(Supplier<T> action) {
        return directory.locked(folder, action);
    }

    /** The file of a server, for messages. */
    public Path pathOf(String name) {
        return folder.resolve(name);
    }

    /**
     * What a server of that name publishes.
     *
     * @throws IpcException {@code PROTOCOL_ERROR} when there is a file that cannot be read as one
     */
    public Optional<EndpointFile> read(String name) {
        Path path = pathOf(name);
        try {
            // Where file names ignore case the file of another server may answer.
            return PrivateFile.read(path, EndpointFile.MAX_BYTES)
                    .map(EndpointFile::parse)
                    .filter(found -> found.name().equals(name));
        } catch (IpcException e) {
            throw new IpcException(
                    e.status(), path + ": " + e.reason() + "; restart the server to replace it", Delivery.NOT_SENT, e);
        }
    }

    /** Like {@link #read}, but what cannot be read counts as absent. */
    public Optional<EndpointFile> readable(String name) {
        try {
            return read(name);
        } catch (IpcException malformed) {
            return Optional.empty();
        }
    }

    /** Every server's file that can be read. */
    public List<EndpointFile> all() {
        List<EndpointFile> all = new ArrayList<>();
        for (Path path : list()) {
            readable(path.getFileName().toString()).ifPresent(all::add);
        }
        return all;
    }

    /** Makes a server known, replacing what was there under its name. */
    public void publish(EndpointFile file) {
        PrivateFile.write(pathOf(file.name()), file.format());
    }

    /** Has a published file published again when it is removed, until the result is closed. */
    public PublishedFiles.Kept keep(EndpointFile file) {
        Path path = pathOf(file.name());
        return PublishedFiles.keep(
                path,
                folder,
                kept -> locked(() -> {
                    boolean absent = kept.isOpen() && !Files.exists(path, LinkOption.NOFOLLOW_LINKS);
                    if (absent) {
                        publish(file);
                    }
                    return absent;
                }));
    }

    /** Takes a server's file away if it is still the one it published. Call it {@link #locked}. */
    public void retract(EndpointFile file) {
        // not by equals: Java 17 keeps the class of the last record that was compared, and so its class loader
        readable(file.name())
                .filter(there -> there.secret().equals(file.secret()))
                .ifPresent(same -> delete(pathOf(file.name())));
    }

    /**
     * Removes what crashed servers left. Call it {@link #locked}.
     *
     * @param gone whether the server of a file is certainly gone
     */
    public void sweep(Predicate<EndpointFile> gone) {
        for (Path path : list()) {
            try {
                sweep(path, gone);
            } catch (IpcException e) { // it harms no other name
                LOG.log(Level.WARNING, "what a server left stays: " + path, e);
            }
        }
    }

    private void sweep(Path path, Predicate<EndpointFile> gone) {
        String name = path.getFileName().toString();
        if (name.startsWith(PrivateFile.DRAFT_PREFIX)) {
            delete(path);
        } else {
            readable(name).filter(gone).ifPresent(file -> delete(path));
        }
    }

    private List<Path> list() {
        try (DirectoryStream<Path> entries =
                Files.newDirectoryStream(folder, path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))) {
            List<Path> paths = new ArrayList<>();
            entries.forEach(paths::add);
            return paths;
        } catch (NoSuchFileException absent) {
            return List.of();
        } catch (IOException e) {
            throw failed("list", folder, e);
        }
    }

    private static void delete(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw failed("delete", path, e);
        }
    }

    private static IpcException failed(String what, Path path, IOException e) {
        IpcStatus status = e instanceof AccessDeniedException || e instanceof FileAlreadyExistsException
                ? IpcStatus.ACCESS_DENIED
                : IpcStatus.RESOURCE_EXHAUSTED;
        return new IpcException(
                status,
                "cannot " + what + " " + path + " (" + e + "): check its owner and the free space there",
                Delivery.NOT_SENT,
                e);
    }
}
