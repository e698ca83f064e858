package io.valise.ipc.nats;

import io.valise.ipc.testkit.process.FreePort;
import io.valise.ipc.testkit.process.TestProcesses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A nats-server of the tests, at a port of its own of 127.0.0.1. For one thread at a time. */
public final class NatsServer implements AutoCloseable {
    private final int port;
    private final Path configuration;
    private Process process;

    private NatsServer(int port, Path configuration) {
        this.port = port;
        this.configuration = configuration;
        process = launch();
    }

    /** The program, if this machine has it. */
    public static Optional<Path> program() {
        Stream<String> places =
                Stream.concat(Stream.of(System.getenv("PATH").split(":")), Stream.of("/usr/sbin", "/usr/local/sbin"));
        return places.map(place -> Path.of(place, "nats-server"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Starts one that lets everyone in. */
    public static NatsServer open() {
        return with("");
    }

    /** Starts one with these lines in its configuration. */
    public static NatsServer with(String... lines) {
        int port = FreePort.find();
        try {
            Path file = Files.createTempFile("nats", ".conf");
            Files.writeString(
                    file,
                    "listen: \"127.0.0.1:" + port + "\"\nserver_name: \"s" + port + "\"\n" + String.join("\n", lines));
            return new NatsServer(port, file);
        } catch (IOException e) {
            throw new UncheckedIOException("no configuration for nats-server", e);
        }
    }

    private Process launch() {
        try {
            Process launched = TestProcesses.start(
                    new ProcessBuilder(program().orElseThrow().toString(), "-c", configuration.toString())
                            .redirectErrorStream(true)
                            .redirectOutput(log().toFile()));
            while (!answers()) {
                if (!launched.isAlive()) {
                    throw new AssertionError("nats-server ended: " + Files.readString(log()));
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

    private boolean answers() {
        try (Socket ignored = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return true;
        } catch (IOException notYet) {
            return false;
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
    void freeze() {
        TestProcesses.freeze(process);
    }

    void thaw() {
        TestProcesses.thaw(process);
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
