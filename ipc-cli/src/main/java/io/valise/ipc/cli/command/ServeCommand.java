package io.valise.ipc.cli.command;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.Endpoint;
import io.valise.ipc.Event;
import io.valise.ipc.IpcServer;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.cli.measure.Strategy;
import io.valise.ipc.cli.option.AsApplication;
import io.valise.ipc.cli.option.CommonOptions;
import io.valise.ipc.cli.text.Table;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.runtime.KnownTransports;
import io.valise.ipc.services.json.ValueSetJson;
import io.valise.ipc.spi.Transport;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ipc serve}: a server to try things with. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
@Command(
        name = "serve",
        description =
                "Serves valise.ping, valise.info, valise.schema and echo until it is interrupted; then finishes what runs.")
final class ServeCommand implements Callable<Integer> {
    private static final Duration GRACE = Duration.ofSeconds(2);

    @Mixin
    private CommonOptions common;

    @Parameters(
            arity = "1..*",
            paramLabel = "ENDPOINT",
            description = "Where to serve: shm:hello, or any:hello for every transport that works here.")
    private List<Endpoint> endpoints;

    @Option(
            names = "--echo",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Serve echo, which answers with its message (default: yes).")
    private boolean echo;

    @Option(
            names = {"-e", "--event"},
            paramLabel = "NAME",
            description = "Print events of this name, one line of JSON each; may be repeated.")
    private List<String> events = List.of();

    @Option(
            names = "--strategy",
            defaultValue = "adaptive",
            description = "How this end waits: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Strategy strategy;

    @Mixin
    private AsApplication application;

    @Option(
            names = "--require",
            paramLabel = "CAPABILITY",
            description = "Let only applications call that have a grant for this capability; needs --identity.")
    private @Nullable String capability;

    @Option(
            names = "--anyone",
            description = "Let every process call that can connect: every user whom a system: address lets in, everyone"
                    + " whom the broker of nats admits.")
    private boolean anyone;

    @Option(
            names = "--users",
            split = ",",
            paramLabel = "USER",
            description =
                    "Let processes of these users call too, by name, or by number where there is none, for system:"
                            + " addresses; separated by commas.")
    private List<String> users = List.of();

    @Option(names = "--until-eof", description = "Stop too when standard input ends.")
    private boolean untilEof;

    @Override
    public Integer call() throws InterruptedException {
        IpcServer server = server().start();
        StopOnSignal signals = StopOnSignal.stopping(server, GRACE);
        server.endpoints().stream()
                .filter(endpoint -> !endpoint.scheme().equals("local") || endpoints.contains(endpoint))
                .forEach(endpoint -> common.out().println("serving " + endpoint));
        common.out().flush();
        if (untilEof) {
            stopAtEndOf(System.in, server);
        }
        server.awaitClosed();
        signals.cancel();
        return 0;
    }

    private IpcServer.Builder server() {
        if (capability != null && !application.isAsked()) {
            throw common.usageError("--require: a publisher grants capabilities: --identity says whose server this is");
        }
        if (anyone && !users.isEmpty()) {
            throw common.usageError("--users beside --anyone: one of them says who may call");
        }
        IpcServer.Builder server = application
                .on(IpcServer.builder(endpoints.stream().map(Endpoint::toString).toArray(String[]::new)))
                .waitStrategy(strategy.toWaitStrategy());
        if (echo) {
            server.service("echo", request -> request.message());
        }
        AccessPolicy access = access();
        events.forEach(name -> server.onEvent(name, this::print));
        return common.isVerbose() ? logging(server, access) : server.access(access);
    }

    private AccessPolicy access() {
        AccessPolicy connected = anyone ? AccessPolicy.anyone() : named(known());
        return capability == null ? connected : connected.and(AccessPolicy.requireCapability(capability));
    }

    /** Those users of this machine too who are named. */
    private AccessPolicy named(AccessPolicy others) {
        String[] names = users.stream().map(String::strip).distinct().toArray(String[]::new);
        return names.length == 0 ? others : others.or(AccessPolicy.users(names));
    }

    /** The default of the library, which there is not between machines without an identity. */
    private AccessPolicy known() {
        Optional<Endpoint> network = endpoints.stream().filter(isOfNetwork()).findFirst();
        if (network.isEmpty()) {
            return AccessPolicy.sameUser();
        }
        AppIdentity own = application
                .identity()
                .orElseThrow(
                        () -> common.usageError(
                                network.get()
                                        + ": processes of other machines can connect there: who may call? --anyone or --identity says so"));
        return AccessPolicy.sameUser().or(AccessPolicy.publishers(own.publisherId())); // no peer there is the same user
    }

    private static Predicate<Endpoint> isOfNetwork() {
        Set<String> networks = KnownTransports.find().ofNetworks().stream()
                .map(Transport::scheme)
                .collect(Collectors.toSet());
        return endpoint -> networks.contains(endpoint.scheme());
    }

    private void print(Event event) {
        common.out().println(Table.printable(event.name()) + " " + ValueSetJson.write(event.message()));
        common.out().flush();
    }

    /** The access policy is asked about every call, so what asks it can print those that it allows. */
    private IpcServer.Builder logging(IpcServer.Builder server, AccessPolicy access) {
        AccessPolicy logging = new AccessPolicy() {
            @Override
            public boolean allows(PeerIdentity caller, String service) {
                return refusal(caller, service).isEmpty();
            }

            @Override
            public Optional<String> refusal(PeerIdentity caller, String service) {
                Optional<String> refusal = access.refusal(caller, service);
                if (refusal.isEmpty()) {
                    log("called " + service + " by " + describe(caller));
                }
                return refusal;
            }
        };
        return server.access(logging)
                .onConnect(connection -> log("connected " + connection.endpoint() + " " + describe(connection.peer())))
                .onDisconnect((connection, reason) -> log("disconnected " + connection.endpoint() + " "
                        + describe(connection.peer()) + ": " + reason.status() + ", " + reason.detail()));
    }

    private static String describe(PeerIdentity peer) {
        return peer.application().orElse("an unnamed application") + " pid "
                + (peer.pid().isPresent() ? peer.pid().getAsLong() : "?") + " user "
                + peer.user().orElse("?")
                + peer.host().map(host -> " host " + host).orElse("");
    }

    /** A peer may have declared anything. */
    private void log(String line) {
        common.err().println(Table.printable(line));
    }

    private static void stopAtEndOf(InputStream input, IpcServer server) {
        Thread reader = new Thread(
                () -> {
                    readToEnd(input);
                    server.shutdown(GRACE);
                },
                "ipc-until-eof");
        reader.setDaemon(true);
        reader.start();
    }

    private static void readToEnd(InputStream input) {
        try {
            input.transferTo(java.io.OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw new UncheckedIOException("standard input", e);
        }
    }
}
