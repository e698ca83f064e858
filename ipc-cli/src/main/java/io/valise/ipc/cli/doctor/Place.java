package io.valise.ipc.cli.doctor;

import io.valise.ipc.ValueSet;
import io.valise.ipc.cli.text.Amounts;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A directory that transports need. Immutable.
 *
 * @param path where it is
 * @param owner its owner, and its mode where the system has modes: {@code root, rwx------}
 * @param freeBytes what a user can still write there; -1 when that is not known
 * @param totalBytes the size of its file system; -1 when that is not known
 * @param problem why it cannot be used; empty when it can
 */
public record Place(String path, String owner, long freeBytes, long totalBytes, String problem) {
    /** Examines a directory. */
    public static Place at(Path path) {
        try {
            FileStore store = Files.getFileStore(path);
            String problem = Files.isWritable(path) ? "" : "not writable";
            return new Place(path.toString(), owner(path), store.getUsableSpace(), store.getTotalSpace(), problem);
        } catch (IOException e) {
            return missing(path.toString(), e.toString());
        }
    }

    /** A directory that does not exist or cannot be examined. */
    public static Place missing(String path, String problem) {
        return new Place(path, "?", -1, -1, problem);
    }

    private static String owner(Path path) throws IOException {
        String owner = Files.getOwner(path, LinkOption.NOFOLLOW_LINKS).getName();
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? owner + ", " + PosixFilePermissions.toString(Files.getPosixFilePermissions(path))
                : owner;
    }

    /** Whether less than so many bytes are known to be free. */
    public boolean isShortOf(long bytes) {
        return freeBytes >= 0 && freeBytes < bytes;
    }

    /** This as a message, for JSON. */
    public ValueSet toValueSet() {
        return ValueSet.of(
                "path", path, "owner", owner, "freeBytes", freeBytes, "totalBytes", totalBytes, "problem", problem);
    }

    /** One line of text. */
    @Override
    public String toString() {
        return problem.isEmpty()
                ? path + " (" + owner + "), " + Amounts.bytes(freeBytes) + " free of " + Amounts.bytes(totalBytes)
                : path + ": " + problem;
    }
}
