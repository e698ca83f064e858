package io.valise.ipc.services.files;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A folder whose entries are deleted though other programs may put links in the place of folders meanwhile: where the JDK can
 * work relative to an open directory (SecureDirectoryStream: Linux), nothing outside of it is touched. For one thread.
 */
final class OpenFolder implements AutoCloseable {
    private final DirectoryStream<Path> stream;
    /** The same; null where the JDK has none. */
    private final @Nullable SecureDirectoryStream<Path> secure;

    private OpenFolder(DirectoryStream<Path> stream) {
        this.stream = stream;
        this.secure = stream instanceof SecureDirectoryStream<Path> able ? able : null;
    }

    /** @throws NotDirectoryException when it is a link, or no folder */
    @SuppressWarnings("StreamResourceLeak") // closed with the folder
    static OpenFolder at(Path folder) throws IOException {
        OpenFolder opened = new OpenFolder(Files.newDirectoryStream(folder));
        boolean same = false;
        try {
            same = opened.isAt(folder);
            if (!same) {
                throw new NotDirectoryException(folder.toString());
            }
            return opened;
        } finally {
            if (!same) {
                opened.close();
            }
        }
    }

    private boolean isAt(Path folder) throws IOException {
        return secure == null ? facts(folder).isDirectory() : isAt(secure, folder);
    }

    /** Whether a directory that was opened by its path is what is there now, and no link is. */
    static boolean isAt(SecureDirectoryStream<Path> opened, Path folder) throws IOException {
        Object key = opened.getFileAttributeView(BasicFileAttributeView.class)
                .readAttributes()
                .fileKey();
        return Objects.equals(key, facts(folder).fileKey());
    }

    private static BasicFileAttributes facts(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, NOFOLLOW_LINKS);
    }

    /** Its entries, once. */
    List<Path> entries() throws IOException {
        try {
            List<Path> entries = new ArrayList<>();
            stream.forEach(entries::add);
            return entries;
        } catch (DirectoryIteratorException e) {
            throw requireNonNull(e.getCause(), "its constructor requires it");
        }
    }

    /** Whether an entry is a folder, and no link to one. */
    boolean isFolder(Path entry) throws IOException {
        return (secure == null
                        ? facts(entry)
                        : secure.getFileAttributeView(entry.getFileName(), BasicFileAttributeView.class, NOFOLLOW_LINKS)
                                .readAttributes())
                .isDirectory();
    }

    /** @throws NotDirectoryException when the entry is a link, or no folder */
    @SuppressWarnings("StreamResourceLeak") // closed with the folder
    OpenFolder enter(Path entry) throws IOException {
        if (secure == null) {
            return at(entry);
        }
        try {
            return new OpenFolder(secure.newDirectoryStream(entry.getFileName(), NOFOLLOW_LINKS));
        } catch (FileSystemException e) { // ELOOP for a link, which the JDK does not tell from others
            throw isFolder(entry) ? e : new NotDirectoryException(entry.toString());
        }
    }

    void deleteFile(Path entry) throws IOException {
        if (secure == null) {
            Files.delete(entry);
        } else {
            secure.deleteFile(entry.getFileName());
        }
    }

    /** @throws java.nio.file.DirectoryNotEmptyException when there is something in it */
    void deleteFolder(Path entry) throws IOException {
        if (secure == null) {
            Files.delete(entry);
        } else {
            secure.deleteDirectory(entry.getFileName());
        }
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
