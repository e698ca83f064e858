package io.valise.ipc.nats;

import io.valise.ipc.testkit.process.FreePort;
import io.valise.ipc.testkit.process.Requirement;
import io.valise.ipc.testkit.process.TestProcesses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * A nats-server of the tests, at a port of its own of 127.0.0.1, or of a network of its own. For one thread at a time.
 */
public final class NatsServer implements AutoCloseable {
    private static final int USUAL_PORT = 4222;

    /** Runs the tests against another nats-server than the one on the PATH. */
    private static final String PROGRAM_PROPERTY = "valise.test.nats.program";

    private final List<String> within;
    private final int port;
    private final Path configuration;
    private Process process;

    private NatsServer(List<String> within, int port, Path configuration) {
        this.within = within;
        this.port = port;
        this.configuration = configuration;
        process = launch();
    }

    /** The program: that of the property, else what this machine has. */
    public static Optional<Path> program() {
        String given = System.getProperty(PROGRAM_PROPERTY);
        return given == null ? Requirement.program("nats-server") : Optional.of(Path.of(given));
    }

    /** Starts one that lets everyone in. */
    public static NatsServer open() {
        return with("");
    }

    /** Starts one with these lines in its configuration. */
    public static NatsServer with(String... lines) {
        return start(List.of(), "127.0.0.1", FreePort.find(), lines);
    }

    /**
     * Starts one at the usual port of all addresses of a network.
     *
     * @param within a command before its command, by which it is there
     */
    static NatsServer inNetwork(List<String> within) {
        return start(within, "0.0.0.0", USUAL_PORT);
    }

    private static NatsServer start(List<String> within, String host, int port, String... lines) {
        try {
            Path file = Files.createTempFile("nats", ".conf");
            Files.writeString(
                    file,
                    "listen: \"" + host + ':' + port + "\"\nserver_name: \"s" + port + "\"\n"
                            + String.join("\n", lines));
            return new NatsServer(within, port, file);
        } catch (IOException e) {
            throw new UncheckedIOException("no configuration for nats-server", e);
        }
    }

    private Process launch() {
        List<String> command = new ArrayList<>(within);
        command.addAll(List.of(program().orElseThrow().toString(), "-c", configuration.toString()));
        try {
            Process launched = TestProcesses.start(
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log().toFile()));
            while (!printed().contains("Server is ready")) {
                if (!launched.isAlive()) {
                    throw new AssertionError("nats-server ended: " + printed());
                }
                LockSupport.parkNanos(5_000_000); // there is no notification
            }
            return launched;
        } catch (IOException e) {
            throw new UncheckedIOException("nats-server does not start", e);
        }
    }

    private Path log() {
        return configuration.resolveSibling(configuration.getFileName() + ".log");
    }

    /** What it has logged since it was started. */
    String printed() {
        try {
            return Files.readString(log());
        } catch (IOException e) {
            throw new UncheckedIOException("no log of nats-server", e);
        }
    }

    int port() {
        return port;
    }

    public String url() {
        return "nats://127.0.0.1:" + port;
    }

    NatsTransport transport() {
        return new NatsTransport(NatsOptions.builder(url()).build());
    }

    /** Ends it as a crash does. */
    void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** Stops it, as a machine that hangs. */
    public void freeze() {
        TestProcesses.freeze(process);
    }

    public void thaw() {
        TestProcesses.thaw(process);
    }

    /** Starts it again if it has ended. */
    void ensureRunning() {
        if (!process.isAlive()) {
            restart();
        }
    }

    /** Starts it again, at the same port. */
    void restart() {
        process = launch();
    }

    @Override
    public void close() {
        thaw();
        kill();
        try {
            Files.deleteIfExists(configuration);
            Files.deleteIfExists(log());
        } catch (IOException e) {
            throw new UncheckedIOException("left behind", e);
        }
    }
}
