package io.valise.ipc.cli;

import io.valise.ipc.IpcException;
import io.valise.ipc.cli.option.CommandFailure;
import io.valise.ipc.cli.text.Table;
import io.valise.ipc.services.json.JsonFault;
import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Prints on standard error what failed and what to do, in one or two lines. Stateless. */
final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {
    @Override
    public int handleParseException(ParameterException e, String[] arguments) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("ipc: " + lines(String.valueOf(e.getMessage()).strip()) + missing(e));
        UnmatchedArgumentException.printSuggestions(e, err);
        err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        return CommandLine.ExitCode.USAGE;
    }

    @Override
    public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) {
        PrintWriter err = command.getErr();
        err.println("ipc: " + Table.printable(describe(e)));
        if (e instanceof IpcException failure) {
            NextStep.after(failure).ifPresent(err::println);
        }
        if (command.getParseResult().hasMatchedOption("--verbose")) {
            e.printStackTrace(err);
        } else if (!isExplained(e)) {
            err.println("This is a defect of the command; --verbose shows where.");
        }
        return e instanceof JsonFault ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
    }

    /** The lines of a message that quotes arguments. */
    private static String lines(String message) {
        return message.lines().map(Table::printable).collect(Collectors.joining(System.lineSeparator()));
    }

    /** Which subcommands there are, where one is missing. */
    private static String missing(ParameterException e) {
        if (!"Missing required subcommand".equals(e.getMessage())) {
            return "";
        }
        List<String> words = List.copyOf(e.getCommandLine().getSubcommands().keySet());
        int last = words.size() - 1;
        return ": " + (last == 0 ? "" : String.join(", ", words.subList(0, last)) + " or ") + words.get(last);
    }

    private static String describe(Exception e) {
        if (e instanceof JsonFault) {
            return "JSON: " + e.getMessage();
        }
        return isExplained(e) ? String.valueOf(e.getMessage()) : e.toString();
    }

    private static boolean isExplained(Exception e) {
        return e instanceof IpcException || e instanceof JsonFault || e instanceof CommandFailure;
    }
}
