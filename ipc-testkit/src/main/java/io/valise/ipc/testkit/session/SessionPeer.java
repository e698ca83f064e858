package io.valise.ipc.testkit.session;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.identity.CapabilityGrant;
import io.valise.ipc.identity.IssuedGrants;
import io.valise.ipc.identity.LoopbackAccessRules;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.testkit.process.CommandLoop;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * The other process of the K rules: a server or a client on command. Started with the class name of a transport. Its
 * server offers {@code echo}, {@code never} (which never answers and notifies the test) and the stream {@code numbers};
 * its client offers {@code echo} and {@code never} too, and collects the event {@code tick}.
 */
public final class SessionPeer implements CommandLoop.Commands {
    private static final Duration LONG = Duration.ofMinutes(10);

    private final Transport transport;
    private final BlockingQueue<Integer> ticks = new LinkedBlockingQueue<>();
    private final List<CompletableFuture<ValueSet>> hanging = new ArrayList<>();
    private @Nullable AppIdentity identity;
    private @Nullable CapabilityGrant grant;
    private @Nullable LoopbackAccessRules rules;
    private @Nullable AccessPolicy access;
    private @Nullable IpcServer server;
    private @Nullable IpcConnection client;

    private SessionPeer(Transport transport) {
        this.transport = transport;
    }

    /** Runs the peer; the argument is the class name of the transport. */
    public static void main(String[] arguments) throws ReflectiveOperationException {
        CommandLoop.runOver(arguments[0], SessionPeer::new);
    }

    @Override
    public @Nullable String run(String command, List<String> arguments) throws Exception {
        return switch (command) {
            case "serve" -> serve(arguments.get(0));
            case "stop" -> stop();
            case "broadcast" -> broadcast(Integer.parseInt(arguments.get(0)));
            case "list" -> transport.endpoints().toString();
            case "connect" -> connect(arguments.get(0));
            case "tryConnect" -> tryConnect(arguments.get(0));
            case "identify" -> identify(arguments.get(0), arguments.get(1));
            case "out" -> out(arguments.get(0));
            case "forbid" -> forbid(arguments.get(0));
            case "grant" -> grant(arguments.get(0));
            case "revoke" -> revoke(arguments.get(0));
            case "status" -> status(arguments.get(0));
            case "samples" -> samples();
            case "call" -> call(Integer.parseInt(arguments.get(0)));
            case "flood" -> flood(Integer.parseInt(arguments.get(0)));
            case "load" ->
                load(arguments.get(0), Integer.parseInt(arguments.get(1)), Integer.parseInt(arguments.get(2)));
            case "hang" -> hang(Integer.parseInt(arguments.get(0)));
            case "ticks" -> ticks(Integer.parseInt(arguments.get(0)));
            case "close" -> close();
            case "exit" -> exit();
            default -> throw new IllegalArgumentException("no command: actual=" + command);
        };
    }

    private String serve(String address) {
        try {
            server = TestServices.echo(Ends.over(transport, IpcServer.builder(address)))
                    .asyncService("never", request -> {
                        CommandLoop.say("never");
                        return new CompletableFuture<>();
                    })
                    .stream("numbers", request -> TestSource.open(5))
                    .start();
            return "OK";
        } catch (IpcException e) {
            return e.status().name();
        }
    }

    private @Nullable String stop() {
        if (server != null) {
            server.close();
        }
        return null;
    }

    private @Nullable String broadcast(int number) {
        if (server != null) {
            server.broadcast("tick", ValueSet.of("n", number));
        }
        return null;
    }

    /** Connects from now on as an application of a publisher whose keys the test has too. */
    private String identify(String publisher, String application) {
        identity = AppIdentity.open(publisher, application);
        return identity.id();
    }

    /** Follows loopback access rules from now on, with an out rule for one application. */
    private @Nullable String out(String applicationId) {
        if (identity == null) {
            throw new IllegalStateException("identify first");
        }
        rules = LoopbackAccessRules.builder(identity).out(applicationId).build();
        return null;
    }

    /** Presents a grant from now on: its text, in base 64. */
    private @Nullable String grant(String base64) {
        grant = parsed(base64);
        return null;
    }

