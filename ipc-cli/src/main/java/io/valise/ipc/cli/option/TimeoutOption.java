package io.valise.ipc.cli.option;

import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How long to wait for each server that is looked at. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class TimeoutOption {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = {"-t", "--timeout"},
            paramLabel = "TIME",
            defaultValue = "5s",
            description = "How long to wait for each server (default: ${DEFAULT-VALUE}).")
    private Duration timeout;

    /** The time given, if it is positive. */
    public Duration timeout() {
        return CommonOptions.positive(command, "--timeout", timeout);
    }
}
