package io.valise.ipc.cli.command;

import io.valise.ipc.ValueSet;
import io.valise.ipc.cli.option.CommonOptions;
import io.valise.ipc.cli.option.JsonLine;
import io.valise.ipc.runtime.IpcRuntime;
import io.valise.ipc.spi.runtime.RuntimeDirectory;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ipc runtime clean}: removes what crashed processes left. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
@Command(name = "clean", description = "Removes what Valise made in the runtime directory, unless a process uses it.")
final class RuntimeCleanCommand implements Callable<Integer> {
    @Mixin
    private CommonOptions common;

    @Mixin
    private JsonLine json;

    @Override
    public Integer call() {
        String directory = RuntimeDirectory.current().path().toString();
        IpcRuntime.Cleaned cleaned = RuntimeCommand.explained(IpcRuntime::cleanUp);
        if (json.isAsked()) {
            json.print(toValueSet(directory, cleaned));
        } else {
            common.out().println(describe(directory, cleaned));
        }
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
}
