package io.valise.ipc.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.testkit.process.TestProcesses;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A nats-server at a port that the system chooses. For one thread. */
final class Broker implements AutoCloseable {
    private static final String COMMAND =
            "PATH=\"$PATH:/usr/sbin:/usr/local/sbin\"; exec nats-server --addr 127.0.0.1 --port -1 \"$@\"";
    private static final Pattern ADDRESS = Pattern.compile("Listening for client connections on (\\S+)");

    private final Process process;
    private final String address;

    private Broker(Process process, String address) {
        this.process = process;
        this.address = address;
    }

    /** Starts one; skips the test where this machine has no such program, unless it is required. */
    static Broker start() throws IOException {
        return start(new String[0]);
    }

    /** Starts one with this configuration. */
    static Broker with(String configuration) throws IOException {
        Path file = Files.createTempFile("nats", ".conf");
        try {
            return start("-c", Files.writeString(file, configuration).toString());
        } finally {
            Files.delete(file); // it is read when the broker starts
        }
    }

    private static Broker start(String... options) throws IOException {
        assumeTrue(!System.getProperty("os.name").startsWith("Windows"), "no sh here");
        List<String> command = new ArrayList<>(List.of("sh", "-c", COMMAND, "sh"));
        command.addAll(List.of(options));
        Process process = TestProcesses.start(new ProcessBuilder(command).redirectErrorStream(true));
        BufferedReader log =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        Optional<String> address = log.lines()
                .map(ADDRESS::matcher)
                .filter(Matcher::find)
                .map(found -> found.group(1))
                .findFirst();
        if (address.isEmpty()) {
            assertThat(System.getProperty("valise.test.nats"))
                    .as("no nats-server starts here")
                    .isNotEqualTo("required");
        }
        assumeTrue(address.isPresent(), "no nats-server on the PATH");
        return new Broker(process, address.orElseThrow());
    }

    /** What leads the command to it. */
    Map<String, String> variables() {
        return Map.of("VALISE_NATS_URL", "nats://" + address);
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
