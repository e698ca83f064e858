package io.valise.ipc.cli.command;

import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.cli.option.ApplicationName;
import io.valise.ipc.cli.option.CommandFailure;
import io.valise.ipc.cli.option.CommonOptions;
import io.valise.ipc.cli.option.JsonLine;
import io.valise.ipc.cli.text.Table;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.identity.CapabilityGrant;
import io.valise.ipc.identity.IssuedGrants;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code ipc grant}: permission for applications to use a capability. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
@Command(
        name = "grant",
        description = "Grants a capability of a publisher's services to applications, and prints the signed grant.",
        subcommands = {GrantCommand.ListIssued.class, GrantCommand.Revoke.class})
final class GrantCommand implements Callable<Integer> {
    private static final String COMMAND = "ipc";

    @Mixin
    private CommonOptions common;

    @Parameters(index = "0", arity = "0..1", paramLabel = "CAPABILITY", description = "Such as quotes.read.")
    private @Nullable String capability;

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "APPLICATION",
            description = "Each application that may use it, 16 at most: its id such as reader_8wekyb3d8bbwe,"
                    + " PUBLISHER/NAME, or a name alone, of the same publisher.")
    private List<String> applications = List.of();

    @Option(
            names = "--publisher",
            paramLabel = "NAME",
            defaultValue = "default",
            description = "Whose services, and whose key signs (default: ${DEFAULT-VALUE}).")
    private String publisher;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            defaultValue = "720h",
            description = "How long it is good for (default: 30 days, ${DEFAULT-VALUE}).")
    private Duration lifetime;

    @Option(names = "--development", description = "Good only at servers that run with -Dvalise.development=true.")
    private boolean development;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            description = "Write it to this file instead.")
    private @Nullable Path target;

    @Override
    public Integer call() {
        if (capability == null || applications.isEmpty()) {
            throw common.usageError("Missing required parameters: 'CAPABILITY' and 'APPLICATION', or list or revoke");
        }
        common.requirePositive("--for", lifetime);
        if (target != null) {
            checkTarget(target);
        }
        CapabilityGrant grant = issue(capability);
        if (target == null) {
            common.out().print(grant.text());
        } else {
            grant.write(target);
            common.out()
                    .println("granted " + grant.capability() + " to " + String.join(", ", grant.applicationIds())
                            + " until " + grant.expires() + ": " + target);
        }
        return 0;
    }

    /** Before it is issued: else a grant would be listed of which there is no file. */
    private void checkTarget(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file) || parent == null || !Files.isWritable(parent)) {
            throw common.usageError(
                    "--out: expected a file in a directory that can be written to, actual=\"" + file + '"');
        }
    }

    private CapabilityGrant issue(String asked) {
        try {
            AppIdentity owner = AppIdentity.find(publisher, COMMAND).orElseGet(this::newOwner);
            List<String> ids = applications.stream().map(this::id).toList();
            Instant expires = Instant.now().plus(lifetime);
            return IssuedGrants.of(owner)
                    .add(
                            development
                                    ? CapabilityGrant.issueForDevelopment(owner, asked, ids, expires)
                                    : CapabilityGrant.issue(owner, asked, ids, expires));
        } catch (IllegalArgumentException | TypeConversionException e) {
            throw common.usageError(String.valueOf(e.getMessage()));
        }
    }

    /** The name of the publisher may have been mistyped: no server knows the key then. */
    private AppIdentity newOwner() {
        AppIdentity made = AppIdentity.open(publisher, COMMAND);
        common.tell("publisher \"" + publisher + "\" had no key: it was made");
        return made;
    }

    /** A name alone is that of an application of the publisher that grants. */
    private String id(String application) {
        return AppIdentity.isId(application) || application.indexOf('/') >= 0
                ? ApplicationName.parse(application).id()
                : AppIdentity.open(publisher, application).id();
    }

    /** Those of one publisher, or of all. What cannot be read is told and hides nothing else. */
    static final class Whose {
        @Spec(Spec.Target.MIXEE)
        private CommandSpec command;

        @Option(names = "--publisher", paramLabel = "NAME", description = "Only those of this publisher.")
        private @Nullable String publisher;

        private boolean incomplete;

        /** The publishers asked for that have a key; each by an application of its own. */
        List<AppIdentity> owners() {
            List<String> names = publisher == null ? AppIdentity.publishers() : List.of(publisher);
            try {
                return names.stream().flatMap(this::owner).toList();
            } catch (IllegalArgumentException malformed) {
                throw new ParameterException(command.commandLine(), String.valueOf(malformed.getMessage()));
            }
        }

        private Stream<AppIdentity> owner(String name) {
            try {
                return AppIdentity.find(name, COMMAND).stream();
            } catch (IpcException unreadable) {
                tell(unreadable);
                return Stream.empty();
            }
        }

        List<CapabilityGrant> issued(IssuedGrants of) {
            return of.list(this::tell);
        }

        private void tell(IpcException unreadable) {
            incomplete = true;
            CommonOptions.tell(command, unreadable.getMessage());
        }

        /** The exit status of a list. */
        int status() {
            return incomplete ? 1 : 0;
        }
    }

    /** {@code ipc grant list}. */
    @Command(
            name = "list",
            description = "Lists the grants that this user's publishers have issued, until they expire.")
    static final class ListIssued implements Callable<Integer> {
        @Mixin
        private CommonOptions common;

        @Mixin
        private Whose whose;

        @Mixin
        private JsonLine json;

        @Override
        public Integer call() {
            List<Listed> all = whose.owners().stream().flatMap(this::of).toList();
            if (json.isAsked()) {
                json.print("grants", all, Listed::toValueSet);
            } else {
                Table table = new Table("ID", "CAPABILITY", "UNTIL", "STATE", "APPLICATIONS");
                all.forEach(each -> each.addTo(table));
                table.print(common.out());
            }
            return whose.status();
        }

        private Stream<Listed> of(AppIdentity owner) {
            IssuedGrants issued = IssuedGrants.of(owner);
            Set<String> revoked = issued.revoked();
            return whose.issued(issued).stream()
                    .map(grant -> new Listed(owner.publisherId(), grant, state(grant, revoked)));
        }

        private static String state(CapabilityGrant grant, Set<String> revoked) {
            if (revoked.contains(grant.id())) {
                return "revoked";
            }
            return Instant.now().isBefore(grant.expires()) ? "valid" : "expired";
        }

        private record Listed(String publisherId, CapabilityGrant grant, String state) {
            void addTo(Table table) {
                table.row(
                        grant.id(),
                        grant.capability(),
                        grant.expires().toString(),
                        state,
                        String.join(" ", grant.applicationIds()));
            }

            ValueSet toValueSet() {
                return ValueSet.builder()
                        .put("id", grant.id())
                        .put("capability", grant.capability())
                        .put("expires", grant.expires())
                        .put("state", state)
                        .put("development", grant.developmentOnly())
                        .put("publisherId", publisherId)
                        .put("applications", grant.applicationIds().toArray(String[]::new))
                        .build();
            }
        }
    }

    /** {@code ipc grant revoke}. */
    @Command(
            name = "revoke",
            description = "Revokes grants for good: within a second no server of the publisher accepts them any more.")
    static final class Revoke implements Callable<Integer> {
        @Mixin
        private CommonOptions common;

        @Parameters(
                arity = "1..*",
                paramLabel = "GRANT",
                description = "Its id, as `ipc grant list` shows it, or its file.")
        private List<String> grants;

        @Mixin
        private Whose whose;

        @Override
        public Integer call() {
            List<AppIdentity> owners = whose.owners();
            record Found(AppIdentity owner, CapabilityGrant grant) {}
            List<Found> found = grants.stream() // all of them, before one is revoked
                    .map(name -> owners.stream()
                            .flatMap(owner -> grant(name, owner).map(grant -> new Found(owner, grant)).stream())
                            .findFirst()
                            .orElseThrow(() -> new CommandFailure("no publisher of this user has issued the grant "
                                    + name + "; `ipc grant list` shows those there are, and a file can be named")))
                    .toList();
            found.forEach(each -> {
                IssuedGrants.of(each.owner).revoke(each.grant);
                common.out().println("revoked " + each.grant.id() + ": " + each.grant);
            });
            return 0;
        }

        private Optional<CapabilityGrant> grant(String name, AppIdentity owner) {
            IssuedGrants issued = IssuedGrants.of(owner);
            Optional<Path> file = path(name).filter(Files::isRegularFile);
            return file.isPresent()
                    ? file.map(CapabilityGrant::read).filter(issued::issued)
                    : whose.issued(issued).stream()
                            .filter(grant -> grant.id().equals(name))
                            .findFirst();
        }

        private static Optional<Path> path(String name) {
            try {
                return Optional.of(Path.of(name));
            } catch (InvalidPathException noPath) {
                return Optional.empty();
            }
        }
    }
}
