package io.valise.ipc.services.system;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.ValueSet;
import io.valise.ipc.services.catalog.ServerStatus;
import io.valise.ipc.services.catalog.ServiceCatalog;
import io.valise.ipc.spi.runtime.SystemInstallation;
import io.valise.ipc.testkit.process.CommandLoop;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A process of some user: a server, a client or an attacker, on command. Failures are answered by status and message. */
public final class UserPeer implements CommandLoop.Commands {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final List<IpcConnection> connections = new ArrayList<>();
    private @Nullable CompletableFuture<ValueSet> pending;
    private @Nullable IpcServer server;

    private final String account;

    private UserPeer(String account) {
        this.account = account;
    }

    /** Runs it; the argument is the account whose servers may send it events. */
    public static void main(String[] arguments) {
        CommandLoop.run(new UserPeer(arguments[0]));
    }

    @Override
    public @Nullable String run(String command, List<String> arguments) throws IOException {
        try {
            return switch (command) {
                case "serve" -> serve(arguments.get(0), policy(arguments.subList(1, arguments.size())));
                case "connect" -> connect(arguments.get(0));
                case "call" ->
                    newest().request(arguments.get(0), ValueSet.empty()).getString("caller");
                case "tell" -> tell();
                case "begin" -> begin();
                case "outcome" -> outcome();
                case "leave" -> leave();
                case "list" ->
                    names(ServiceCatalog.systemWide().waiting(TIMEOUT).running());
                case "own" -> names(ServiceCatalog.ofThisUser().waiting(TIMEOUT).list());
                case "install" ->
                    SystemInstallation.install(arguments.get(0), arguments.get(1), Optional.empty())
                            .service()
                            .account();
                case "bind" -> bind(Path.of(arguments.get(0)));
                case "mkdir" -> Files.createDirectory(Path.of(arguments.get(0))).toString();
                case "open" ->
                    "opened " + Files.newByteChannel(Path.of(arguments.get(0))).size();
                case "entries" ->
                    String.valueOf(Path.of(arguments.get(0)).toFile().list() == null);
                default -> throw new IllegalArgumentException("no command: actual=" + command);
            };
        } catch (IpcException e) {
            return e.status() + " " + e.reason();
        } catch (IOException e) {
            return "denied " + e;
        }
    }

    private static AccessPolicy policy(List<String> users) {
        if (users.equals(List.of("own"))) {
            return AccessPolicy.sameUser();
        }
        return users.equals(List.of("anyone"))
                ? AccessPolicy.anyone()
                : AccessPolicy.users(users.toArray(String[]::new));
    }

    private String serve(String address, AccessPolicy policy) {
        IpcServer started = IpcServer.builder(address)
                .access(policy)
                .service("who", request -> ValueSet.of("caller", about(request.caller())))
                .asyncService("never", request -> {
                    CommandLoop.say("called");
                    return new CompletableFuture<>();
                })
                .onDisconnect((connection, reason) -> CommandLoop.say("lost " + reason.status()))
                .start();
        server = started;
        return started.endpoints().toString();
    }

    /** An event to all who may hear it, then one to each connection. */
    private @Nullable String tell() {
        IpcServer told = Objects.requireNonNull(server, "serve first");
        told.broadcast("tick", ValueSet.empty());
        told.connections().forEach(connection -> connection.send("direct", ValueSet.empty()));
        return null;
    }

    private static String about(PeerIdentity peer) {
        return peer.user().orElse("?") + ' ' + peer.evidence() + ' ' + peer.sameUser();
    }

    private String connect(String address) {
        IpcConnection connection = IpcClient.builder(address)
                .access(AccessPolicy.users(account)) // who may send it events
                .onEvent("tick", event -> CommandLoop.say("tick"))
                .onEvent("direct", event -> CommandLoop.say("direct"))
                .connect();
        connections.add(connection);
        return connection.endpoint() + " " + about(connection.peer());
    }

    private IpcConnection newest() {
        return connections.get(connections.size() - 1);
    }

    private @Nullable String begin() {
        pending = newest().requestAsync("never", ValueSet.empty());
        return null;
    }

    private String outcome() {
        if (pending == null) {
            throw new IllegalStateException("begin first");
        }
        return pending.handle((reply, failure) -> failure instanceof IpcException known
                        ? known.status().name()
                        : "reply=" + reply + ", failure=" + failure)
                .join();
    }

    private @Nullable String leave() {
        IpcConnection last = connections.remove(connections.size() - 1);
        last.close();
        last.closed().toCompletableFuture().join();
        return null;
    }

    private static String names(List<ServerStatus> servers) {
        return servers.stream()
                .map(server -> server.endpoint() + (server.answers() ? "" : "!" + server.problem()))
                .toList()
                .toString();
    }

    private static String bind(Path socket) throws IOException {
        try (ServerSocketChannel trap = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            trap.bind(UnixDomainSocketAddress.of(socket));
            return "bound";
        }
    }
}
