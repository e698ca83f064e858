package io.valise.ipc.spi.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** What lstat(2) says of a path; on Windows what stands in for it: the system's default access rules protect files there. */
record FileFacts(int mode, long uid) {
    private static final int KIND = 0170000;
    private static final int REGULAR = 0100000;
    private static final int DIRECTORY = 0040000;
    private static final int SYMLINK = 0120000;
    private static final int PERMISSIONS = 0777;

    /** Inspects a path without following a link at its end. */
    static FileFacts of(Path path) {
        try {
            return read(path);
        } catch (IOException e) {
            throw PrivateDirectory.failed("inspect", path, e);
        }
    }

    static FileFacts read(Path path) throws IOException {
        return PrivateDirectory.POSIX
                ? new FileFacts(number(path, "unix:mode"), Integer.toUnsignedLong(number(path, "unix:uid")))
                : onWindows(path);
    }

    private static int number(Path path, String attribute) throws IOException {
        return (Integer) Files.getAttribute(path, attribute, LinkOption.NOFOLLOW_LINKS);
    }

    private static FileFacts onWindows(Path path) throws IOException {
        BasicFileAttributes attributes =
                Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        int kind = attributes.isSymbolicLink()
                ? SYMLINK
                : attributes.isDirectory() ? DIRECTORY : attributes.isRegularFile() ? REGULAR : 0;
        return new FileFacts(kind | PERMISSIONS, ProcessUser.uid());
    }

    boolean isLink() {
        return (mode & KIND) == SYMLINK;
    }

    boolean isDirectory() {
        return (mode & KIND) == DIRECTORY;
    }

    boolean isRegular() {
        return (mode & KIND) == REGULAR;
    }

    /** Whether the mode is exactly this one; always where there are no modes. */
    boolean hasMode(int expected) {
        return !PrivateDirectory.POSIX || permissions() == expected;
    }

    int permissions() {
        return mode & PERMISSIONS;
    }

    String octal() {
        return String.format("%04o", permissions());
    }
}
