package io.valise.ipc.cli.command;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.cli.option.CommandFailure;
import io.valise.ipc.cli.option.CommonOptions;
import io.valise.ipc.cli.option.JsonLine;
import io.valise.ipc.services.json.ValueSetJson;
import io.valise.ipc.services.runtime.IpcRuntime;
import io.valise.ipc.spi.runtime.RuntimeDirectory;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code ipc runtime clean}: removes what crashed processes left. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
@Command(
        name = "runtime",
        description =
                "Looks after the runtime directory. `clean` removes what Valise made in it, unless a process uses it.")
final class RuntimeCommand implements Callable<Integer> {
    @Mixin
    private CommonOptions common;

    @Parameters(index = "0", paramLabel = "clean", description = "What to do: ${COMPLETION-CANDIDATES}.")
    @SuppressWarnings("UnusedVariable") // there is one; picocli refuses all other words
    private Action action;

    @Mixin
    private JsonLine json;

    /** The actions. */
    enum Action {
        clean
    }

    @Override
    public Integer call() {
        String directory = RuntimeDirectory.current().path().toString();
        IpcRuntime.Cleaned cleaned = clean();
        common.out()
                .println(
                        json.isAsked()
                                ? ValueSetJson.write(toValueSet(directory, cleaned))
                                : describe(directory, cleaned));
        return 0;
    }

    private static ValueSet toValueSet(String directory, IpcRuntime.Cleaned cleaned) {
        return ValueSet.of(
                "runtimeDirectory",
                directory,
                "removed",
                cleaned.files(),
                "leftAlone",
                cleaned.leftAlone().toArray(String[]::new));
    }

    private static String describe(String directory, IpcRuntime.Cleaned cleaned) {
        String removed =
                "removed " + cleaned.files() + (cleaned.files() == 1 ? " file" : " files") + " from " + directory;
        return cleaned.leftAlone().isEmpty()
                ? removed
                : removed + "; left alone, as Valise has not made it: " + String.join(", ", cleaned.leftAlone());
    }

    private static IpcRuntime.Cleaned clean() {
        try {
            return IpcRuntime.cleanUp();
        } catch (IpcException e) {
            if (e.status() == IpcStatus.ADDRESS_IN_USE) {
                throw new CommandFailure(e.reason()); // it names the process and says what to do
            }
            throw e;
        }
    }
}
