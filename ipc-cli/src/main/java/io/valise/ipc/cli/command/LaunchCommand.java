package io.valise.ipc.cli.command;

import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.cli.option.ApplicationName;
import io.valise.ipc.cli.option.CommandFailure;
import io.valise.ipc.cli.option.CommonOptions;
import io.valise.ipc.cli.option.LaunchFiles;
import io.valise.ipc.cli.option.MessageArgument;
import io.valise.ipc.cli.option.ReplyFormat;
import io.valise.ipc.cli.option.WholeNumber;
import io.valise.ipc.services.files.SharedFiles;
import io.valise.ipc.services.json.JsonFault;
import io.valise.ipc.services.launch.HelperLauncher;
import io.valise.ipc.services.launch.LaunchResult;
import io.valise.ipc.services.launch.LaunchedTarget;
import io.valise.ipc.services.launch.ResultLauncher;
import io.valise.ipc.services.launch.RunningHelper;
import io.valise.ipc.services.launch.TargetSupport;
import io.valise.ipc.services.manifest.ManifestReader;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

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

    @Mixin
    private LaunchFiles files;

    @Parameters(
            index = "0",
            paramLabel = "NAME",
            description = "The target, targets/NAME.json in the configuration folder, or a URI such as crop:?width=100"
                    + " that a target takes; with --helper the application, " + ApplicationName.FORMS + ".")
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

    @Option(names = "--target", paramLabel = "NAME", description = "Of the targets that take the URI, this one.")
    private @Nullable String target;

    @Option(
            names = "--query",
            description = "Launch nothing; print whether there is such a target, and which ones take the URI.")
    private boolean query;

    @Option(
            names = "--identity",
            paramLabel = "APPLICATION",
            description = "Prove to the target to be this application of yours: " + ApplicationName.FORMS + ".")
    private @Nullable ApplicationName identity;

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
            if (helper != null) {
                return runHelper(helper);
            }
            return query ? tellSupport() : forResult();
        } catch (IllegalArgumentException | TypeConversionException e) { // an invalid name, URI or limit
            throw common.usageError(String.valueOf(e.getMessage()));
        }
    }

    private int tellSupport() {
        TargetSupport support =
                uri().map(launcher()::query).orElseGet(() -> launcher().query(name));
        common.out()
                .println(format.text(ValueSet.builder()
                        .put("status", ManifestReader.wordOf(support.status()))
                        .put("targets", support.targets())
                        .put("detail", support.detail())
                        .build()));
        return support.isAvailable() ? 0 : 1;
    }

    private int forResult() throws JsonFault, InterruptedException {
        SharedFiles shared = new SharedFiles();
        ValueSet input = files.addedTo(MessageArgument.read(message, System.in), shared);
        ResultLauncher launcher = launcher().sharing(shared);
        try (LaunchedTarget launched =
                uri().map(uri -> launcher.start(uri, input)).orElseGet(() -> launcher.start(name, input))) {
            ValueSet result = launched.result().get(timeout.toNanos(), TimeUnit.NANOSECONDS);
            files.save(launched, result);
            common.out().println(format.text(result));
            return 0;
        } catch (TimeoutException e) {
            throw new CommandFailure(name + " reported no result: limit=" + timeout + "; --timeout waits longer");
        } catch (IpcException e) {
            throw new CommandFailure(String.valueOf(e.getMessage())); // which says what to do
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IpcException known
                    ? new CommandFailure(String.valueOf(known.getMessage()))
                    : new IllegalStateException(e.getCause());
        }
    }

    private ResultLauncher launcher() {
        ResultLauncher launcher = ResultLauncher.standard().maxBytes(maxBytes);
        if (identity != null) {
            launcher = launcher.identity(identity.identity());
        }
        return target == null ? launcher : launcher.target(target);
    }

    /** The URI that is given in the place of a target's name, which has no colon. */
    private Optional<URI> uri() {
        try {
            return name.contains(":") ? Optional.of(new URI(name)) : Optional.empty();
        } catch (URISyntaxException e) {
            throw common.usageError("NAME: not a URI: " + e.getMessage());
        }
    }

    private int runHelper(String group) throws InterruptedException {
        if (query || target != null || identity != null || files.areAsked()) {
            throw common.usageError("--helper: not with --query, --target, --identity, --file or --save");
        }
        LaunchResult result = HelperLauncher.of(ApplicationName.parse(name).identity())
                .within(timeout)
                .launch(group);
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
