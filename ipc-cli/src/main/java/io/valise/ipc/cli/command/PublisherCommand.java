package io.valise.ipc.cli.command;

import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.cli.option.CommandFailure;
import io.valise.ipc.cli.option.CommonOptions;
import io.valise.ipc.cli.option.JsonLine;
import io.valise.ipc.cli.text.Table;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.services.files.PublisherFolder;
import io.valise.ipc.services.files.PublisherFolder.Content;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code ipc publisher}: what the applications of publishers keep in their common folders. Confined to one thread. */
@SuppressWarnings({"NullAway.Init", "UnusedVariable"}) // picocli sets the fields, one for --help
@Command(
        name = "publisher",
        description = "Shows and clears the folders in the cache directory that applications of one publisher share.",
        subcommands = {PublisherCommand.ListFolders.class, PublisherCommand.Clear.class})
final class PublisherCommand {
    private static final String PUBLISHER = "The publisher: the name of its key, or its id such as 8wekyb3d8bbwe.";

    @Mixin
    private CommonOptions common;

    /** The id of a publisher that has folders, by the name of its key or by its id. */
    private static String id(CommonOptions common, String name) {
        try {
            return AppIdentity.find(name, "ipc")
                    .map(AppIdentity::publisherId)
                    .or(() -> Optional.of(name).filter(PublisherFolder.publisherIds()::contains))
                    .orElseThrow(() -> new CommandFailure("this user has no key of publisher \"" + name
                            + "\", and no folder of that id; `ipc publisher list` shows those there are"));
        } catch (IllegalArgumentException malformed) {
            throw common.usageError(String.valueOf(malformed.getMessage()));
        }
    }

    /** A name by which the user knows a publisher, if this user has its key. */
    private static Optional<String> name(String id) {
        return AppIdentity.publishers().stream()
                .filter(name -> AppIdentity.find(name, "ipc")
                        .filter(found -> found.publisherId().equals(id))
                        .isPresent())
                .findFirst();
    }

    /** Does something with each of several things; what fails is told at once, and the others are done all the same. */
    private static final class Attempts {
        private final CommonOptions common;
        private boolean failed;

        Attempts(CommonOptions common) {
            this.common = common;
        }

        /** A step that may fail. */
        interface Step {
            void run() throws IOException;
        }

        void attempt(Step step) {
            try {
                step.run();
            } catch (IpcException e) {
                tell(e.getMessage());
            } catch (IOException e) {
                tell("cannot read or delete all: " + e);
            }
        }

        <T> List<T> list(Supplier<List<T>> all) {
            List<T> found = new ArrayList<>();
            attempt(() -> found.addAll(all.get()));
            return found;
        }

        private void tell(@Nullable String message) {
            failed = true;
            common.tell(message);
        }

        int status() {
            return failed ? 1 : 0;
        }
    }

    private static String describe(Content content) {
        return content.files() + (content.files() == 1 ? " file, " : " files, ") + content.bytes() + " bytes";
    }

    /** {@code ipc publisher list}. */
    @Command(name = "list", description = "Lists the folders and how much is in them, of all publishers or of one.")
    static final class ListFolders implements Callable<Integer> {
        @Mixin
        private CommonOptions common;

        @Parameters(arity = "0..1", paramLabel = "PUBLISHER", description = PUBLISHER)
        private @Nullable String publisher;

        @Mixin
        private JsonLine json;

        private record Row(PublisherFolder folder, Content content) {
            ValueSet toValueSet() {
                ValueSet.Builder values = ValueSet.builder().put("publisherId", folder.publisherId());
                PublisherCommand.name(folder.publisherId()).ifPresent(name -> values.put("publisher", name));
                return values.put("folder", folder.name())
                        .put("files", content.files())
                        .put("bytes", content.bytes())
                        .put("path", folder.path().toString())
                        .build();
            }
        }

        @Override
        public Integer call() {
            Attempts attempts = new Attempts(common);
            List<String> ids = publisher == null ? PublisherFolder.publisherIds() : List.of(id(common, publisher));
            List<Row> rows = new ArrayList<>();
            for (String id : ids) {
                for (PublisherFolder folder : attempts.list(() -> PublisherFolder.allOf(id))) {
                    attempts.attempt(() -> rows.add(new Row(folder, folder.content())));
                }
            }
            if (json.isAsked()) {
                json.print("folders", rows, Row::toValueSet);
            } else {
                Table table = new Table("PUBLISHER", "FOLDER", "FILES", "BYTES", "PATH");
                rows.forEach(row -> table.row(
                        PublisherCommand.name(row.folder.publisherId()).orElse(row.folder.publisherId()),
                        row.folder.name(),
                        Long.toString(row.content.files()),
                        Long.toString(row.content.bytes()),
                        row.folder.path().toString()));
                table.print(common.out());
            }
            return attempts.status();
        }
    }

    /** {@code ipc publisher clear}. */
    @Command(
            name = "clear",
            description = "Deletes all that is in a publisher's folders; its applications go on and make it again.")
    static final class Clear implements Callable<Integer> {
        @Mixin
        private CommonOptions common;

        @Parameters(index = "0", paramLabel = "PUBLISHER", description = PUBLISHER)
        private String publisher;

        @Parameters(
                index = "1..*",
                arity = "0..*",
                paramLabel = "FOLDER",
                description = "Only these folders (default: all of the publisher).")
        private List<String> names = List.of();

        @Override
        public Integer call() {
            List<PublisherFolder> all = PublisherFolder.allOf(id(common, publisher));
            List<String> present = all.stream().map(PublisherFolder::name).toList();
            names.stream().filter(name -> !present.contains(name)).findFirst().ifPresent(absent -> {
                throw new CommandFailure(
                        "publisher \"" + publisher + "\" has no folder \"" + absent + "\" here; there are " + present);
            });
            Attempts attempts = new Attempts(common);
            all.stream()
                    .filter(folder -> names.isEmpty() || names.contains(folder.name()))
                    .forEach(folder -> attempts.attempt(() -> clear(folder)));
            return attempts.status();
        }

        private void clear(PublisherFolder folder) throws IOException {
            Content before = folder.content();
            folder.clear();
            Content left = folder.content();
            common.out()
                    .println("cleared " + folder.path() + ": " + describe(before)
                            + (left.files() == 0 ? "" : "; now " + describe(left) + ", which programs write"));
        }
    }
}
