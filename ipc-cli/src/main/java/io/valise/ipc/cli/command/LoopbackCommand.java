package io.valise.ipc.cli.command;

import io.valise.ipc.cli.option.ApplicationName;
import io.valise.ipc.cli.option.CommandFailure;
import io.valise.ipc.cli.option.CommonOptions;
import io.valise.ipc.cli.servers.LoopbackAdvice;
import io.valise.ipc.identity.LoopbackAccessRules;
import io.valise.ipc.services.loopback.LoopbackManifest;
import io.valise.ipc.services.loopback.LoopbackManifest.Direction;
import io.valise.ipc.services.loopback.LoopbackManifest.Side;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** {@code ipc loopback}: which applications talk over loopback, what CheckNetIsolation is for. Confined to one thread. */
@SuppressWarnings({"NullAway.Init", "UnusedVariable"}) // picocli sets the fields, one for --help
@Command(
        name = "loopback",
        description = "Shows and changes with whom applications talk over loopback: their manifests, and refusals.",
        subcommands = {
            LoopbackListCommand.class,
            LoopbackCommand.Allow.class,
            LoopbackCommand.Exempt.class,
            LoopbackCommand.Remove.class,
            LoopbackCommand.Explain.class,
            LoopbackWatchCommand.class
        })
final class LoopbackCommand {
    @Mixin
    private CommonOptions common;

    /** Whose manifest, and which rules of it. */
    static final class Rules {
        @Parameters(paramLabel = "APPLICATION", description = "Whose manifest: " + ApplicationName.FORMS + ".")
        private ApplicationName application;

        @Option(
                names = "--in",
                paramLabel = "PEER",
                description = "The rule that this application may connect to it; may be repeated.")
        private List<ApplicationName> in = List.of();

        @Option(
                names = "--out",
                paramLabel = "PEER",
                description = "The rule that it may connect to this application; may be repeated.")
        private List<ApplicationName> out = List.of();

        @Option(
                names = "--private-network",
                description = "The capability privateNetworkClientServer, without which no rule counts.")
        private boolean capability;

        boolean isEmpty() {
            return in.isEmpty() && out.isEmpty() && !capability;
        }

        /** How a manifest changes by them. Their ids are looked up at once, which fails for a publisher without a key. */
        UnaryOperator<LoopbackManifest> change(boolean declared, BiFunction<Side, String, Side> byPeer) {
            UnaryOperator<Side> inbound = change(in, byPeer);
            UnaryOperator<Side> outbound = change(out, byPeer);
            return manifest -> (capability ? manifest.declaring(declared) : manifest)
                    .with(Direction.IN, inbound)
                    .with(Direction.OUT, outbound);
        }

        /** Which of them a manifest does not have, as options. */
        List<String> absentFrom(LoopbackManifest manifest) {
            List<String> absent = new ArrayList<>();
            in.stream()
                    .map(ApplicationName::id)
                    .filter(id -> !manifest.in().applications().contains(id))
                    .forEach(id -> absent.add("--in " + id));
            out.stream()
                    .map(ApplicationName::id)
                    .filter(id -> !manifest.out().applications().contains(id))
                    .forEach(id -> absent.add("--out " + id));
            if (capability && !manifest.privateNetworkClientServer()) {
                absent.add("--private-network");
            }
            return absent;
        }

        private static UnaryOperator<Side> change(List<ApplicationName> peers, BiFunction<Side, String, Side> byPeer) {
            List<String> ids = peers.stream().map(ApplicationName::id).toList();
            return side -> {
                Side changed = side;
                for (String id : ids) {
                    changed = byPeer.apply(changed, id);
                }
                return changed;
            };
        }
    }

    private static void print(CommonOptions common, LoopbackManifest manifest) {
        LoopbackListCommand.table(List.of(manifest)).print(common.out());
        if (!manifest.privateNetworkClientServer()) {
            common.tell("warning: nothing is allowed: " + LoopbackAdvice.lacksCapability(manifest.applicationId()));
        }
    }

    private static LoopbackManifest update(
            CommonOptions common, String application, UnaryOperator<LoopbackManifest> change) {
        try {
            return LoopbackManifest.update(application, change);
        } catch (IllegalArgumentException e) { // too many rules
            throw common.usageError(String.valueOf(e.getMessage()));
        }
    }

    /** {@code ipc loopback allow}. */
    @Command(name = "allow", description = "Adds rules to an application's manifest, which is made if there is none.")
    static final class Allow implements Callable<Integer> {
        @Mixin
        private CommonOptions common;

        @Mixin
        private Rules rules;

        @Override
        public Integer call() {
            if (rules.isEmpty()) {
                throw common.usageError("what is allowed? --in PEER, --out PEER or --private-network says so");
            }
            print(common, update(common, rules.application.id(), rules.change(true, Side::allowing)));
            return 0;
        }
    }

    /** {@code ipc loopback exempt}. */
    @Command(
            name = "exempt",
            description = "Lets peers without an identity pass, as CheckNetIsolation LoopbackExempt -is and -a do.")
    static final class Exempt implements Callable<Integer> {
        @Mixin
        private CommonOptions common;

        @Parameters(paramLabel = "APPLICATION", description = "Whose manifest: " + ApplicationName.FORMS + ".")
        private ApplicationName application;

