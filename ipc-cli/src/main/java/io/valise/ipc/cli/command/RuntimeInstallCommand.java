package io.valise.ipc.cli.command;

import io.valise.ipc.cli.option.CommonOptions;
import io.valise.ipc.cli.option.JsonLine;
import io.valise.ipc.runtime.InstalledRuntime;
import io.valise.ipc.runtime.InstalledRuntimes;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code ipc runtime install}: adds a version. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
@Command(
        name = "install",
        description =
                "Installs a version of the run-time part beside those that are installed, and checks its checksums.")
final class RuntimeInstallCommand implements Callable<Integer> {
    @Mixin
    private CommonOptions common;

    @Parameters(index = "0", paramLabel = "FILE", description = "A bundle, as `ipc runtime pack` makes it.")
    private Path bundle;

    @Mixin
    private JsonLine json;

    @Override
    public Integer call() {
        InstalledRuntime installed = install();
        if (json.isAsked()) {
            json.print(RuntimeListCommand.toValueSet(installed));
        } else {
            common.out().println("installed " + installed.version() + " at " + installed.folder());
        }
        return 0;
    }

    private InstalledRuntime install() {
        try {
            return RuntimeCommand.explained(() -> InstalledRuntimes.ofThisUser().install(bundle));
        } catch (IllegalArgumentException e) {
            throw common.usageError(String.valueOf(e.getMessage()));
        }
    }
}
