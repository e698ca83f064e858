package io.valise.ipc.cli.option;

import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How long to wait for the servers that are looked at, all at the same time. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class TimeoutOption {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = {"-t", "--timeout"},
            paramLabel = "TIME",
            defaultValue = "5s",
            description = "How long to wait for the servers, all at the same time (default: ${DEFAULT-VALUE}).")
    private Duration timeout;

    /** The time given, if it is positive. */
    public Duration timeout() {
        return CommonOptions.positive(command, "--timeout", timeout);
    }
}
