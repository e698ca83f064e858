package io.valise.ipc.cli.command;

import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.cli.option.CommonOptions;
import io.valise.ipc.cli.option.JsonLine;
import io.valise.ipc.cli.text.Table;
import io.valise.ipc.runtime.InstalledRuntime;
import io.valise.ipc.runtime.InstalledRuntimes;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ipc runtime list}: the installed versions, and who uses them. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
@Command(
        name = "list",
        description =
                "Lists the installed versions of the run-time part, with the processes that use them; compares checksums,"
                        + " exit status 1 if one is damaged.")
final class RuntimeListCommand implements Callable<Integer> {
    private static final String OK = "ok";

    @Mixin
    private CommonOptions common;

    @Mixin
    private JsonLine json;

    @Override
    public Integer call() {
        List<Checked> all = InstalledRuntimes.ofThisUser().list().stream()
                .map(part -> new Checked(part, state(part)))
                .toList();
        if (json.isAsked()) {
            json.print("runtimes", all, Checked::toValueSet);
        } else if (all.isEmpty()) {
            common.out()
                    .println("nothing is installed at "
                            + InstalledRuntimes.ofThisUser().path());
        } else {
            Table table = new Table("VERSION", "FOR IPC-API", "USED BY", "STATE");
            all.forEach(each -> each.addTo(table));
            table.print(common.out());
        }
        return all.stream().allMatch(each -> each.state.equals(OK)) ? 0 : 1;
    }

    /** An installed part, and what comparing its checksums has brought. */
    private record Checked(InstalledRuntime part, String state) {
        void addTo(Table table) {
            table.row(part.version().toString(), part.api().toString(), pids(part), state);
        }

        ValueSet toValueSet() {
            return RuntimeListCommand.toValueSet(part, state);
        }
    }

    private static String pids(InstalledRuntime part) {
        String pids = users(part).mapToObj(pid -> "pid " + pid).collect(Collectors.joining(", "));
        return pids.isEmpty() ? "-" : pids;
    }

    private static LongStream users(InstalledRuntime part) {
        return InstalledRuntimes.ofThisUser().users(part.version()).stream().mapToLong(Long::longValue);
    }

    /** {@code ok}, or what is wrong with it. */
    private static String state(InstalledRuntime part) {
        if (part.problem().isPresent()) {
            return part.problem().get();
        }
        try {
            part.verify();
            return OK;
        } catch (IpcException damaged) {
            return damaged.reason();
        }
    }

    /** A part whose checksums are compared now. */
    static ValueSet toValueSet(InstalledRuntime part) {
        return toValueSet(part, state(part));
    }

    private static ValueSet toValueSet(InstalledRuntime part, String state) {
        return ValueSet.of(
                "version",
                part.version().toString(),
                "api",
                part.api().toString(),
                "folder",
                part.folder().toString(),
                "jars",
                part.jars().toArray(String[]::new),
                "usedBy",
                users(part).toArray(),
                "state",
                state);
    }
}
