package io.valise.ipc.spi.runtime;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
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
            throw failed("create", directory, e);
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
            throw failed("inspect", directory, e);
        }
    }

    /** Checks that an absent directory could be created, as far as that can be told without an attempt. */
    static void checkCreatable(Path directory) {
        Path ancestor = directory.getParent();
        while (ancestor != null && !Files.exists(ancestor)) {
            ancestor = ancestor.getParent();
        }
        if (ancestor != null && !Files.isWritable(ancestor)) {
            throw failed("create", directory, new IOException(ancestor + " is not writable"));
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

    /** The exception for a file operation that the system refused. */
    static IpcException failed(String what, Path path, IOException cause) {
        IpcStatus status =
                cause instanceof AccessDeniedException ? IpcStatus.ACCESS_DENIED : IpcStatus.RESOURCE_EXHAUSTED;
        return new IpcException(
                status,
                "cannot " + what + ' ' + path + ": " + cause
                        + "; free space there, or set VALISE_HOME (for keys VALISE_CONFIG) to another directory",
                Delivery.NOT_SENT,
                cause);
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
                        .map(owner -> owner + ": it is another user's; set VALISE_HOME (for keys VALISE_CONFIG) to a"
                                + " directory of yours"));
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
