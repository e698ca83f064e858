package io.valise.ipc.spi.runtime;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static java.util.Objects.requireNonNull;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A short ASCII file that only this user can read, such as a key, in a directory that {@link RuntimeDirectory} or
 * {@link ConfigurationDirectory} has checked. It belongs to the user of this process, has mode 0600 (on Windows an
 * access list with this user alone) and is not a symbolic link, which is checked at each reading; no process ever sees
 * half of one.
 *
 * <p>Errors are {@link IpcException}s: {@code ACCESS_DENIED} when owner, mode or kind are not as they must be, or the
 * system forbids it; {@code RESOURCE_EXHAUSTED} when the file system is full, read-only or broken; {@code
 * PROTOCOL_ERROR} when the file is too long. Thread-safe.
 */
public final class PrivateFile {
    /** What a file is called while it is written. */
    public static final String DRAFT_PREFIX = ".draft-";

    private PrivateFile() {}

    /** The file's text, or empty when there is none; longer than so many bytes it is refused. */
    public static Optional<String> read(Path file, int maxBytes) {
        try {
            check(file, FileFacts.read(file));
            return Optional.of(new String(bytes(file, maxBytes), US_ASCII));
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        } catch (IOException e) {
            throw FileFailure.of("read", file, e);
        }
    }

    /**
     * What to create a file with, so that it is this user's alone from its first moment: mode 0600, or an access list.
     *
     * @throws IOException when the system does not know this user
     */
    public static FileAttribute<?>[] ownerOnly(Path file) throws IOException {
        return OwnerOnly.file(file);
    }

    private static byte[] bytes(Path file, int maxBytes) throws IOException {
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            byte[] bytes = in.readNBytes(maxBytes + 1);
            if (bytes.length > maxBytes) {
                throw new IpcException(
                        IpcStatus.PROTOCOL_ERROR,
                        file + ": limit=" + maxBytes + " bytes, actual=more: remove it",
                        Delivery.NOT_SENT);
            }
            return bytes;
        }
    }

    /** Writes the file, replacing what was there, on the disk before it is seen. */
    public static void write(Path file, String text) {
        try {
            Path draft = OwnerOnly.createDraft(folder(file), DRAFT_PREFIX);
            try {
                Uninterruptibly.call(() -> fill(draft, text));
                Files.move(draft, file, ATOMIC_MOVE, REPLACE_EXISTING);
                syncFolder(folder(file));
            } finally {
                Files.deleteIfExists(draft);
            }
        } catch (IOException e) {
            throw FileFailure.of("write", file, e);
        }
    }

    private static Path fill(Path draft, String text) throws IOException {
        try (FileChannel channel = FileChannel.open(draft, WRITE)) {
            ByteBuffer bytes = US_ASCII.encode(text);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
            return draft;
        }
    }

    /**
     * Has the system write the names in a folder to the disk, so that a file that was moved into it is there after a loss
     * of power; nothing where the system cannot, as on Windows. An interrupt does no harm.
     *
     * @since 0.1.0
     */
    public static void syncFolder(Path folder) throws IOException {
        if (!OwnerOnly.hasModes(folder)) {
            return;
        }
        Uninterruptibly.call(() -> {
            try (FileChannel channel = FileChannel.open(folder, READ)) {
                channel.force(true);
                return folder;
            }
        });
    }

    /** Removes the file, if there is one. */
    public static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw FileFailure.of("remove", file, e);
        }
    }

    /** The files in a folder whose names begin so, drafts included; none where there is no folder. */
    public static List<Path> list(Path folder, String prefix) {
        return Entries.of(folder).stream().filter(file -> isNamed(file, prefix)).toList();
    }

    private static boolean isNamed(Path file, String prefix) {
        String name = file.getFileName().toString();
        return (name.startsWith(prefix) || name.startsWith(DRAFT_PREFIX))
                && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
    }

    /** The file's text; where there is none, what the supplier makes is written. All who race get the same. */
    public static String readOrCreate(Path file, int maxBytes, Supplier<String> text) {
        return read(file, maxBytes)
                .orElseGet(() -> FolderLock.locked(
                        folder(file), () -> read(file, maxBytes).orElseGet(() -> create(file, text.get()))));
    }

    private static Path folder(Path file) {
        return requireNonNull(file.getParent(), "a private file lies in a private folder");
    }

    private static String create(Path file, String text) {
        write(file, text);
        return text;
    }

    private static void check(Path file, FileFacts facts) {
        if (!facts.isRegular()) {
            throw denied(file, facts.isLink() ? "it is a symbolic link: remove it" : "it is no file: remove it");
        }
        facts.anothersOwn().ifPresent(owner -> {
            throw denied(file, owner + ": remove it");
        });
        facts.laxFile().ifPresent(lax -> {
            throw denied(file, "others may know what is in it: remove it, unless they cannot have read it: " + lax);
        });
    }

    private static IpcException denied(Path file, String why) {
        return new IpcException(IpcStatus.ACCESS_DENIED, "private file " + file + ": " + why, Delivery.NOT_SENT);
    }
}