    /** Revokes a grant of the publisher of this application. */
    private @Nullable String revoke(String base64) {
        if (identity == null) {
            throw new IllegalStateException("identify first");
        }
        IssuedGrants.of(identity).revoke(parsed(base64));
        return null;
    }

    private static CapabilityGrant parsed(String base64) {
        return CapabilityGrant.parse(new String(Base64.getDecoder().decode(base64), StandardCharsets.US_ASCII));
    }

    /** Denies the server a service or event of the client from now on. */
    private @Nullable String forbid(String service) {
        access = (caller, name) -> !name.equals(service);
        return null;
    }

    /** Calls a service once; the answer is the status. */
    private String status(String service) {
        try {
            connection().request(service, ValueSet.empty());
            return "OK";
        } catch (IpcException e) {
            return e.status().name();
        }
    }

    private IpcClient.Builder introduced(IpcClient.Builder builder) {
        if (identity != null) {
            builder.identity(identity);
        }
        if (rules != null) {
            builder.loopbackRules(rules);
        }
        return grant == null ? builder : builder.grant(grant);
    }

    private @Nullable String connect(String address) {
        client = dial(address);
        return null;
    }

    /** Connects; the answer is the status. */
    private String tryConnect(String address) {
        try {
            client = dial(address);
            return "OK";
        } catch (IpcException e) {
            return e.status().name();
        }
    }

    private IpcConnection dial(String address) {
        IpcClient.Builder builder = Ends.over(transport, introduced(IpcClient.builder(address)));
        if (access != null) {
            builder.access(access);
        }
        return builder.requestTimeout(LONG)
                .service("echo", request -> request.message())
                .service("never", request -> {
                    CommandLoop.say("never");
                    Thread.sleep(LONG.toMillis());
                    return null;
                })
                .onEvent("tick", event -> ticks.add(event.message().getInt("n")))
                .connect();
    }

    private IpcConnection connection() {
        if (client == null) {
            throw new IllegalStateException("connect first");
        }
        return client;
    }

    /** Whether a message with a value of every type is echoed unchanged. */
    private String samples() {
        ValueSet all = Samples.ofEveryType();
        return Boolean.toString(connection().request("echo", all).equals(all));
    }

    private @Nullable String call(int count) {
        for (int i = 0; i < count; i++) {
            if (connection().request("echo", ValueSet.of("n", i)).getInt("n") != i) {
                throw new IllegalStateException("another reply came back");
            }
        }
        return null;
    }

    /** Calls without end from several threads; reports when each has an answer. */
    private @Nullable String flood(int threads) {
        for (int i = 0; i < threads; i++) {
            Thread thread = new Thread(this::flood, "flood-" + i);
            thread.setDaemon(true);
            thread.start();
        }
        return null;
    }

    private void flood() {
        try {
            call(10);
            CommandLoop.say("flooding");
            call(Integer.MAX_VALUE);
        } catch (IpcException e) {
            CommandLoop.say(e.status().name());
        }
    }

    /** Makes so many calls of a service, with so many bytes each, and waits for none. */
    private @Nullable String load(String service, int count, int bytes) {
        ValueSet message = ValueSet.of("ballast", new byte[bytes]);
        for (int i = 0; i < count; i++) {
            hanging.add(connection().requestAsync(service, message));
        }
        return null;
    }

    /** Leaves so many calls without an answer. */
    private @Nullable String hang(int count) {
        for (int i = 0; i < count; i++) {
            hanging.add(connection().requestAsync("never", ValueSet.of("n", i)));
        }
        return null;
    }

    /** Waits for so many events, which must be numbered from 0. */
    private @Nullable String ticks(int count) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            int actual = ticks.take();
            if (actual != i) {
                throw new IllegalStateException("another event: expected=" + i + ", actual=" + actual);
            }
        }
        return null;
    }

    private @Nullable String close() {
        connection().close();
        return null;
    }

    /** Exits without closing. */
    private @Nullable String exit() {
        new Thread(() -> System.exit(0), "exit").start();
        return null;
    }
}
