package io.valise.ipc.services.files;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.spi.runtime.CacheDirectory;
import io.valise.ipc.spi.runtime.ConfigurationDirectory;
import io.valise.ipc.spi.runtime.Entries;
import io.valise.ipc.spi.runtime.PrivateFile;
import io.valise.ipc.spi.runtime.RuntimeDirectory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A folder that the applications of one publisher share, and no other publisher's: files that are read and written
 * whole. No reader ever sees half of one, also when several processes write at once or are killed; the last one wins. A
 * publisher has the folders that one of its applications has declared.
 *
 * <p>It is for what can be made again: it lies in the user's cache directory, which backups leave out and which may be
 * emptied at any time, under the publisher's id. The directory is the system property {@code valise.cache}, else {@code
 * $VALISE_CACHE}, else {@code $XDG_CACHE_HOME/valise} or {@code ~/.cache/valise}; on macOS {@code ~/Library/Caches/valise}, on
 * Windows {@code %LOCALAPPDATA%\valise\cache}. It has mode 0700, which is checked at each use and keeps other users out.
 * Programs of the same user are kept out by this class, which opens a publisher's folders only to a program that has the
 * publisher's key; the system does not enforce that. What a publisher has declared is kept in the configuration folder.
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

    private final String publisherId;
    private final String name;

    private PublisherFolder(String publisherId, String name) {
        this.publisherId = publisherId;
        this.name = name;
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
     * Opens a declared folder; it is made when it is not there. What killed writers have left half written is removed.
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
        PublisherFolder opened = new PublisherFolder(identity.publisherId(), name);
        Draft.sweep(opened.secured());
        return opened;
    }

    /**
     * The publishers of this user that have folders, for tools that show and clear them; creates nothing.
     *
     * @return their ids, sorted
     * @throws IpcException {@code ACCESS_DENIED} or {@code RESOURCE_EXHAUSTED} when the folders of all cannot be read
     */
    public static List<String> publisherIds() {
        return names(PUBLISHERS).filter(AppIdentity::isPublisherId).toList();
    }

    /**
     * The folders of a publisher that are there, declared or not, whether this user has its key or not, for tools; creates
     * nothing.
     *
     * @throws IpcException {@code ACCESS_DENIED} when owner, mode or kind of the publisher's folder are not as they must be;
     *     {@code RESOURCE_EXHAUSTED} when the file system fails
     */
    public static List<PublisherFolder> allOf(String publisherId) {
        if (!AppIdentity.isPublisherId(publisherId)) {
            throw new IllegalArgumentException(
                    "publisher: expected an id such as 8wekyb3d8bbwe, actual=\"" + publisherId + '"');
        }
        return names(PUBLISHERS, publisherId)
                .filter(name -> FOLDER.matcher(name).matches())
                .map(name -> new PublisherFolder(publisherId, name))
                .toList();
    }

    /** The sorted names of the entries of a folder in the cache directory. */
    private static Stream<String> names(String... folder) {
        return CacheDirectory.existing(folder).map(Entries::of).orElse(List.of()).stream()
                .map(entry -> String.valueOf(entry.getFileName()));
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

    /** The folder, created if absent; checked with all above it, since anyone may have removed it. */
    private Path secured() {
        return CacheDirectory.folder(PUBLISHERS, publisherId, name);
    }

    private Optional<Path> existing() {
        return CacheDirectory.existing(PUBLISHERS, publisherId, name);
    }

    private Path file(String file) {
        check("file", FILE, file);
        existing();
        return path().resolve(file);
    }

    /** The id of its publisher. */
    public String publisherId() {
        return publisherId;
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /** Its path, for programs that need one and follow the rules above; it may be removed at any time. */
    public Path path() {
        return CacheDirectory.path().resolve(PUBLISHERS).resolve(publisherId).resolve(name);
    }

    /**
     * What is in a folder. Immutable.
     *
     * @param files how many files, drafts included
     * @param bytes how many bytes they have
     * @since 0.1.0
     */
    public record Content(long files, long bytes) {}

    /**
     * How much is in it, folders in it that programs have made included; links are not followed.
     *
     * @throws IOException when a folder in it cannot be read
     */
    public Content content() throws IOException {
        Optional<Path> folder = existing();
        return folder.isEmpty() ? new Content(0, 0) : FolderTree.content(folder.get());
    }

    /** The names of its files, sorted. */
    public List<String> list() throws IOException {
        return existing().map(Entries::of).orElse(List.of()).stream() // it may have been removed
                .map(entry -> entry.getFileName().toString())
                .filter(file -> FILE.matcher(file).matches())
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
        check("file", FILE, name);
        Path folder = secured();
        try (Draft draft = Draft.in(folder)) {
            draft.become(folder.resolve(name), content);
            PrivateFile.syncFolder(folder);
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
     * Deletes all that is in it, drafts of killed writers and folders that programs have made included, without following
     * links. A program that has a file open reads it to its end, as far as the system allows that to be deleted; a {@link
     * #write} that is under way ends well, and its file is there then.
     *
     * @throws IOException when something cannot be deleted; all else is
     */
    public void clear() throws IOException {
        Optional<Path> folder = existing();
        if (folder.isPresent()) { // otherwise it was removed
            FolderTree.clear(folder.get());
        }
    }
}
