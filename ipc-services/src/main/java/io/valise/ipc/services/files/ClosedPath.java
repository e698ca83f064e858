package io.valise.ipc.services.files;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.util.Objects.requireNonNull;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.services.files.FileAccessPolicy.Place;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A path without links, entered from its root one directory at a time (openat(2) with O_NOFOLLOW), so that it leads to
 * the same file as when it was checked, or fails. Used by one thread.
 */
final class ClosedPath implements AutoCloseable {
    private final Place place;
    private final Path name;
    /** The directory in which the name is; null where the JDK has no SecureDirectoryStream. */
    private final @Nullable SecureDirectoryStream<Path> folder;

    private ClosedPath(Place place, Path name, @Nullable SecureDirectoryStream<Path> folder) {
        this.place = place;
        this.name = name;
        this.folder = folder;
    }

    @SuppressWarnings("StreamResourceLeak") // it is closed with the path that holds it
    static ClosedPath enter(Place place) throws IOException {
        DirectoryStream<Path> root = Files.newDirectoryStream(place.root());
        if (!(root instanceof SecureDirectoryStream<Path> secure)) {
            root.close();
            return new ClosedPath(place, place.real(), null);
        }
        Path below = place.root().relativize(place.real());
        SecureDirectoryStream<Path> folder = secure;
        try {
            requireSame(place.root(), secure);
            for (int i = 0; i < below.getNameCount() - 1; i++) {
                SecureDirectoryStream<Path> next = folder.newDirectoryStream(below.getName(i), NOFOLLOW_LINKS);
                folder.close();
                folder = next;
            }
        } catch (NotDirectoryException | FileSystemLoopException e) {
            folder.close();
            throw changed(place.real());
        } catch (IOException | RuntimeException e) {
            folder.close();
            throw e;
        }
        Path last = below.getFileName();
        return new ClosedPath(place, last == null ? Path.of("") : last, folder);
    }

    /** The root was opened by its path, in which a link may have come in the place of a directory. */
    private static void requireSame(Path root, SecureDirectoryStream<Path> opened) throws IOException {
        if (!OpenFolder.isAt(opened, root) || !root.toRealPath().equals(root)) {
            throw changed(root);
        }
    }

    private static IpcException changed(Path path) {
        return new IpcException(IpcStatus.ACCESS_DENIED, path + ": it changed while it was opened");
    }

    SeekableByteChannel open(Set<OpenOption> options) throws IOException {
        checkFile();
        Set<OpenOption> all = new HashSet<>(options);
        all.add(NOFOLLOW_LINKS);
        SecureDirectoryStream<Path> in = folder;
        if (in != null) {
            return in.newByteChannel(name, all);
        }
        SeekableByteChannel channel = Files.newByteChannel(name, all);
        boolean same = false;
        try {
            same = name.toRealPath().equals(place.real());
            if (!same) {
                throw changed(name);
            }
            return channel;
        } finally {
            if (!same) {
                channel.close();
            }
        }
    }

    /** A named pipe would block the thread that opens it, and a directory is no file. */
    private void checkFile() throws IOException {
        try {
            if (name.toString().isEmpty() || !attributes().readAttributes().isRegularFile()) {
                throw new IpcException(IpcStatus.ACCESS_DENIED, place.real() + ": not a regular file");
            }
        } catch (NoSuchFileException e) {
            return; // it may be about to be created
        }
    }

    private BasicFileAttributeView attributes() {
        return folder == null
                ? Files.getFileAttributeView(name, BasicFileAttributeView.class, NOFOLLOW_LINKS)
                : folder.getFileAttributeView(name, BasicFileAttributeView.class, NOFOLLOW_LINKS);
    }

    List<Path> list() throws IOException {
        try (DirectoryStream<Path> entries = entries()) {
            List<Path> names = new ArrayList<>();
            entries.forEach(entry -> names.add(entry.getFileName()));
            names.sort(null);
            return names;
        } catch (DirectoryIteratorException e) {
            throw requireNonNull(e.getCause(), "its constructor requires it");
        }
    }

    @SuppressWarnings("StreamResourceLeak") // the caller closes it
    private DirectoryStream<Path> entries() throws IOException {
        if (folder == null) {
            return Files.newDirectoryStream(name);
        }
        return name.toString().isEmpty() ? folder : folder.newDirectoryStream(name, NOFOLLOW_LINKS);
    }

    void delete() throws IOException {
        if (folder == null) {
            Files.delete(name);
        } else {
            folder.deleteFile(name);
        }
    }

    @Override
    public void close() throws IOException {
        if (folder != null) {
            folder.close();
        }
    }
}
