package io.valise.ipc.pipes.windows;

import io.valise.ipc.pipes.windows.kernel.Win32;
import io.valise.ipc.spi.runtime.Digest;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The names of pipes: {@code \\.\pipe\valise-<home>-<name>}, where {@code home} stands for the runtime directory, that is,
 * for the user: 16 digits of the SHA-256 of its path in lower case. Packaged applications have theirs under {@code LOCAL\}.
 * At most 110 of the 256 characters that Windows allows; never a backslash. Case does not count there: {@code Quotes} and
 * {@code quotes} are one name.
 *
 * @param prefix what precedes the endpoint's name, without {@code \\.\pipe\}
 */
record PipeNames(String prefix) {
    /** Ends a path that a server writes to a client at its name. */
    static final char END = '\n';

    private static final String ROOT = "\\\\.\\pipe\\";
    private static final SecureRandom RANDOM = new SecureRandom();

    static PipeNames of(Win32 win32, Path home) {
        String local = win32.isPackaged() ? "LOCAL\\" : "";
        return new PipeNames(local + "valise-" + Digest.hex(home.toString().toLowerCase(Locale.ROOT), 8) + '-');
    }

    /** The pipe at which clients find the server of a name. */
    String meeting(String endpointName) {
        return ROOT + prefix + endpointName;
    }

    /** A pipe for one connection, whose name cannot be guessed. No endpoint's name begins with a dot. */
    String connection() {
        byte[] random = new byte[16];
        RANDOM.nextBytes(random);
        return ROOT + prefix + '.' + HexFormat.of().formatHex(random);
    }

    /** Whether a server may send a client there. */
    boolean isConnection(String path) {
        return path.matches("\\Q" + ROOT + prefix + ".\\E[0-9a-f]{32}");
    }

    /** The endpoints' names among those of all pipes. */
    List<String> among(List<String> pipes) {
        return pipes.stream()
                .flatMap(pipe -> endpointName(pipe).stream())
                .distinct()
                .sorted()
                .toList();
    }

    private Optional<String> endpointName(String pipe) {
        boolean ours = pipe.regionMatches(true, 0, prefix, 0, prefix.length());
        String name = ours ? pipe.substring(prefix.length()) : "";
        return name.isEmpty() || name.charAt(0) == '.' ? Optional.empty() : Optional.of(name);
    }
}