        @Option(names = "--in", description = "Clients without an identity may connect to it.")
        private boolean in;

        @Option(names = "--out", description = "It may connect to servers without an identity.")
        private boolean out;

        @Option(
                names = "--for",
                paramLabel = "TIME",
                description = "For so long, such as 8h (default: until it is removed).")
        private @Nullable Duration lifetime;

        @Override
        public Integer call() {
            if (!in && !out) {
                throw common.usageError("in which direction? --in, --out or both say so");
            }
            if (lifetime != null) {
                common.requirePositive("--for", lifetime);
            }
            Instant until = Optional.ofNullable(lifetime)
                    .map(time -> Instant.ofEpochSecond(Instant.now().plus(time).getEpochSecond() + 1))
                    .orElse(Instant.MAX);
            print(common, update(common, application.id(), manifest -> {
                LoopbackManifest changed = in ? manifest.with(Direction.IN, side -> side.exempting(until)) : manifest;
                return out ? changed.with(Direction.OUT, side -> side.exempting(until)) : changed;
            }));
            return 0;
        }
    }

    /** {@code ipc loopback remove}. */
    @Command(
            name = "remove",
            description = "Removes rules and exemptions from an application's manifest, or all of it.")
    static final class Remove implements Callable<Integer> {
        @Mixin
        private CommonOptions common;

        @Mixin
        private Rules rules;

        @Option(names = "--exempt-in", description = "The exemption of clients without an identity.")
        private boolean exemptIn;

        @Option(names = "--exempt-out", description = "The exemption of servers without an identity.")
        private boolean exemptOut;

        @Option(names = "--all", description = "The whole manifest: nothing is allowed then.")
        private boolean all;

        @Override
        public Integer call() {
            if (all != (rules.isEmpty() && !exemptIn && !exemptOut)) {
                throw common.usageError("what is removed? either --all or some of --in PEER, --out PEER, --exempt-in,"
                        + " --exempt-out and --private-network say so");
            }
            String application = rules.application.id();
            if (!LoopbackManifest.applicationIds().contains(application)) {
                throw new CommandFailure("there is no loopback manifest of " + application
                        + "; `ipc loopback list` shows those there are");
            }
            if (all) {
                LoopbackManifest.remove(application);
                common.out().println("removed the loopback manifest of " + application);
            } else {
                UnaryOperator<LoopbackManifest> withoutRules = rules.change(false, Side::without);
                print(common, update(common, application, manifest -> {
                    requireThere(manifest);
                    return withoutExemptions(withoutRules.apply(manifest));
                }));
            }
            return 0;
        }

        /** Who misspells a rule must not believe that it is gone. */
        private void requireThere(LoopbackManifest manifest) {
            List<String> absent = new ArrayList<>(rules.absentFrom(manifest));
            if (exemptIn && manifest.in().exemptUntil().isEmpty()) {
                absent.add("--exempt-in");
            }
            if (exemptOut && manifest.out().exemptUntil().isEmpty()) {
                absent.add("--exempt-out");
            }
            if (!absent.isEmpty()) {
                throw new CommandFailure("the loopback manifest of " + manifest.applicationId() + " has no "
                        + String.join(", no ", absent) + ", so nothing was removed; `ipc loopback list "
                        + manifest.applicationId() + "` shows what it has");
            }
        }

        private LoopbackManifest withoutExemptions(LoopbackManifest manifest) {
            LoopbackManifest changed = exemptIn ? manifest.with(Direction.IN, Side::withoutExemption) : manifest;
            return exemptOut ? changed.with(Direction.OUT, Side::withoutExemption) : changed;
        }
    }

    /** {@code ipc loopback explain}. */
    @Command(
            name = "explain",
            description = "Says whether a client may connect to a server by their manifests, and what is missing.")
    static final class Explain implements Callable<Integer> {
        private static final String NAMELESS = "-";

        @Mixin
        private CommonOptions common;

        @Parameters(
                index = "0",
                paramLabel = "CLIENT",
                description = "The client: " + ApplicationName.FORMS + "; - for one without an identity.")
        private String client;

        @Parameters(index = "1", paramLabel = "SERVER", description = "The server, likewise.")
        private String server;

        @Override
        public Integer call() {
            Optional<String> clientId = id(client);
            Optional<String> serverId = id(server);
            List<String> missing = new ArrayList<>();
            clientId.ifPresent(id -> rulesOf(id)
                    .outRefusal(serverId)
                    .ifPresent(why -> missing.add(LoopbackAdvice.of(why, id, false, serverId))));
            serverId.ifPresent(id -> rulesOf(id)
                    .inRefusal(clientId)
                    .ifPresent(why -> missing.add(LoopbackAdvice.of(why, id, true, clientId))));
            missing.forEach(common.out()::println);
            if (missing.isEmpty()) {
                common.out().println("allowed");
            }
            return missing.isEmpty() ? 0 : 1;
        }

        private Optional<String> id(String name) {
            try {
                return name.equals(NAMELESS)
                        ? Optional.empty()
                        : Optional.of(ApplicationName.parse(name).id());
            } catch (TypeConversionException malformed) {
                throw common.usageError(String.valueOf(malformed.getMessage()));
            }
        }

        private static LoopbackAccessRules rulesOf(String id) {
            return LoopbackManifest.find(id).orElse(LoopbackManifest.of(id)).rules();
        }
    }
}
