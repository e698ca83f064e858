package io.valise.ipc.cli.command;

import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.cli.option.ApplicationName;
import io.valise.ipc.cli.option.CommandFailure;
import io.valise.ipc.cli.option.CommonOptions;
import io.valise.ipc.cli.option.JsonLine;
import io.valise.ipc.cli.option.TimeoutOption;
import io.valise.ipc.cli.servers.KnownApplication;
import io.valise.ipc.cli.servers.KnownApplications;
import io.valise.ipc.cli.text.Table;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.services.loopback.LoopbackManifest;
import io.valise.ipc.services.manifest.ManifestFolder;
import io.valise.ipc.spi.runtime.ConfigurationDirectory;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code ipc identity}: which applications there are, and their ids. Confined to one thread. */
@SuppressWarnings({"NullAway.Init", "UnusedVariable"}) // picocli sets the fields, one for --help
@Command(
        name = "identity",
        description = "Makes, shows and finds the ids by which rules, grants and policies name applications.",
        subcommands = {IdentityCommand.Make.class, IdentityCommand.Show.class, IdentityCommand.Find.class})
final class IdentityCommand {
    @Mixin
    private CommonOptions common;

    private static ValueSet describe(ApplicationName asked) {
        ApplicationName name = asked.resolved();
        AppIdentity identity = name.identity();
        String publisher = name.publisher().orElseThrow();
        return ValueSet.builder()
                .put("id", identity.id())
                .put("application", identity.application())
                .put("publisher", publisher)
                .put("publisherId", identity.publisherId())
                .put(
                        "publicKey",
                        Base64.getEncoder().encodeToString(identity.publicKey().getEncoded()))
                .put(
                        "keyFile",
                        ConfigurationDirectory.path()
                                .resolve("keys")
                                .resolve(publisher + ".key")
                                .toString())
                .put(
                        "loopbackManifest",
                        ManifestFolder.of(LoopbackManifest.FOLDER)
                                .file(identity.id())
                                .toString())
                .build();
    }

    private static void print(CommonOptions common, JsonLine json, ApplicationName name) {
        ValueSet described = describe(name);
        if (json.isAsked()) {
            json.print(described);
        } else {
            Table table = new Table("id", described.getString("id"));
            described.keys().stream()
                    .filter(key -> !key.equals("id"))
                    .forEach(key -> table.row(key, described.getString(key)));
            table.print(common.out());
        }
    }

    /** {@code ipc identity make}. */
    @Command(
            name = "make",
            description = "Makes the publisher's key, unless there is one, and shows the application's id.")
    static final class Make implements Callable<Integer> {
        @Mixin
        private CommonOptions common;

        @Parameters(paramLabel = "APPLICATION", description = "NAME of publisher default, or PUBLISHER/NAME.")
        private ApplicationName name;

        @Mixin
        private JsonLine json;

        @Override
        public Integer call() {
            String publisher = name.publisher()
                    .orElseThrow(() -> common.usageError(
                            "an id is made of a name: expected NAME or PUBLISHER/NAME, actual=" + name.name()));
            AppIdentity.open(publisher, name.name());
            print(common, json, name);
            return 0;
        }
    }

    /** {@code ipc identity show}. */
    @Command(
            name = "show",
            description = "Shows an application's id, its publisher's key, and its files; makes nothing.")
    static final class Show implements Callable<Integer> {
        @Mixin
        private CommonOptions common;

        @Parameters(paramLabel = "APPLICATION", description = "The application: " + ApplicationName.FORMS + ".")
        private ApplicationName name;

        @Mixin
        private JsonLine json;

        @Override
        public Integer call() {
            print(common, json, name);
            return 0;
        }
    }

    /** {@code ipc identity find}. */
    @Command(
            name = "find",
            description = "Lists the applications that servers, manifests and grants of this user name.")
    static final class Find implements Callable<Integer> {
        @Mixin
        private CommonOptions common;

        @Parameters(
                arity = "0..1",
                paramLabel = "TEXT",
                defaultValue = "",
                description = "Only those whose id, publisher or place has this in it.")
        private String text;

        @Mixin
        private TimeoutOption timeout;

        @Mixin
        private JsonLine json;

        @Override
        public Integer call() {
            List<IpcException> unreadable = new ArrayList<>();
            List<KnownApplication> found = KnownApplications.within(timeout.timeout(), unreadable::add).stream()
                    .filter(each -> each.matches(text))
                    .toList();
            unreadable.forEach(each -> common.tell(each.getMessage()));
            if (json.isAsked()) {
                json.print("applications", found, KnownApplication::toValueSet);
            } else if (found.isEmpty()) {
                throw new CommandFailure(
                        "no application is known" + (text.isEmpty() ? "" : " that has \"" + text + "\" in its name")
                                + "; `ipc identity make NAME` makes one");
            } else {
                Table table = new Table("ID", "PUBLISHER", "FOUND IN");
                found.forEach(
                        each -> table.row(each.id(), each.publisher().orElse("-"), String.join(", ", each.places())));
                table.print(common.out());
            }
            return unreadable.isEmpty() ? 0 : 1;
        }
    }
}
