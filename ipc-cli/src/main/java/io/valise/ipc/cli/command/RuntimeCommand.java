package io.valise.ipc.cli.command;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.cli.option.CommandFailure;
import io.valise.ipc.cli.option.CommonOptions;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ipc runtime}: installed versions of the library, and what crashed processes left. Confined to one thread. */
@SuppressWarnings({"NullAway.Init", "UnusedVariable"}) // picocli sets the field, for --help
@Command(
        name = "runtime",
        description = "Looks after the installed versions of the library's run-time part, and the runtime directory.",
        subcommands = {
            RuntimeInstallCommand.class,
            RuntimeListCommand.class,
            RuntimeFindCommand.class,
            RuntimeRemoveCommand.class,
            RuntimePackCommand.class,
            RuntimeCleanCommand.class
        })
final class RuntimeCommand {
    /** Of these the reason says what to do; a hint about servers would mislead. */
    private static final Set<IpcStatus> EXPLAINED =
            EnumSet.of(IpcStatus.ADDRESS_IN_USE, IpcStatus.PROTOCOL_ERROR, IpcStatus.VERSION_MISMATCH);

    @Mixin
    private CommonOptions common;

    /** Does something whose failure says enough. */
    static <T> T explained(Supplier<T> action) {
        try {
            return action.get();
        } catch (IpcException e) {
            if (EXPLAINED.contains(e.status())) {
                throw new CommandFailure(e.reason());
            }
            throw e;
        }
    }
}
