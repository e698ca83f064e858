package io.valise.ipc.cli.command;

import io.valise.ipc.ValueSet;
import io.valise.ipc.cli.option.CommandFailure;
import io.valise.ipc.cli.option.CommonOptions;
import io.valise.ipc.cli.option.JsonLine;
import io.valise.ipc.cli.option.WholeNumber;
import io.valise.ipc.cli.text.Table;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.services.json.JsonFault;
import io.valise.ipc.services.json.ValueSetJson;
import io.valise.ipc.services.settings.SettingChange;
import io.valise.ipc.services.settings.SettingsHive;
import io.valise.ipc.services.settings.SettingsKey;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ipc settings}: what is in a hive, and what changes. Confined to one thread, but for {@link #print}. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
@Command(
        name = "settings",
        description = "Reads and writes a publisher's settings, with --application those of one application, or with"
                + " --machine those for all users.")
final class SettingsCommand implements Callable<Integer> {
    @Mixin
    private CommonOptions common;

    @Parameters(
            index = "0",
            paramLabel = "ACTION",
            description = "One of ${COMPLETION-CANDIDATES}. revert and revertKey forget what an application has put or"
                    + " deleted.")
    private Action action;

    @Parameters(index = "1", arity = "0..1", paramLabel = "NAME", description = "The setting, such as theme.colour.")
    private @Nullable String name;

    @Parameters(
            index = "2",
            arity = "0..1",
            paramLabel = "JSON",
            description = "Its new value for put: '\"red\"', 5, or a tagged one as for `ipc call`.")
    private @Nullable String value;

    @Option(
            names = "--publisher",
            paramLabel = "NAME",
            defaultValue = "default",
            description = "Whose settings (default: ${DEFAULT-VALUE}).")
    private String publisher;

    @Option(
            names = {"-a", "--application"},
            paramLabel = "NAME",
            description = "The application whose own settings lie over its publisher's.")
    private @Nullable String application;

    @Option(
            names = "--machine",
            paramLabel = "HIVE",
            description = "The settings of that name for all users of the machine; `ipc system install` makes them.")
    private @Nullable String machine;

    @Option(
            names = {"-k", "--key"},
            paramLabel = "PATH",
            description = "The sub-key, such as editor/fonts, instead of the root.")
    private @Nullable String path;

    @Option(names = "--tree", description = "With deleteKey: its sub-keys too.")
    private boolean tree;

    @Option(
            names = {"-n", "--count"},
            paramLabel = "N",
            converter = WholeNumber.FromOne.class,
            description = "End watch after so many changes.")
    private int count = Integer.MAX_VALUE;

    @Mixin
    private JsonLine json;

    private ValueSet given = ValueSet.empty();

    /** The actions. */
    enum Action {
        get,
        put,
        delete,
        revert,
        list,
        watch,
        keys,
        createKey,
        deleteKey,
        revertKey
    }

    @Override
    public Integer call() throws JsonFault, InterruptedException {
        try {
            given = action == Action.put ? given() : ValueSet.empty(); // before a key is made for it
            if (tree && action != Action.deleteKey) {
                throw common.usageError("--tree is for deleteKey");
            } else if (machine != null) {
                ofMachine(machine);
                return 0;
            }
            Optional<AppIdentity> whose = whose();
            if (whose.isPresent()) {
                act(application == null ? SettingsHive.openBase(whose.get()) : SettingsHive.open(whose.get()));
            } else {
                withoutKey();
            }
            return 0;
        } catch (IllegalArgumentException e) { // an invalid name or value
            throw common.usageError(String.valueOf(e.getMessage()));
        }
    }

    private void ofMachine(String hive) throws InterruptedException {
        if (application != null) {
            throw common.usageError("expected one of --machine and --application, actual=both");
        }
        act(SettingsHive.openMachine(hive));
    }

    /** The publisher; empty when it has no key, which only a change creates. */
    private Optional<AppIdentity> whose() {
        String asked = application == null ? "ipc" : application;
        return action == Action.put || action == Action.createKey
                ? Optional.of(AppIdentity.open(publisher, asked))
                : AppIdentity.find(publisher, asked);
    }

    private void act(SettingsHive opened) throws InterruptedException {
        try (SettingsHive hive = opened) {
            SettingsKey key = path == null ? hive : hive.key(path);
            switch (action) {
                case get -> get(key);
                case put -> given.find(named()).ifPresent(wanted -> key.put(named(), wanted));
                case delete -> key.delete(named());
                case revert -> key.revert(named());
                case list -> list(key.values());
                case watch -> watch(key);
                case keys -> keys(key.keys());
                case createKey -> hive.key(keyed()).create();
                case deleteKey -> deleteKey(hive);
                case revertKey -> hive.revertTree(keyed());
            }
            hive.loss().ifPresent(lost -> common.tell("warning: " + lost));
        }
    }

    private void deleteKey(SettingsHive hive) {
        if (tree) {
            hive.deleteTree(keyed());
            return;
        }
        try {
            hive.deleteKey(keyed());
        } catch (IllegalStateException e) { // it has sub-keys
            throw new CommandFailure(e.getMessage() + ": --tree");
        }
    }

    private void keys(List<String> names) {
        if (json.isAsked()) {
            json.print(ValueSet.of("keys", names));
        } else {
            names.stream().map(Table::printable).forEach(common.out()::println);
        }
    }

    private String keyed() {
        if (path == null) {
            throw common.usageError("Missing required option: '--key=PATH' to " + action);
        }
        return path;
    }

    /** A publisher that has no key has no settings: its folder is named by the key. */
    private void withoutKey() {
        switch (action) {
            case get -> throw absent();
            case list -> list(ValueSet.empty());
            case keys -> keys(List.of());
            case deleteKey, revertKey -> keyed(); // nothing to delete or revert
            case watch ->
                throw new CommandFailure(
                        "publisher \"" + publisher + "\" has no settings to watch yet; `ipc settings put` begins them");
            default -> named(); // nothing to delete or revert
        }
    }

    private String named() {
        if (name == null) {
            throw common.usageError("Missing required parameter: 'NAME' of the setting to " + action);
        }
        return name;
    }

    private CommandFailure absent() {
        return new CommandFailure("no setting \"" + named() + "\"; `ipc settings list` shows those there are");
    }

    private void get(SettingsKey key) {
        Object found = key.get(named()).orElseThrow(this::absent);
        common.out().println(ValueSetJson.writeMember(ValueSet.of(named(), found), named()));
    }

    /** The name and the value to put, which a hive can keep. */
    private ValueSet given() throws JsonFault {
        if (value == null) {
            throw common.usageError("Missing required parameter: 'JSON', the value to put");
        }
        ValueSet read = ValueSetJson.readMember(named(), value);
        SettingsHive.check(
                named(),
                read.find(named())
                        .orElseThrow(() -> common.usageError("null is no value; to have none, delete the name")));
        return read;
    }

    private void list(ValueSet all) {
        if (json.isAsked()) {
            json.print(all);
        } else {
            Table table = new Table("NAME", "VALUE");
            all.keys().forEach(key -> table.row(key, ValueSetJson.writeMember(all, key)));
            table.print(common.out());
        }
    }

    private void watch(SettingsKey key) throws InterruptedException {
        CountDownLatch changes = new CountDownLatch(count);
        SettingsHive.Registration watching = key.watch(change -> print(change, changes));
        common.err().println("watching; each change is a line of JSON");
        common.err().flush();
        changes.await();
        watching.close();
    }

    private void print(SettingChange change, CountDownLatch changes) {
        ValueSet.Builder line = ValueSet.builder();
        if (!change.key().isEmpty()) {
            line.put("key", change.key());
        }
        if (!change.name().isEmpty()) {
            line.put("name", change.name());
        }
        change.value().ifPresent(now -> line.put("value", now));
        json.print(line.build());
        common.out().flush();
        changes.countDown();
    }
}
