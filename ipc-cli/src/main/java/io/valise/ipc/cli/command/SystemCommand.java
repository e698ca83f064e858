package io.valise.ipc.cli.command;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.cli.option.CommandFailure;
import io.valise.ipc.cli.option.CommonOptions;
import io.valise.ipc.cli.option.JsonLine;
import io.valise.ipc.cli.text.Table;
import io.valise.ipc.runtime.KnownTransports;
import io.valise.ipc.spi.runtime.SystemInstallation;
import io.valise.ipc.spi.runtime.SystemPlace;
import io.valise.ipc.spi.runtime.SystemService;
import io.valise.ipc.spi.runtime.SystemSettings;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ipc system}: which accounts may serve other users, by which names. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
@Command(
        name = "system",
        description =
                "Gives a name to an account, which may then serve other users of the machine at system:NAME, or change"
                        + " settings that they read; takes it away; shows what is installed. install and remove are for"
                        + " root.")
final class SystemCommand implements Callable<Integer> {
    @Mixin
    private CommonOptions common;

    @Parameters(index = "0", paramLabel = "ACTION", description = "One of ${COMPLETION-CANDIDATES}.")
    private Action action;

    @Option(
            names = "--service",
            paramLabel = "NAME",
            description = "The name of the service, as in system:NAME, for install and remove.")
    private @Nullable String service;

    @Option(
            names = "--settings",
            paramLabel = "NAME",
            description =
                    "The name of settings that every user may read, instead of a service, for install and remove.")
    private @Nullable String settings;

    @Option(
            names = "--user",
            paramLabel = "ACCOUNT",
            description = "The account that alone may serve it, by name or number, for install; with --settings the one"
                    + " that may change them, root unless said otherwise.")
    private @Nullable String account;

    @Option(names = "--allow", paramLabel = "GROUP", description = "The group whose members may connect, for install.")
    private @Nullable String group;

    @Option(
            names = "--allow-everyone",
            description =
                    "Let every user of the machine connect, for install; who may call what is the server's to say.")
    private boolean everyone;

    @Mixin
    private JsonLine json;

    /** The actions. */
    enum Action {
        install,
        status,
        remove
    }

    @Override
    public Integer call() {
        try {
            switch (action) {
                case install -> install();
                case status -> status();
                case remove -> remove();
            }
            return 0;
        } catch (IllegalArgumentException e) { // an invalid name
            throw common.usageError(String.valueOf(e.getMessage()));
        } catch (IpcException e) {
            throw new CommandFailure(e.status() + ": " + e.reason()); // it says what to do
        }
    }

    private String required(@Nullable String value, String option) {
        if (value == null || value.isBlank()) {
            throw common.usageError("Missing required option: '" + option + "' to " + action);
        }
        return value;
    }

    private void refuse(boolean given, String option) {
        if (given) {
            throw common.usageError(option + " is not for " + action);
        }
    }

    private void installSettings(String name) {
        refuse(service != null, "--service beside --settings");
        refuse(group != null, "--allow with --settings");
        refuse(everyone, "--allow-everyone with --settings");
        SystemSettings done =
                SystemSettings.install(name, Optional.ofNullable(account).orElse("0"));
        if (json.isAsked()) {
            json.print(toValueSet(done));
        } else {
            common.out()
                    .println("installed " + done.folder() + ": " + done.account()
                            + " alone can change these settings, every user can read them");
        }
    }

    private void install() {
        if (settings != null) {
            installSettings(settings);
            return;
        }
        String name = required(service, "--service=NAME");
        String user = required(account, "--user=ACCOUNT");
        if ((group == null) != everyone) {
            throw common.usageError("who may connect: expected one of --allow=GROUP and --allow-everyone, actual="
                    + (everyone ? "both" : "none"));
        }
        SystemInstallation.Installed done = SystemInstallation.install(
                name, user, everyone ? Optional.empty() : Optional.of(required(group, "--allow=GROUP")));
        if (json.isAsked()) {
            json.print(toValueSet(done.service(), List.of()));
            return;
        }
        if (done.madePlace()) {
            common.out()
                    .println("made " + done.service().folder().getParent()
                            + ", mode 0755: only root can add a service to it");
        }
        String what = done.madeService() ? "made " : "nothing to do, there is ";
        common.out().println(what + done.service().folder() + ": " + who(done.service()));
    }

