package io.valise.ipc.loopback.endpoint;

import io.valise.ipc.spi.runtime.RuntimeDirectory;
import io.valise.ipc.spi.secret.Secret;
import io.valise.ipc.spi.secret.SecretFiles;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a server publishes in the folder {@code loopback} of the runtime directory, by {@link SecretFiles}:
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
 * @param secret different for every start of a server
 */
public record EndpointFile(String name, int port, int port6, long pid, boolean held, Secret secret)
        implements SecretFiles.Published {
    private static final String FOLDER = "loopback";
    private static final String FORMAT = "valise-loopback 1";
    private static final String SOCKET = "socket";

    /** What this process publishes for a new server. */
    public static EndpointFile fresh(String name, int port, int port6, boolean held) {
        return new EndpointFile(name, port, port6, ProcessHandle.current().pid(), held, Secret.fresh());
    }

    /** The files of this user; the folder is created if absent. */
    public static SecretFiles<EndpointFile> files() {
        return in(RuntimeDirectory.current().folder(FOLDER));
    }

    /** The files of this user, to read; the folder is not created. */
    public static SecretFiles<EndpointFile> filesToRead() {
        return in(RuntimeDirectory.current().readFolder(FOLDER));
    }

    private static SecretFiles<EndpointFile> in(Path folder) {
        return new SecretFiles<>(folder, "", FORMAT, EndpointFile::parse);
    }

    /** Whether a process has the process id in it: no proof in either direction. */
    public boolean pidIsInUse() {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    @Override
    public Map<String, String> otherLines() {
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put("port", String.valueOf(port));
        lines.put("port6", String.valueOf(port6));
        lines.put("pid", String.valueOf(pid));
        if (held) {
            lines.put("held", SOCKET);
        }
        return lines;
    }

    private static EndpointFile parse(String name, Map<String, String> lines, Secret secret) {
        return new EndpointFile(
                name,
                port(lines, "port", 1),
                port(lines, "port6", 0),
                Long.parseLong(lines.getOrDefault("pid", "")),
                SOCKET.equals(lines.get("held")),
                secret);
    }

    private static int port(Map<String, String> lines, String key, int least) {
        int port = Integer.parseInt(lines.getOrDefault(key, ""));
        if (port < least || port > 0xFFFF) {
            throw new IllegalArgumentException(key + ": expected " + least + " to 65535, actual=" + port);
        }
        return port;
    }

    /** Without the secret: this text may be logged. */
    @Override
    public String toString() {
        return "loopback:" + name + " [127.0.0.1:" + port + (port6 == 0 ? "" : ", [::1]:" + port6) + ", pid " + pid
                + "]";
    }
}
