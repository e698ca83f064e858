package io.valise.ipc.benchmarks.slices;

import io.valise.ipc.benchmarks.probe.Programs;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The NATS broker of a contest, at a port of 127.0.0.1 that the system chooses. It ends at {@link #close}, or when this
 * process ends for any reason. Used by one thread.
 */
final class Broker implements Closeable {
    static final String PROGRAM = "nats-server";

    /** A contender that is stopped answers no ping, and would be cut off. */
    private static final String CONFIGURATION = "host: \"127.0.0.1\"\nport: -1\nping_interval: \"1h\"\n";

    /**
     * The broker does not look whether its standard input ends; this shell does. It ends when the broker has ended, and leaves
     * nothing that holds its output open.
     */
    private static final String UNTIL_STDIN_ENDS = "\"$@\" & broker=$!; echo PID=$broker; exec 3<&0;"
            + " { read -r line <&3; kill -9 $broker; } >/dev/null 2>&1 &"
            + " wait $broker; kill $! 2>/dev/null";

    private static final Pattern PID = Pattern.compile("PID=(\\d+)");
    private static final Pattern ADDRESS = Pattern.compile("Listening for client connections on (\\S+)");

    private final Process shell;
    private final long pid;
    private final String url;

    private Broker(Process shell, long pid, String url) {
        this.shell = shell;
        this.pid = pid;
        this.url = url;
    }

    /** Starts one, and returns when it takes clients. */
    static Broker start() throws IOException {
        return start(program());
    }

    /** As that, from a program. */
    static Broker start(String program) throws IOException {
        Path file = Files.createTempFile("nats", ".conf");
        try {
            Files.writeString(file, CONFIGURATION);
            Process shell = new ProcessBuilder("sh", "-c", UNTIL_STDIN_ENDS, "sh", program, "-c", file.toString())
                    .redirectErrorStream(true)
                    .start();
            return started(shell);
        } finally {
            Files.delete(file); // it is read when the broker starts
        }
    }

    private static Broker started(Process shell) throws IOException {
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(shell.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder log = new StringBuilder();
        String pid = "";
        String address = "";
        while (pid.isEmpty() || address.isEmpty()) {
            String line = lines.readLine();
            if (line == null) {
                throw new IOException(PROGRAM + " did not start:\n" + log);
            }
            log.append(line).append('\n');
            pid = pid.isEmpty() ? found(PID, line) : pid;
            address = address.isEmpty() ? found(ADDRESS, line) : address;
        }
        Thread rest = new Thread(() -> lines.lines().forEach(Broker::tell), "log of the broker");
        rest.setDaemon(true);
        rest.start();
        return new Broker(shell, Long.parseLong(pid), "nats://" + address);
    }

    private static String found(Pattern pattern, String line) {
        Matcher matcher = pattern.matcher(line);
        return matcher.find() ? matcher.group(1) : "";
    }

    /** Such as a client that was cut off since it read too slowly. */
    private static void tell(String line) {
        if (line.contains("[WRN]") || line.contains("[ERR]")) {
            System.err.println(line);
        }
    }

    private static String program() {
        return Programs.find(PROGRAM).orElseThrow().toString();
    }

    /** The version of the program, as it says itself. */
    static String version() throws IOException {
        Process process = new ProcessBuilder(program(), "--version").start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    long pid() {
        return pid;
    }

    /** What leads the JVM of a contender to it. */
    List<String> options() {
        return List.of("-Dvalise.nats.url=" + url);
    }

    @Override
    public void close() throws IOException {
        shell.getOutputStream().close();
        shell.onExit().join();
    }
}
