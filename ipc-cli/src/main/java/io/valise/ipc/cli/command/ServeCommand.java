package io.valise.ipc.cli.command;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.Endpoint;
import io.valise.ipc.Event;
import io.valise.ipc.IpcServer;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.cli.measure.Strategy;
import io.valise.ipc.cli.option.AsApplication;
import io.valise.ipc.cli.option.CommonOptions;
import io.valise.ipc.services.json.ValueSetJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ipc serve}: a server to try things with. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
@Command(
        name = "serve",
        description = "Serves valise.ping, valise.info and echo until it is interrupted; then finishes what runs.")
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
            description = "Let every process call that can connect, for nats: everyone whom the broker admits.")
    private boolean anyone;

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
        IpcServer.Builder server = application
                .on(IpcServer.builder(endpoints.stream().map(Endpoint::toString).toArray(String[]::new)))
                .waitStrategy(strategy.toWaitStrategy());
        if (echo) {
            server.service("echo", request -> request.message());
        }
        access().ifPresent(server::access);
        events.forEach(name -> server.onEvent(name, this::print));
        return common.isVerbose() ? logging(server) : server;
    }

    /** Empty for the default, which there is not between machines without an identity. */
    private Optional<AccessPolicy> access() {
        AccessPolicy connected = anyone ? AccessPolicy.anyone() : AccessPolicy.sameUser();
        if (capability != null) {
            return Optional.of(connected.and(AccessPolicy.requireCapability(capability)));
        }
        return anyone ? Optional.of(connected) : Optional.empty();
    }

    private void print(Event event) {
        common.out().println(event.name() + " " + ValueSetJson.write(event.message()));
        common.out().flush();
    }

    /** The access policy is consulted for every call, so it can print the call. */
    private IpcServer.Builder logging(IpcServer.Builder server) {
        AccessPolicy logging = (caller, service) -> {
            log("called " + service + " by " + describe(caller));
            return true;
        };
        return server.access(access().orElseGet(AccessPolicy::sameUser).and(logging))
                .onConnect(connection -> log("connected " + connection.endpoint() + " " + describe(connection.peer())))
                .onDisconnect((connection, reason) -> log("disconnected " + connection.endpoint() + " "
                        + describe(connection.peer()) + ": " + reason.status() + ", " + reason.detail()));
    }

    private static String describe(PeerIdentity peer) {
        return peer.application().orElse("an unnamed application") + " pid "
                + (peer.pid().isPresent() ? peer.pid().getAsLong() : "?") + " user "
                + peer.user().orElse("?");
    }

    private void log(String line) {
        common.err().println(line);
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
