package io.valise.ipc.spi.runtime;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import io.valise.ipc.Endpoint;
import java.io.IOException;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where the socket of a name is: {@code <folder>/<name>}; or, where that would exceed what an address can hold
 * (104 bytes with the final NUL on macOS and BSD, 108 on Linux: unix(7)), {@code /tmp/valise-<uid>/<hash>} and beside
 * it {@code <folder>/.at-<name>}, which tells a listing of the folder the name and a person the path.
 *
 * @param path the socket's address
 * @param marker the file that stands for it in the folder, or null when the socket does so itself
 */
record SocketPlace(Path path, @Nullable Path marker) {
    static final int LONGEST_PATH = 103;
    private static final String MARKER = ".at-";

    /** The place of a name, the same whichever way the folder's path is written. */
    static SocketPlace of(Path folder, String name) {
        check(name);
        Path real = real(folder);
        Path plain = real.resolve(name);
        return fits(plain)
                ? new SocketPlace(plain, null)
                : new SocketPlace(refuge().resolve(Digest.hex(plain.toString(), 16)), real.resolve(MARKER + name));
    }

    static boolean fits(Path path) {
        return path.toString().getBytes(StandardCharsets.UTF_8).length <= LONGEST_PATH;
    }

    /** The private directory with a short path. */
    static Path refuge() {
        return RuntimePlace.inTemp("/tmp").secured();
    }

    /** All names of endpoints that have a socket in the folder, live or left behind; other files are passed over. */
    static List<String> namesIn(Path folder) {
        List<String> names = new ArrayList<>();
        for (Path entry : Entries.of(folder)) {
            String file = entry.getFileName().toString();
            boolean marked = file.startsWith(MARKER);
            String name = marked ? file.substring(MARKER.length()) : file;
            if (Endpoint.isName(name) && (marked || isSocket(entry))) {
                names.add(name);
            }
        }
        return names;
    }

    /** Writes the marker, if this place needs one. */
    void mark() throws IOException {
        if (marker != null) {
            Uninterruptibly.call(() -> write(marker, path.toString()));
        }
    }

    private static Path write(Path marker, String text) throws IOException {
        try (ByteChannel out =
                Files.newByteChannel(marker, Set.of(CREATE, TRUNCATE_EXISTING, WRITE), PrivateFile.ownerOnly(marker))) {
            out.write(StandardCharsets.UTF_8.encode(text));
            return marker;
        }
    }

    /** Removes socket and marker. */
    void remove() throws IOException {
        Files.deleteIfExists(path);
        if (marker != null) {
            Files.deleteIfExists(marker);
        }
    }

    /** Whether there is such a file. In doubt there is: a name whose folder cannot be entered is not free. */
    boolean exists() {
        return !Files.notExists(path, LinkOption.NOFOLLOW_LINKS);
    }

    /** Whether there is a socket; an IpcException where its folder cannot be entered. */
    static boolean isSocket(Path path) {
        try {
            return OwnerOnly.hasModes(path) ? hasModeOfSocket(path) : isOther(path);
        } catch (NoSuchFileException gone) {
            return false;
        } catch (IOException e) {
            throw FileFailure.of("inspect", path, e);
        }
    }

    /** Windows: a reparse point of a kind of its own. */
    private static boolean isOther(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isOther();
    }

    private static boolean hasModeOfSocket(Path path) throws IOException {
        int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        return (mode & 0170000) == 0140000;
    }

    private static Path real(Path folder) {
        try {
            return folder.toRealPath();
        } catch (NoSuchFileException absent) { // there is no socket in it
            return folder.toAbsolutePath();
        } catch (IOException e) {
            throw FileFailure.of("find", folder, e);
        }
    }

    private static void check(String name) {
        if (name.isEmpty() || name.charAt(0) == '.' || name.indexOf('/') >= 0 || name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    "socket name: expected a file name that does not begin with a dot, actual=\"" + name + '"');
        }
    }
}
