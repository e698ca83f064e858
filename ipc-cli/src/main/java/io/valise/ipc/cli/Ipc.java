package io.valise.ipc.cli;

import io.valise.ipc.cli.command.Subcommand;
import io.valise.ipc.cli.text.Colours;
import io.valise.ipc.cli.text.MessageWindow;
import io.valise.ipc.cli.text.Terminal;
import io.valise.ipc.runtime.IpcRuntime;
import io.valise.ipc.spi.runtime.SystemText;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code ipc} command; each subcommand is a class of its own. Confined to the thread that runs it. */
@Command(
        name = "ipc",
        description = "Talks to processes on this machine.",
        versionProvider = BuildVersion.class,
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "An ENDPOINT is scheme:name; schemes are shm, pipe, loopback, and any for the fastest that answers;",
            "system, system-shm and system-pipe for a server of another account.",
            "Exit status: 0 done, 1 the call failed, 2 wrong usage."
        })
final class Ipc {
    private Ipc() {}

    /** Runs the command; exit status 0 = done, 1 = the call failed, 2 = wrong usage. */
    public static void main(String[] arguments) {
        LibraryLogs.configure(Arrays.asList(arguments));
        nameApplication(arguments.length == 0 ? "" : arguments[0]);
        IpcRuntime.onShowUi(MessageWindow::show);
        int status = run(Terminal.output(), Terminal.errors(), Colours.ofThisProcess(), arguments);
        System.exit(status);
    }

    /** Sets the name by which peers and {@code ipc list} show this process, unless the user has set one. */
    private static void nameApplication(String subcommand) {
        if (System.getProperty("valise.application") == null) {
            System.setProperty("valise.application", "ipc " + subcommand);
        }
    }

    /** Runs the command on these streams. */
    static int run(PrintWriter out, PrintWriter err, Colours colours, String... arguments) {
        for (int i = 0; i < arguments.length; i++) {
            Optional<String> damage = SystemText.damage(arguments[i]);
            if (damage.isPresent()) {
                err.println("ipc: argument " + (i + 1) + ": " + damage.get() + "; JSON may say \\u00e9 for \u00e9");
                err.flush();
                return CommandLine.ExitCode.USAGE;
            }
        }
        CommandLine ipc = commandLine(arguments).setOut(out).setErr(err);
        ipc.setColorScheme(CommandLine.Help.defaultColorScheme(
                colours == Colours.ANSI ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
        int status = ipc.execute(arguments);
        out.flush();
        err.flush();
        return status;
    }

    /** Only the class of the given subcommand is loaded; the help needs all of them. */
    private static CommandLine commandLine(String... arguments) {
        CommandLine ipc = new CommandLine(new Ipc());
        String first = arguments.length == 0 ? "" : arguments[0];
        Subcommand.named(first)
                .ifPresentOrElse(one -> one.addTo(ipc), () -> Subcommand.all().forEach(each -> each.addTo(ipc)));
        Failures failures = new Failures();
        return ipc.setParameterExceptionHandler(failures)
                .setExecutionExceptionHandler(failures)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExpandAtFiles(false) // @file is the message
                .setUsageHelpAutoWidth(true);
    }
}
