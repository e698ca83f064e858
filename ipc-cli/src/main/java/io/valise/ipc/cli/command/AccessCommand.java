package io.valise.ipc.cli.command;

import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.cli.option.ApplicationName;
import io.valise.ipc.cli.option.CommandFailure;
import io.valise.ipc.cli.option.CommonOptions;
import io.valise.ipc.cli.option.JsonLine;
import io.valise.ipc.cli.text.Table;
import io.valise.ipc.services.files.FileAccessManifest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code ipc access}: which directories applications may open for their callers. Confined to one thread. */
@SuppressWarnings({"NullAway.Init", "UnusedVariable"}) // picocli sets the fields, one for --help
@Command(
        name = "access",
        description = "Shows which directories applications declare that they open for their callers; consents to them,"
                + " and withdraws consent.",
        subcommands = {AccessCommand.ListRoots.class, AccessCommand.Allow.class, AccessCommand.Withdraw.class})
final class AccessCommand {
    @Mixin
    private CommonOptions common;

    /** A root of an application, whether it may open what is in it, and the directory to which it leads, if there is one. */
    private record Row(String applicationId, Path root, String consent, Optional<Path> real) {
        static List<Row> of(FileAccessManifest manifest) {
            List<Row> rows = new ArrayList<>();
            for (Path root : new TreeSet<>(manifest.declared())) {
                Optional<Path> real = FileAccessManifest.real(root);
                String yesOrNo = real.filter(manifest.consented()::contains).isPresent() ? "yes" : "no";
                rows.add(new Row(manifest.applicationId(), root, real.isPresent() ? yesOrNo : "no directory", real));
            }
            List<Path> allowed = manifest.allowed();
            new TreeSet<>(manifest.consented())
                    .stream()
                            .filter(directory -> !allowed.contains(directory))
                            .forEach(directory -> rows.add(new Row(
                                    manifest.applicationId(),
                                    directory,
                                    "yes, not declared",
                                    FileAccessManifest.real(directory))));
            return rows;
        }

        void addTo(Table table) {
            String elsewhere = real.filter(directory -> !directory.equals(root))
                    .map(Path::toString)
                    .orElse("-");
            table.row(applicationId, root.toString(), consent, elsewhere);
        }

        ValueSet toValueSet() {
            ValueSet.Builder values = ValueSet.builder()
                    .put("application", applicationId)
                    .put("root", root.toString())
                    .put("consent", consent);
            real.ifPresent(directory -> values.put("directory", directory.toString()));
            return values.build();
        }
    }

    private static void print(CommonOptions common, List<Row> rows) {
        Table table = new Table("APPLICATION", "ROOT", "CONSENT", "LEADS TO");
        rows.forEach(row -> row.addTo(table));
        table.print(common.out());
    }

    /** {@code ipc access list}. */
    @Command(name = "list", description = "Lists declared directories and consents, of all applications or of one.")
    static final class ListRoots implements Callable<Integer> {
        @Mixin
        private CommonOptions common;

        @Parameters(arity = "0..1", paramLabel = "APPLICATION", description = "Only of this one.")
        private @Nullable ApplicationName application;

        @Mixin
        private JsonLine json;

        @Override
        public Integer call() {
            List<String> ids = application == null ? FileAccessManifest.applicationIds() : List.of(application.id());
            List<Row> rows = new ArrayList<>();
            boolean damaged = false;
            for (String id : ids) {
                try {
                    rows.addAll(Row.of(FileAccessManifest.of(id)));
                } catch (IpcException e) {
                    damaged = true;
                    common.tell(e.getMessage());
                }
            }
            if (json.isAsked()) {
                json.print("roots", rows, Row::toValueSet);
            } else {
                print(common, rows);
            }
            return damaged ? 1 : 0;
        }
    }

    /** Of which application, and which directories. */
    static final class Which {
        @Parameters(index = "0", paramLabel = "APPLICATION", description = "Whose: " + ApplicationName.FORMS + ".")
        private ApplicationName application;

        @Parameters(
                index = "1..*",
                arity = "0..*",
                paramLabel = "ROOT",
                description = "Only these directories (default: all).")
        private List<Path> roots = List.of();

        Integer change(CommonOptions common, BiFunction<String, Path[], FileAccessManifest> change) {
            try {
                print(common, Row.of(change.apply(application.id(), roots.toArray(Path[]::new))));
                return 0;
            } catch (IllegalArgumentException e) {
                throw new CommandFailure(String.valueOf(e.getMessage()));
            }
        }
    }

    /** {@code ipc access allow}. */
    @Command(name = "allow", description = "Consents to directories that an application declares.")
    static final class Allow implements Callable<Integer> {
        @Mixin
        private CommonOptions common;

        @Mixin
        private Which which;

        @Override
        public Integer call() {
            return which.change(common, (id, roots) -> {
                if (FileAccessManifest.of(id).declared().isEmpty()) {
                    throw new CommandFailure(id + " declares no directories; `ipc access list` shows those that do");
                }
                return FileAccessManifest.allow(id, roots);
            });
        }
    }

    /** {@code ipc access withdraw}. */
    @Command(
            name = "withdraw",
            description = "Withdraws consent: at the next use the application opens nothing there any more.")
    static final class Withdraw implements Callable<Integer> {
        @Mixin
        private CommonOptions common;

        @Mixin
        private Which which;

        @Override
        public Integer call() {
            return which.change(common, FileAccessManifest::withdraw);
        }
    }
}