    private static String who(SystemService service) {
        return "only " + service.account() + " can serve " + Endpoint.SYSTEM + ':' + service.name() + ", "
                + service.allowed() + " may connect";
    }

    private void remove() {
        refuse(account != null, "--user");
        refuse(group != null, "--allow");
        refuse(everyone, "--allow-everyone");
        if (settings != null) {
            removeSettings(settings);
            return;
        }
        String name = required(service, "--service=NAME");
        boolean place = SystemInstallation.remove(name);
        String folder = SystemPlace.current().path().resolve(name).toString();
        if (json.isAsked()) {
            json.print(ValueSet.of("removed", folder, "removedPlace", place));
        } else {
            common.out()
                    .println("removed " + folder + (place ? ", and the place with it: it had no other service" : ""));
        }
    }

    private void removeSettings(String name) {
        refuse(service != null, "--service beside --settings");
        SystemSettings.remove(name);
        if (json.isAsked()) {
            json.print(ValueSet.of("removedSettings", name));
        } else {
            common.out().println("removed the settings " + name);
        }
    }

    private void status() {
        refuse(settings != null, "--settings");
        refuse(service != null, "--service");
        refuse(account != null, "--user");
        refuse(group != null, "--allow");
        refuse(everyone, "--allow-everyone");
        SystemPlace.missing().ifPresent(why -> {
            throw new CommandFailure(IpcStatus.UNSUPPORTED + ": " + why);
        });
        SystemPlace place = SystemPlace.current();
        List<SystemService> services = place.all();
        List<SystemSettings> settingsOfAll = SystemSettings.all();
        List<Endpoint> served = KnownTransports.find().systemWide().stream()
                .flatMap(transport -> transport.endpoints().stream())
                .toList();
        if (json.isAsked()) {
            List<ValueSet> all =
                    services.stream().map(each -> toValueSet(each, served)).toList();
            json.print(ValueSet.of(
                    "place",
                    place.path().toString(),
                    "services",
                    all,
                    "settings",
                    settingsOfAll.stream().map(SystemCommand::toValueSet).toList()));
            return;
        }
        if (services.isEmpty()) {
            common.out().println("No service for other users is installed in " + place.path() + ".");
        } else {
            table(services, served).print(common.out());
        }
        if (!settingsOfAll.isEmpty()) {
            Table table = new Table("SETTINGS", "CHANGED BY", "FOLDER");
            settingsOfAll.forEach(
                    each -> table.row(each.name(), each.account(), each.folder().toString()));
            table.print(common.out());
        }
    }

    private static ValueSet toValueSet(SystemSettings one) {
        return ValueSet.of(
                "name",
                one.name(),
                "account",
                one.account(),
                "folder",
                one.folder().toString());
    }

    private static Table table(List<SystemService> services, List<Endpoint> served) {
        Table table = new Table("SERVICE", "ACCOUNT", "MAY CONNECT", "FOLDER", "SERVED AT");
        services.forEach(each -> table.row(
                each.name(),
                each.account(),
                each.allowed(),
                each.folder().toString(),
                addresses(each, served).isEmpty() ? "-" : String.join(" ", addresses(each, served))));
        return table;
    }

    private static List<String> addresses(SystemService service, List<Endpoint> served) {
        return served.stream()
                .filter(address -> address.name().equals(service.name()))
                .map(Endpoint::toString)
                .toList();
    }

    private static ValueSet toValueSet(SystemService service, List<Endpoint> served) {
        return ValueSet.of(
                "service",
                service.name(),
                "account",
                service.account(),
                "mayConnect",
                service.allowed(),
                "folder",
                service.folder().toString(),
                "servedAt",
                addresses(service, served).toArray(String[]::new));
    }
}
