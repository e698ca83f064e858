package io.valise.ipc.cli.command;

import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.cli.option.CommandFailure;
import io.valise.ipc.cli.option.CommonOptions;
import io.valise.ipc.cli.option.MessageArgument;
import io.valise.ipc.cli.option.ReplyFormat;
import io.valise.ipc.cli.option.WholeNumber;
import io.valise.ipc.services.json.JsonFault;
import io.valise.ipc.services.launch.HelperLauncher;
import io.valise.ipc.services.launch.LaunchResult;
import io.valise.ipc.services.launch.ResultLauncher;
import io.valise.ipc.services.launch.RunningHelper;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ipc launch}: a program for its result, or a helper. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
@Command(
        name = "launch",
        description = "Launches a target and prints the result that it reports as JSON; with --helper a helper of an"
                + " application, and stays until that ends.")
final class LaunchCommand implements Callable<Integer> {
    @Mixin
    private CommonOptions common;

    @Mixin
    private ReplyFormat format;

    @Parameters(
            index = "0",
            paramLabel = "NAME",
            description = "The target, targets/NAME.json in the configuration folder; with --helper the application,"
                    + " helpers/NAME.json.")
    private String name;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "JSON",
            defaultValue = "{}",
            description = MessageArgument.DESCRIPTION)
    private String message;

    @Option(names = "--helper", paramLabel = "GROUP", description = "Launch the helper of this group instead.")
    private @Nullable String helper;

    @Option(
            names = "--max-bytes",
            paramLabel = "N",
            defaultValue = "" + ResultLauncher.DEFAULT_MAX_BYTES,
            converter = WholeNumber.FromOne.class,
            description = "How long message and result may be (default: ${DEFAULT-VALUE}).")
    private int maxBytes;

    @Option(
            names = {"-t", "--timeout"},
            paramLabel = "TIME",
            defaultValue = "30s",
            description = "How long to wait for the result, or for the helper to connect (default: ${DEFAULT-VALUE}).")
    private Duration timeout;

    @Override
    public Integer call() throws JsonFault, InterruptedException {
        common.requirePositive("--timeout", timeout);
        try {
            return helper == null ? forResult() : runHelper(helper);
        } catch (IllegalArgumentException e) { // an invalid name or limit
            throw common.usageError(String.valueOf(e.getMessage()));
        }
    }

    private int forResult() throws JsonFault, InterruptedException {
        ValueSet input = MessageArgument.read(message, System.in);
        CompletableFuture<ValueSet> result =
                ResultLauncher.standard().maxBytes(maxBytes).launch(name, input);
        try {
            common.out().println(format.text(result.get(timeout.toNanos(), TimeUnit.NANOSECONDS)));
            return 0;
        } catch (TimeoutException e) {
            throw new CommandFailure(name + " reported no result: limit=" + timeout + "; --timeout waits longer");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IpcException known
                    ? new CommandFailure(String.valueOf(known.getMessage())) // which says what to do
                    : new IllegalStateException(e.getCause());
        } finally {
            result.cancel(false);
        }
    }

    private int runHelper(String group) throws InterruptedException {
        LaunchResult result = HelperLauncher.of(name).within(timeout).launch(group);
        if (result.launched().isEmpty()) {
            throw new CommandFailure(result.status() + ": " + result.detail());
        }
        try (RunningHelper running = result.helper()) {
            common.out()
                    .println("launched " + group + " of " + name + ": pid " + running.pid() + ", connected by "
                            + running.connection().endpoint().scheme());
            common.out().flush();
            int status = running.exited().toCompletableFuture().join();
            common.out().println(group + " ended with status " + status);
            return status == 0 ? 0 : 1;
        }
    }
}
