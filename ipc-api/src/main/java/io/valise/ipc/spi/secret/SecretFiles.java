package io.valise.ipc.spi.secret;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.runtime.PrivateFile;
import io.valise.ipc.spi.runtime.PublishedFiles;
import io.valise.ipc.spi.runtime.RuntimeDirectory;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The files by which the servers of a transport make their secrets known to the processes of their user, in a folder of
 * the {@link RuntimeDirectory}: one a server, named after it, a {@link PrivateFile} of ASCII lines:
 *
 * <pre>
 *   valise-loopback 1     format and version
 *   name=quotes           the server's name
 *   port=40123            and what else the transport publishes
 *   secret=(64 hexadecimal digits)
 * </pre>
 *
 * Lines with other keys are skipped. Thread-safe; what must not interleave with other processes runs {@link #locked}.
 *
 * @param <T> the content of a file
 */
public final class SecretFiles<T extends SecretFiles.Published> {
    private static final int MAX_BYTES = 1024;
    private static final int TRIES = 5;
    private static final String NAME = "name";
    private static final String SECRET = "secret";

    private final RuntimeDirectory directory = RuntimeDirectory.current();
    private final Path folder;
    private final String prefix;
    private final String format;
    private final Parser<T> parser;

    /**
     * The files in a folder; creates nothing.
     *
     * @param folder a folder of the current runtime directory
     * @param prefix what a file's name has before the server's
     * @param format the first line of a file: format and version
     */
    public SecretFiles(Path folder, String prefix, String format, Parser<T> parser) {
        this.folder = folder;
        this.prefix = prefix;
        this.format = format;
        this.parser = parser;
    }

    /** What a server publishes. */
    public interface Published {
        /** The server's name. */
        String name();

        /** New at each start of a server. */
        Secret secret();

        /** The lines beside {@code name} and {@code secret}, in their order. */
        default Map<String, String> otherLines() {
            return Map.of();
        }
    }

    /** Reads the content of a file from its lines. */
    @FunctionalInterface
    public interface Parser<T> {
        /**
         * The content of the file of a server.
         *
         * @throws IllegalArgumentException when a value is missing or malformed
         */
        T parse(String name, Map<String, String> lines, Secret secret);
    }

    /** Runs an action while no other process of the user runs one. */
    public <R> R locked(Supplier<R> action) {
        return directory.locked(folder, action);
    }

    /** The file of a server. */
    public Path pathOf(String name) {
        return folder.resolve(prefix + name);
    }

    /**
     * What a server of this name publishes; empty when there is no file. Where file names ignore case, the file of
     * another server is not taken for it.
     *
     * @throws IpcException {@code ACCESS_DENIED} when other users could have read or written the file, {@code
     *     PROTOCOL_ERROR} when it cannot be understood
     */
    public Optional<T> read(String name) {
        Path path = pathOf(name);
        return PrivateFile.read(path, MAX_BYTES)
                .map(text -> parse(path, text))
                .filter(found -> found.name().equals(name));
    }

    /** Like {@link #read}, but a file that cannot be read counts as absent. */
    public Optional<T> readable(String name) {
        try {
            return read(name);
        } catch (IpcException malformed) {
            return Optional.empty();
        }
    }

    /** Every file that can be read. */
    public List<T> all() {
        return list().stream().flatMap(path -> readable(nameOf(path)).stream()).toList();
    }

    /**
     * Makes a server's secret known, replacing the file that was there under its name.
     *
     * @throws IllegalArgumentException when {@link Published#otherLines} has {@code name} or {@code secret}
     */
    public void publish(T server) {
        Map<String, String> others = server.otherLines();
        if (others.containsKey(NAME) || others.containsKey(SECRET)) {
            throw new IllegalArgumentException(
                    "other lines: expected neither \"" + NAME + "\" nor \"" + SECRET + "\", actual=" + others.keySet());
        }
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put(NAME, server.name());
        lines.putAll(others);
        lines.put(SECRET, server.secret().digits());
        StringBuilder text = new StringBuilder(format).append('\n');
        lines.forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
        PrivateFile.write(pathOf(server.name()), text.toString());
    }

    /** Has the file of a server, which exists, published again when it is removed, until the result is closed. */
    public PublishedFiles.Kept keep(T server) {
        Path path = pathOf(server.name());
        return PublishedFiles.keep(
                path,
                folder,
                kept -> locked(() -> {
                    boolean absent = kept.isOpen() && !Files.exists(path, LinkOption.NOFOLLOW_LINKS);
                    if (absent) {
                        publish(server);
                    }
                    return absent;
                }));
    }

    /**
     * Removes the file of a server if it is still the one that was published; a file that cannot be removed is logged.
     * Call it {@link #locked}.
     */
    public void retract(T server) {
        if (!isReplaced(server)) {
            Path path = pathOf(server.name());
            orLog(path, () -> PrivateFile.remove(path));
        }
    }

    /**
     * Removes what crashed servers left; what cannot be listed or removed is logged: it affects no other name. Call it
     * {@link #locked}.
     *
     * @param gone whether the server of the file with this name is certainly gone
     */
    public void sweep(Predicate<String> gone) {
        orLog(
                folder,
                () -> list().forEach(path -> orLog(path, () -> {
                    if (isDraft(path) || gone.test(nameOf(path))) {
                        PrivateFile.remove(path);
                    }
                })));
    }

    private static void orLog(Path left, Runnable removal) {
        try {
            removal.run();
        } catch (IpcException e) {
            SafeLog.of(SecretFiles.class).log(Level.WARNING, "what a server left stays: " + left, e);
        }
    }

    /**
     * Whether to read the file of a server again and connect again: the server may have been replaced since its file
     * was read, or had no room for one more client.
     *
     * @param tried the content of the file that was read
     * @param tries how many attempts there were, this one included
     */
    public boolean isWorthAnotherTry(IpcException failure, T tried, int tries) {
        return switch (failure.status()) {
            case PEER_DIED -> tries < TRIES || isReplaced(tried);
            case ENDPOINT_NOT_FOUND, AUTHENTICATION_FAILED, PROTOCOL_ERROR -> isReplaced(tried);
            default -> false;
        };
    }

    /** A file that is absent or cannot be read counts as another one: a client that then reads it again learns why. */
    private boolean isReplaced(T server) {
        // not by equals of T: Java 17 keeps the class of the last record that was compared, and so its class loader
        return readable(server.name())
                .filter(there -> there.secret().equals(server.secret()))
                .isEmpty();
    }

    private List<Path> list() {
        return PrivateFile.list(folder, prefix);
    }

    private static boolean isDraft(Path path) {
        return path.getFileName().toString().startsWith(PrivateFile.DRAFT_PREFIX);
    }

    private String nameOf(Path path) {
        return isDraft(path)
                ? path.getFileName().toString()
                : path.getFileName().toString().substring(prefix.length());
    }

    private T parse(Path path, String text) {
        List<String> lines = List.of(text.split("\n", -1));
        String first = lines.get(0);
        if (!first.equals(format)) {
            throw malformed(
                    path,
                    "first line: expected \"" + format + "\", actual=\""
                            + first.substring(0, Math.min(40, first.length())) + '"');
        }
        Map<String, String> values = new LinkedHashMap<>();
        for (String line : lines) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                values.put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        try {
            return parser.parse(
                    values.getOrDefault(NAME, ""), values, Secret.ofDigits(values.getOrDefault(SECRET, "")));
        } catch (IllegalArgumentException e) {
            throw malformed(path, String.valueOf(e.getMessage()));
        }
    }

    private static IpcException malformed(Path path, String why) {
        return new IpcException(
                IpcStatus.PROTOCOL_ERROR, path + ": " + why + "; restart the server to replace it", Delivery.NOT_SENT);
    }
}
