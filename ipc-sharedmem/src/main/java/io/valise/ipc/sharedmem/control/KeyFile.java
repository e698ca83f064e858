package io.valise.ipc.sharedmem.control;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.runtime.PrivateFile;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.UnixSockets;
import io.valise.ipc.spi.secret.Secret;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The file {@code .key-<name>} beside a server's socket, which only its user can read. ASCII text of three lines:
 *
 * <pre>
 *   valise-shm 1
 *   name=quotes
 *   secret=(64 hexadecimal digits)
 * </pre>
 *
 * It is there before the socket is, and new at each start. Thread-safe.
 *
 * @param path where it is
 * @param name the server's name
 */
record KeyFile(Path path, String name) {
    private static final String PREFIX = ".key-";
    private static final int MAX_BYTES = 1024;
    private static final Pattern TEXT = Pattern.compile("valise-shm 1\nname=([^\n]*)\nsecret=([0-9a-f]{64})\n");

    /** The one of a server. */
    static KeyFile of(Path sockets, String name) {
        return new KeyFile(sockets.resolve(PREFIX + name), name);
    }

    /**
     * The server's secret; empty when there is none, or one of a server that is this one but for case.
     *
     * @throws IpcException {@code ACCESS_DENIED} when others could have read or written the file, {@code PROTOCOL_ERROR}
     */
    Optional<Secret> read() {
        return PrivateFile.read(path, MAX_BYTES)
                .map(this::parse)
                .filter(found -> found.group(1).equals(name))
                .map(found -> Secret.ofDigits(found.group(2)));
    }

    private Matcher parse(String text) {
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            throw new IpcException(
                    IpcStatus.PROTOCOL_ERROR,
                    path + ": expected the secret of a server, version 1; restart the server to replace it",
                    Delivery.NOT_SENT);
        }
        return parts;
    }

    /** Makes a secret known, replacing what was there. */
    void publish(Secret secret) {
        PrivateFile.write(path, "valise-shm 1\nname=" + name + "\nsecret=" + secret.digits() + "\n");
    }

    /** Publishes a secret again where there is no file; returns whether it did. Call it under the folder's lock. */
    boolean publishIfAbsent(Secret secret) {
        boolean absent = !Files.exists(path, LinkOption.NOFOLLOW_LINKS);
        if (absent) {
            publish(secret);
        }
        return absent;
    }

    /** Removes the file if it is still the one with this secret. Call it under the folder's lock. */
    void retract(Secret secret) {
        if (read().map(Secret::digits).equals(Optional.of(secret.digits()))) {
            remove(path);
        }
    }

    /** Removes what killed servers left in a folder. Call it under the folder's lock. */
    static void sweep(Path sockets) {
        List<Path> found = found(sockets);
        if (!found.isEmpty()) {
            List<String> live = UnixSockets.names(sockets);
            found.stream().filter(file -> isLeft(file, live)).forEach(KeyFile::remove);
        }
    }

    /** Names differ in more than case: where file names do not, a file may keep the spelling of an earlier one. */
    private static boolean isLeft(Path file, List<String> live) {
        String name = file.getFileName().toString();
        return name.startsWith(PrivateFile.DRAFT_PREFIX)
                || live.stream().noneMatch(server -> name.equalsIgnoreCase(PREFIX + server));
    }

    private static List<Path> found(Path sockets) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(sockets, "{" + PREFIX + "," + PrivateFile.DRAFT_PREFIX + "}*")) {
            files.forEach(found::add);
        } catch (IOException e) {
            log("keys that a crash may have left stay in " + sockets, e);
        }
        return found;
    }

    private static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            log("left " + file + " to the next server's sweep", e);
        }
    }

    private static void log(String what, IOException why) {
        SafeLog.of(KeyFile.class).log(Level.DEBUG, what, why);
    }
}
