package io.valise.ipc.cli.option;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.identity.CapabilityGrant;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
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

    @Mixin
    private AsApplication application;

    @Option(
            names = "--grant",
            paramLabel = "FILE",
            description = "Present this grant, as `ipc grant` makes them, with --identity; may be repeated, 8 at most.")
    private List<Path> grants = List.of();

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
        IpcClient.Builder client = IpcClient.builder(endpoint)
                .startIfAbsent(start)
                .connectTimeout(timeout.compareTo(longest) < 0 ? timeout : longest)
                .requestTimeout(timeout);
        return present(application.on(client));
    }

    private IpcClient.Builder present(IpcClient.Builder client) {
        if (!grants.isEmpty() && !application.isAsked()) {
            throw new ParameterException(
                    command.commandLine(), "--grant: it is for one application: --identity says which this is");
        }
        grants.stream().filter(file -> !Files.isRegularFile(file)).findFirst().ifPresent(absent -> {
            throw new ParameterException(command.commandLine(), "--grant: no such file: " + absent);
        });
        try {
            grants.forEach(file -> client.grant(CapabilityGrant.read(file)));
            return client;
        } catch (IllegalArgumentException tooMany) {
            throw new ParameterException(command.commandLine(), "--grant: " + tooMany.getMessage());
        }
    }

    public IpcConnection connect() {
        return client().connect();
    }
}
