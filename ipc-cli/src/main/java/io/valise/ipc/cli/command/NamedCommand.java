package io.valise.ipc.cli.command;

import io.valise.ipc.ValueSet;
import io.valise.ipc.cli.option.CommonOptions;
import io.valise.ipc.cli.option.JsonLine;
import io.valise.ipc.cli.text.Table;
import io.valise.ipc.services.manifest.ManifestReader;
import io.valise.ipc.sharedmem.NamedObject;
import io.valise.ipc.sharedmem.NamedObjects;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ipc named}: mutexes, semaphores and events. Confined to one thread. */
@SuppressWarnings({"NullAway.Init", "UnusedVariable"}) // picocli sets the fields
@Command(
        name = "named",
        description = "Shows the mutexes, semaphores and events of this user.",
        subcommands = NamedCommand.ListAll.class)
final class NamedCommand {
    @Mixin
    private CommonOptions common;

    /** {@code ipc named list}. */
    @Command(name = "list", description = "Lists them with the processes that have them, and those that died with one.")
    static final class ListAll implements Callable<Integer> {
        @Mixin
        private CommonOptions common;

        @Mixin
        private JsonLine json;

        @Override
        public Integer call() {
            List<NamedObject> all = NamedObjects.list();
            if (json.isAsked()) {
                json.print("objects", all, ListAll::toValueSet);
            } else if (all.isEmpty()) {
                common.out().println("No process of this user has a mutex, semaphore or event open.");
            } else {
                Table table = new Table("NAME", "SCOPE", "KIND", "STATE", "HOLDERS");
                all.forEach(each -> table.row(each.name(), each.scope(), kind(each), state(each), holders(each)));
                table.print(common.out());
            }
            return 0;
        }

        private static String kind(NamedObject object) {
            return ManifestReader.wordOf(object.kind());
        }

        private static String state(NamedObject object) {
            return switch (object.kind()) {
                case MUTEX, SEMAPHORE -> held(object);
                case MANUAL_EVENT, AUTOMATIC_EVENT -> object.set() ? "set" : "not set";
                case UNREADABLE -> object.problem();
            };
        }

        private static String held(NamedObject object) {
            int free = object.permits() - object.holders().size();
            if (object.kind() == NamedObject.Kind.SEMAPHORE) {
                return free + " of " + object.permits() + " free";
            } else if (free == 0) {
                return "held";
            }
            return object.abandoned().isEmpty() ? "free" : "abandoned";
        }

        private static String holders(NamedObject object) {
            List<String> holders = Stream.concat(
                            object.holders().stream().map(pid -> pid + " (alive)"),
                            object.abandoned().stream().map(pid -> pid + " (died)"))
                    .toList();
            return holders.isEmpty() ? "-" : String.join(", ", holders);
        }

        private static ValueSet toValueSet(NamedObject object) {
            List<ValueSet> holders = new ArrayList<>();
            object.holders().forEach(pid -> holders.add(ValueSet.of("pid", pid, "alive", true)));
            object.abandoned().forEach(pid -> holders.add(ValueSet.of("pid", pid, "alive", false)));
            ValueSet.Builder set = ValueSet.builder()
                    .put("name", object.name())
                    .put("scope", object.scope())
                    .put("kind", kind(object))
                    .put("state", state(object));
            if (object.kind() == NamedObject.Kind.SEMAPHORE) {
                set.put("permits", object.permits());
            }
            return set.put("holders", holders).build();
        }
    }
}
