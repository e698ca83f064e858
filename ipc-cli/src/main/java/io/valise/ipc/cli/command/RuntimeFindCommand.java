package io.valise.ipc.cli.command;

import io.valise.ipc.cli.option.CommandFailure;
import io.valise.ipc.cli.option.CommonOptions;
import io.valise.ipc.cli.option.JsonLine;
import io.valise.ipc.cli.text.MessageWindow;
import io.valise.ipc.runtime.InstalledRuntime;
import io.valise.ipc.runtime.InstalledRuntimes;
import io.valise.ipc.runtime.VersionRange;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ipc runtime find}: which version a program would get. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
@Command(
        name = "find",
        description =
                "Prints which installed version a program gets that asks for a range; exit status 1 if there is none.")
final class RuntimeFindCommand implements Callable<Integer> {
    @Mixin
    private CommonOptions common;

    @Parameters(index = "0", paramLabel = "RANGE", description = "Such as '[1.2,2)', or 1.2 for that and all after.")
    private VersionRange range;

    @Option(
            names = "--window",
            description = "Also say in a window that there is none, where there is a display; wait until it is closed.")
    private boolean window;

    @Mixin
    private JsonLine json;

    @Override
    public Integer call() {
        Optional<InstalledRuntime> found =
                RuntimeCommand.explained(() -> InstalledRuntimes.ofThisUser().find(range));
        if (found.isEmpty()) {
            String message =
                    "no installed run-time part is in " + range + " and works with this ipc-api: `ipc runtime list`"
                            + " shows those there are, `ipc runtime install FILE` adds one";
            if (window) {
                MessageWindow.tryShow(message);
            }
            throw new CommandFailure(message);
        }
        if (json.isAsked()) {
            json.print(RuntimeListCommand.toValueSet(found.get()));
        } else {
            common.out().println(found.get().version() + " at " + found.get().folder());
        }
        return 0;
    }
}
