package io.valise.ipc.services.files;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.spi.runtime.ConfigurationDirectory;
import io.valise.ipc.spi.runtime.Entries;
import io.valise.ipc.spi.runtime.PrivateFile;
import io.valise.ipc.spi.runtime.RuntimeDirectory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * A folder that the applications of one publisher share, and no other publisher's: files that are read and written
 * whole. No reader ever sees half of one, also when several processes write at once or are killed; the last one wins. A
 * publisher has the folders that one of its applications has declared.
 *
 * <p>It lies in the user's configuration folder under the publisher's id, with mode 0700, checked at each use. That
 * keeps other users out. Programs of the same user are kept out by this class, which opens a publisher's folders only
 * to a program that has the publisher's key; the system does not enforce that.
 *
 * <p>A file's name has 1 to 128 characters A-Z a-z 0-9 . _ - and begins with a letter or digit. Failures: {@code
 * ACCESS_DENIED} when owner, mode or kind of a folder are not as they must be, or this user may not list it; {@link
 * IOException} for others of the file system. Thread-safe, and safe among processes.
 *
 * @since 0.1.0
 */
public final class PublisherFolder {
    private static final Pattern FOLDER = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final Pattern FILE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
    private static final String PUBLISHERS = "publishers";
    private static final String DECLARED = "folders";
    private static final int MOST_DECLARED_BYTES = 16 * 1024;

    private final Path path;

    private PublisherFolder(Path path) {
        this.path = path;
    }

    /**
     * Declares folders of a publisher, beside those that it has. Idempotent.
     *
     * @param names each 1 to 64 characters A-Z a-z 0-9 . _ - that begin with a letter or digit
     * @throws IpcException {@code RESOURCE_EXHAUSTED} when they are too many
     */
    public static void declare(AppIdentity identity, String... names) {
        Path home = home(identity);
        locked(home, () -> {
            TreeSet<String> all = new TreeSet<>(declared(home));
            Arrays.stream(names).map(name -> check("folder", FOLDER, name)).forEach(all::add);
            String text = String.join("\n", all);
            if (text.length() > MOST_DECLARED_BYTES) {
                throw new IpcException(
                        IpcStatus.RESOURCE_EXHAUSTED,
                        "declared folders: limit=" + MOST_DECLARED_BYTES + " characters, actual=" + text.length());
            }
            PrivateFile.write(home.resolve(DECLARED), text);
            return all;
        });
    }

    /**
     * Opens a declared folder; it is made when it is not there.
     *
     * @throws IpcException {@code ACCESS_DENIED} when the publisher has declared no such folder
     */
    public static PublisherFolder open(AppIdentity identity, String name) {
        Path home = ConfigurationDirectory.path().resolve(PUBLISHERS).resolve(identity.publisherId());
        List<String> declared = ConfigurationDirectory.existing(PUBLISHERS)
                .flatMap(publishers -> RuntimeDirectory.existing(home))
                .map(PublisherFolder::declared)
                .orElse(List.of());
        if (!declared.contains(name)) {
            throw new IpcException(
                    IpcStatus.ACCESS_DENIED,
                    "folder \"" + name + "\" of publisher " + identity.publisherId() + ": declared=" + declared
                            + "; declare it first");
        }
        // No folder's name begins with a dot, so no folder has the name of the list.
        return new PublisherFolder(RuntimeDirectory.secured(home.resolve(".d-" + name)));
    }

    private static Path home(AppIdentity identity) {
        return RuntimeDirectory.secured(
                ConfigurationDirectory.folder(PUBLISHERS).resolve(identity.publisherId()));
    }

    private static List<String> declared(Path home) {
        return PrivateFile.read(home.resolve(DECLARED), MOST_DECLARED_BYTES).stream()
                .flatMap(String::lines)
                .toList();
    }

    private static <T> T locked(Path folder, Supplier<T> action) {
        return RuntimeDirectory.current().locked(folder, action);
    }

    private static String check(String what, Pattern pattern, String name) {
        if (!pattern.matcher(name).matches()) {
            throw new IllegalArgumentException(what + " name: expected " + pattern + ", actual=\"" + name + '"');
        }
        return name;
    }

    private Path file(String name) {
        RuntimeDirectory.existing(path);
        return path.resolve(check("file", FILE, name));
    }

    /** Its path, for programs that need one and follow the rules above. */
    public Path path() {
        return path;
    }

    /** The names of its files, sorted. */
    public List<String> list() throws IOException {
        if (RuntimeDirectory.existing(path).isEmpty()) {
            return List.of(); // it was removed
        }
        return Entries.of(path).stream()
                .map(entry -> entry.getFileName().toString())
                .filter(name -> FILE.matcher(name).matches())
                .sorted()
                .toList();
    }

    /** A file's bytes; empty when the file does not exist. */
    public Optional<byte[]> read(String name) throws IOException {
        try (InputStream in = newInputStream(name)) {
            return Optional.of(in.readAllBytes());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /**
     * Opens a file; what is read is the file as it is now, also when it is replaced meanwhile.
     *
     * @throws NoSuchFileException when there is none
     */
    public InputStream newInputStream(String name) throws IOException {
        return Files.newInputStream(file(name), LinkOption.NOFOLLOW_LINKS);
    }

    /** Writes a file whole, or leaves what was there; it is on the disk when this returns. */
    public void write(String name, byte[] bytes) throws IOException {
        write(name, new ByteArrayInputStream(bytes));
    }

    /** Like {@link #write(String, byte[])}, with all bytes of a stream. */
    public void write(String name, InputStream content) throws IOException {
        Path target = file(name);
        RuntimeDirectory.secured(path);
        Path draft = Files.createTempFile(path, PrivateFile.DRAFT_PREFIX, null);
        try {
            try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
                content.transferTo(Channels.newOutputStream(channel));
                channel.force(true);
            }
            Files.move(draft, target, ATOMIC_MOVE, REPLACE_EXISTING);
            PrivateFile.syncFolder(path);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    /**
     * Deletes a file.
     *
     * @return whether there was one
     */
    public boolean delete(String name) throws IOException {
        return Files.deleteIfExists(file(name));
    }

    /**
     * Deletes all files, also drafts of killed writers. A write that is under way may fail.
     *
     * @throws IOException when a file cannot be deleted; the others are
     */
    public void clear() throws IOException {
        if (RuntimeDirectory.existing(path).isEmpty()) {
            return; // it was removed
        }
        List<IOException> failures = new ArrayList<>();
        for (Path entry : Entries.of(path)) {
            try {
                if (Files.isRegularFile(entry)) {
                    Files.deleteIfExists(entry);
                }
            } catch (IOException e) {
                failures.add(e);
            }
        }
        if (!failures.isEmpty()) {
            IOException first = failures.get(0);
            failures.stream().skip(1).forEach(first::addSuppressed);
            throw first;
        }
    }
}
