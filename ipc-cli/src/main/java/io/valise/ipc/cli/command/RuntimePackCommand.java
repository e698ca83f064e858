package io.valise.ipc.cli.command;

import io.valise.ipc.IpcServer;
import io.valise.ipc.cli.option.CommonOptions;
import io.valise.ipc.runtime.Component;
import io.valise.ipc.runtime.RuntimeBundle;
import io.valise.ipc.runtime.VersionRange;
import java.io.File;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ipc runtime pack}: makes a bundle. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
@Command(
        name = "pack",
        description =
                "Makes a bundle of the run-time part, to be installed: of this command's own jars, or of those named.")
final class RuntimePackCommand implements Callable<Integer> {
    /** What a program has itself, and what the command alone needs. */
    private static final Pattern NO_PART =
            Pattern.compile("(ipc-api|ipc-cli|picocli|HdrHistogram|jspecify)-[0-9].*\\.jar");

    @Mixin
    private CommonOptions common;

    @Parameters(index = "0", paramLabel = "FILE", description = "The bundle to write, such as valise-runtime-1.2.jar.")
    private Path bundle;

    @Parameters(
            index = "1..*",
            paramLabel = "JAR",
            description = "The jars: transports, ipc-services and what they need, without ipc-api.")
    private @Nullable List<Path> jars;

    @Option(
            names = "--as",
            paramLabel = "VERSION",
            description = "The version of the bundle (default: this command's).")
    private @Nullable Version version;

    @Option(
            names = "--api",
            paramLabel = "RANGE",
            description =
                    "The versions of ipc-api it works with (default: from this one to the next that may break it).")
    private @Nullable VersionRange api;

    @Override
    public Integer call() {
        Version as = Optional.ofNullable(version).orElseGet(this::ofThisCommand);
        try {
            RuntimeBundle.write(
                    bundle,
                    as,
                    Optional.ofNullable(api).orElseGet(() -> VersionRange.compatibleWith(ofThisCommand())),
                    Optional.ofNullable(jars).orElseGet(RuntimePackCommand::own));
        } catch (IllegalArgumentException e) {
            throw common.usageError(String.valueOf(e.getMessage()));
        }
        common.out().println("packed " + as + ": " + bundle);
        return 0;
    }

    private Version ofThisCommand() {
        return Component.of(IpcServer.class)
                .version()
                .orElseThrow(() -> common.usageError("the version of ipc-api is not known: give --as and --api"));
    }

    private static List<Path> own() {
        return Pattern.compile(Pattern.quote(File.pathSeparator))
                .splitAsStream(System.getProperty("java.class.path", ""))
                .map(Path::of)
                .filter(jar -> !NO_PART.matcher(jar.getFileName().toString()).matches())
                .toList();
    }
}
