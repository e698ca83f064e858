package io.valise.ipc.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code ipc} command; each subcommand is a class of its own. Confined to the thread that runs it. */
@Command(
        name = "ipc",
        description = "Talks to processes on this machine.",
        versionProvider = BuildVersion.class,
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class Ipc {
    private Ipc() {}

    /** Runs the command; exit status 0 = done, 1 = the call failed, 2 = wrong usage. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Ipc()).execute(arguments));
    }
}
