package io.valise.ipc.spi.runtime;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.io.IOException;
import java.nio.file.AccessMode;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** Directories that only the user of this process can enter. */
final class PrivateDirectory {
    private PrivateDirectory() {}

    /** Creates the directory, the user's alone from its first moment, if absent, and checks it. */
    static Path secure(Path directory) {
        try {
            if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
                create(directory);
            }
        } catch (IOException e) {
            throw FileFailure.of("create", directory, e);
        }
        check(directory, FileFacts.of(directory));
        return directory;
    }

    /** The directory, checked; empty when there is none. Creates nothing. */
    static Optional<Path> existing(Path directory) {
        try {
            check(directory, FileFacts.read(directory));
            return Optional.of(directory);
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        } catch (IOException e) {
            throw FileFailure.of("inspect", directory, e);
        }
    }

    /** Checks that an absent directory could be created, as far as that can be told without an attempt. */
    static void checkCreatable(Path directory) {
        Path ancestor = directory.getParent();
        while (ancestor != null && Files.notExists(ancestor)) {
            ancestor = ancestor.getParent();
        }
        try {
            if (ancestor != null) {
                ancestor.getFileSystem().provider().checkAccess(ancestor, AccessMode.WRITE, AccessMode.EXECUTE);
            }
        } catch (IOException e) {
            throw FileFailure.of("create", directory, e);
        }
    }

    private static void check(Path directory, FileFacts facts) {
        checkOwner(directory, facts);
        deny(directory, facts.laxDirectory());
    }

    /** Checks that a directory is the user's and that no other user can rename what is in it. */
    static void checkOwned(Path directory) {
        FileFacts facts = FileFacts.of(directory);
        checkOwner(directory, facts);
        deny(directory, facts.othersWrite());
    }

    private static void create(Path directory) throws IOException {
        Path parent = directory.getParent();
        if (parent != null && !Files.isDirectory(parent)) {
            create(parent);
        }
        try {
            OwnerOnly.createDirectory(directory);
        } catch (FileAlreadyExistsException another) {
            return; // Another process was quicker; what it made is checked like anything else.
        }
    }

    private static void checkOwner(Path directory, FileFacts facts) {
        if (facts.isLink()) {
            throw denied(directory, "it is a symbolic link: remove it");
        }
        if (!facts.isDirectory()) {
            throw denied(directory, "it is not a directory: remove it");
        }
        deny(
                directory,
                facts.anothersOwn()
                        .map(owner -> owner + ": it is another user's; " + FileFailure.otherPlace(directory)));
    }

    private static void deny(Path directory, Optional<String> why) {
        if (why.isPresent()) {
            throw denied(directory, why.get());
        }
    }

    private static IpcException denied(Path directory, String why) {
        return new IpcException(
                IpcStatus.ACCESS_DENIED, "private directory " + directory + ": " + why, Delivery.NOT_SENT);
    }
}
