package io.valise.ipc.cli.option;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Which server to talk to, and for how long. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class Connecting {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Parameters(index = "0", paramLabel = "ENDPOINT", description = "The server, such as shm:quotes or any:quotes.")
    private Endpoint endpoint;

    @Option(
            names = {"-t", "--timeout"},
            paramLabel = "TIME",
            defaultValue = "30s",
            description = "How long to wait for the answer: 250ms, 5s, 2m (default: ${DEFAULT-VALUE}).")
    private Duration timeout;

    @Option(names = "--start", description = "Have the server started if none serves, as its service manifest says.")
    private boolean start;

    public Endpoint endpoint() {
        return endpoint;
    }

    public Duration timeout() {
        return timeout;
    }

    /** A connection described, with the timeouts asked for. */
    public IpcClient.Builder client() {
        CommonOptions.positive(command, "--timeout", timeout);
        Duration longest = start ? timeout : Duration.ofSeconds(5);
        return IpcClient.builder(endpoint)
                .startIfAbsent(start)
                .connectTimeout(timeout.compareTo(longest) < 0 ? timeout : longest)
                .requestTimeout(timeout);
    }

    public IpcConnection connect() {
        return client().connect();
    }
}
