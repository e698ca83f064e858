package io.valise.ipc.services.manifest;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.services.json.JsonFault;
import io.valise.ipc.services.json.ValueSetJson;
import io.valise.ipc.spi.runtime.ConfigurationDirectory;
import io.valise.ipc.spi.runtime.Entries;
import io.valise.ipc.spi.runtime.FileFailure;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A folder of manifests, {@code NAME.json}, in the user's configuration directory, which no other user can enter. Its
 * files declare which programs may be started. Immutable and thread-safe.
 *
 * <p>Errors are {@link IpcException}s: {@code PROTOCOL_ERROR} when a file is no manifest, with file, line and column;
 * {@code ACCESS_DENIED} when the folder's owner or mode are wrong, or this user may not read it or a file in it; {@code
 * RESOURCE_EXHAUSTED} when the file system fails.
 *
 * @since 0.1.0
 */
public final class ManifestFolder {
    static final String SUFFIX = ".json";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,79}");
    private static final String NOT_REGULAR = "expected a regular file, or a link to one";
    private static final int MOST_BYTES = 128 << 10;

    private final String kind;

    private ManifestFolder(String kind) {
        this.kind = kind;
    }

    /** The folder of a kind of manifests, such as {@code services}, which need not be there. Creates nothing. */
    public static ManifestFolder of(String kind) {
        return new ManifestFolder(kind);
    }

    /** Where it is, or would be. */
    public Path path() {
        return ConfigurationDirectory.path().resolve(kind);
    }

    /**
     * Creates the folder if absent, for programs that write manifests; no other user can enter it.
     *
     * @return where it is
     */
    public Path create() {
        return ConfigurationDirectory.folder(kind);
    }

    /** The file of a name, which need not be there. */
    public Path file(String name) {
        return path().resolve(name + SUFFIX);
    }

    /** The names of all manifests in it, in their order; none when there is no folder. */
    public List<String> names() {
        return ConfigurationDirectory.existing(kind)
                .map(ManifestFolder::namesIn)
                .orElse(List.of());
    }

    private static List<String> namesIn(Path folder) {
        return Entries.of(folder).stream()
                .map(file -> file.getFileName().toString())
                .filter(name -> name.endsWith(SUFFIX))
                .map(name -> name.substring(0, name.length() - SUFFIX.length()))
                .filter(name -> NAME.matcher(name).matches())
                .sorted()
                .toList();
    }

    /**
     * The manifest of a name; empty when there is none.
     *
     * @param name 1 to 80 characters A-Z a-z 0-9 . _ - that begin with a letter or digit
     * @throws IllegalArgumentException when it is something else
     */
    public Optional<ManifestReader> read(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("manifest name: expected " + NAME + ", actual=\"" + name + '"');
        }
        return ConfigurationDirectory.existing(kind).flatMap(folder -> readFile(folder.resolve(name + SUFFIX)));
    }

    private static Optional<ManifestReader> readFile(Path file) {
        if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        try {
            BasicFileAttributes facts = Files.readAttributes(file, BasicFileAttributes.class);
            if (!facts.isRegularFile()) { // a pipe would block the reader; a device may never end
                throw malformed(file, NOT_REGULAR);
            }
            long size = facts.size();
            if (size > MOST_BYTES) {
                throw malformed(file, "size: limit=" + MOST_BYTES + " bytes, actual=" + size);
            }
            return Optional.of(new ManifestReader(file, ValueSetJson.read(Files.readAllBytes(file))));
        } catch (JsonFault e) {
            throw malformed(file, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            boolean leadsNowhere = !(e instanceof AccessDeniedException) && Files.isSymbolicLink(file);
            throw leadsNowhere ? malformed(file, NOT_REGULAR) : FileFailure.of("read", file, e);
        }
    }

    /**
     * What is wrong when several manifests declare what one may.
     *
     * @param what it is, such as {@code class acme.Sheet}
     * @param declaring the manifests
     * @param advice what to do
     */
    public static String several(String what, List<?> declaring, String advice) {
        return what + ": limit=1 manifest that declares it, actual=" + declaring + "; " + advice;
    }

    static IpcException malformed(Path file, String what) {
        return new IpcException(IpcStatus.PROTOCOL_ERROR, "manifest " + file + ": " + what, Delivery.NOT_SENT);
    }
}
