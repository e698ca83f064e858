package io.valise.ipc.cli.command;

import io.valise.ipc.cli.option.CommandFailure;
import io.valise.ipc.cli.option.CommonOptions;
import io.valise.ipc.runtime.InstalledRuntimes;
import java.lang.module.ModuleDescriptor.Version;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code ipc runtime remove}: removes a version that no process uses. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
@Command(name = "remove", description = "Removes an installed version of the run-time part, unless a process uses it.")
final class RuntimeRemoveCommand implements Callable<Integer> {
    @Mixin
    private CommonOptions common;

    @Parameters(index = "0", paramLabel = "VERSION", description = "Such as 1.2; `ipc runtime list` shows them.")
    private Version version;

    @Override
    public Integer call() {
        if (!RuntimeCommand.explained(() -> InstalledRuntimes.ofThisUser().remove(version))) {
            throw new CommandFailure("run-time part " + version + ": not installed at "
                    + InstalledRuntimes.ofThisUser().path() + "; `ipc runtime list` shows those that are");
        }
        common.out().println("removed " + version);
        return 0;
    }
}
