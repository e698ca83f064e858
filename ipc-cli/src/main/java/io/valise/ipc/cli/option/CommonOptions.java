package io.valise.ipc.cli.option;

import io.valise.ipc.cli.text.Colours;
import io.valise.ipc.cli.text.Table;
import java.io.PrintWriter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options of every subcommand: help, --verbose, and its streams. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class CommonOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = {"-v", "--verbose"},
            description = "Say more: library warnings, and stack traces of failures.")
    private boolean verbose;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    @SuppressWarnings("UnusedVariable") // picocli looks for the option, not for its value
    private boolean help;

    /** Whether to say more. */
    public boolean isVerbose() {
        return verbose;
    }

    /** Standard output. */
    public PrintWriter out() {
        return command.commandLine().getOut();
    }

    /** Standard error. */
    public PrintWriter err() {
        return command.commandLine().getErr();
    }

    /** Says on standard error what failed, in a command that goes on; control characters are shown as their number. */
    public void tell(@Nullable String failure) {
        tell(command, failure);
    }

    /** As {@link #tell(String)}, for other options of a command. */
    public static void tell(CommandSpec command, @Nullable String failure) {
        command.commandLine().getErr().println("ipc: " + Table.printable(String.valueOf(failure)));
    }

    /** The colours of standard output. */
    public Colours colours() {
        return command.commandLine().getColorScheme().ansi() == CommandLine.Help.Ansi.ON ? Colours.ANSI : Colours.NONE;
    }

    /** Refuses a time that is zero or less. */
    public void requirePositive(String option, Duration given) {
        positive(command, option, given);
    }

    /** Refuses a time that is too short. */
    public void requireAtLeast(String option, Duration least, Duration given) {
        if (given.compareTo(least) < 0) {
            throw usageError(option + ": limit=" + least + " or more, actual=" + given);
        }
    }

    /** The error that a value given is wrong. */
    public CommandLine.ParameterException usageError(String message) {
        return usageError(command, message);
    }

    /** The time that an option of that command was given, unless it is zero or less. */
    public static Duration positive(CommandSpec command, String option, Duration given) {
        if (given.isNegative() || given.isZero()) {
            throw usageError(command, option + ": must be positive, actual=" + given);
        }
        return given;
    }

    private static CommandLine.ParameterException usageError(CommandSpec command, String message) {
        return new CommandLine.ParameterException(command.commandLine(), message);
    }
}
