package io.valise.ipc.loopback.endpoint;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.secret.Secret;
import java.util.HashMap;
import java.util.Map;

/**
 * What a server publishes. As text, one {@code key=value} a line, ASCII, after a first line with format and version:
 *
 * <pre>
 *   valise-loopback 1
 *   name=quotes
 *   port=40123            on 127.0.0.1
 *   port6=40123           on ::1; 0 when the machine has no IPv6
 *   pid=4711              informs people; proves nothing
 *   held=socket           absent where the system has no domain sockets: see {@link NameHold}
 *   secret=(64 hexadecimal digits)
 * </pre>
 *
 * Immutable.
 *
 * @param name the server's name
 * @param port TCP port on 127.0.0.1
 * @param port6 TCP port on ::1, or 0
 * @param pid the server's process id, in the server's process-id namespace
 * @param held whether the server holds its name by a {@link NameHold} for as long as it lives
 * @param secret 256 random bits as hexadecimal digits; different for every server that ever was
 */
public record EndpointFile(String name, int port, int port6, long pid, boolean held, String secret) {
    /** The limit for such a file, in bytes. */
    static final int MAX_BYTES = 1024;

    private static final String FIRST_LINE = "valise-loopback 1";
    private static final String SOCKET = "socket";

    /** What this process publishes for a new server. */
    public static EndpointFile fresh(String name, int port, int port6, boolean held) {
        return new EndpointFile(
                name,
                port,
                port6,
                ProcessHandle.current().pid(),
                held,
                Secret.fresh().digits());
    }

    /** The secret's bytes. */
    public byte[] key() {
        return Secret.ofDigits(secret).bytes();
    }

    /** Whether a process has the process id in it: no proof in either direction. */
    public boolean pidIsInUse() {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    String format() {
        return String.join(
                        "\n",
                        FIRST_LINE,
                        "name=" + name,
                        "port=" + port,
                        "port6=" + port6,
                        "pid=" + pid + (held ? "\nheld=" + SOCKET : ""),
                        "secret=" + secret)
                + "\n";
    }

    /** @throws IpcException {@code PROTOCOL_ERROR} when the text is no endpoint file of a version known here */
    static EndpointFile parse(String text) {
        String[] lines = text.split("\n", -1);
        if (!lines[0].equals(FIRST_LINE)) {
            throw malformed("first line: expected \"" + FIRST_LINE + "\", actual=\""
                    + lines[0].substring(0, Math.min(40, lines[0].length())) + '"');
        }
        Map<String, String> values = new HashMap<>();
        for (String line : lines) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                values.put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        return of(values);
    }

    private static EndpointFile of(Map<String, String> values) {
        try {
            return new EndpointFile(
                    values.getOrDefault("name", ""),
                    port(values, "port", 1),
                    port(values, "port6", 0),
                    Long.parseLong(values.getOrDefault("pid", "")),
                    SOCKET.equals(values.get("held")),
                    Secret.ofDigits(values.getOrDefault("secret", "")).digits());
        } catch (IllegalArgumentException e) {
            throw new IpcException(IpcStatus.PROTOCOL_ERROR, "endpoint file: a value is missing or malformed", e);
        }
    }

    private static int port(Map<String, String> values, String key, int least) {
        int port = Integer.parseInt(values.getOrDefault(key, ""));
        if (port < least || port > 0xFFFF) {
            throw malformed(key + ": expected " + least + " to 65535, actual=" + port);
        }
        return port;
    }

    private static IpcException malformed(String what) {
        return new IpcException(IpcStatus.PROTOCOL_ERROR, "endpoint file: " + what);
    }

    /** Without the secret: this text may be logged. */
    @Override
    public String toString() {
        return "loopback:" + name + " [127.0.0.1:" + port + (port6 == 0 ? "" : ", [::1]:" + port6) + ", pid " + pid
                + "]";
    }
}
