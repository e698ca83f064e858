package io.valise.ipc.nats;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.process.CommandLoop;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.session.SeenRequests;
import io.valise.ipc.testkit.session.TestSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A server in a process of its own, at the brokers of the setting, that notes the numbered calls it sees.
 *
 * <pre>
 *   note       answers with its message
 *   held       says "held" and is never answered
 *   name       tells the server's name
 *   back       answers with what the client's service "mine" answers
 *   backHeld   calls the client's service "held", and says how that ended
 *   numbers    a stream of the messages 0, 1, 2, … up to the number n
 *   tick       an event, whose number is to follow that of the one before
 * </pre>
 */
final class NotingServer implements CommandLoop.Commands {
    static final Endpoint ADDRESS = Endpoint.parse("nats:noting");

    private final SeenRequests seen = new SeenRequests();
    private final IpcServer server;
    private final Ticks ticks = new Ticks();

    private NotingServer(NatsTransport transport, String name) {
        server = IpcServer.builder(ADDRESS)
                .transport(transport)
                .access(AccessPolicy.anyone())
                .service("note", seen::note)
                .asyncService("held", this::hold)
                .service("name", request -> ValueSet.of("name", name))
                .service("back", request -> request.connection().request("mine", request.message()))
                .service("backHeld", NotingServer::callBack)
                .stream("numbers", request -> TestSource.of(request.message().getInt("n")))
                .onEvent("tick", ticks::tick)
                .start();
    }

    private CompletableFuture<ValueSet> hold(Request request) {
        seen.note(request);
        CommandLoop.say("held");
        return new CompletableFuture<>();
    }

    private static ValueSet callBack(Request request) {
        request.connection()
                .requestAsync("held", request.message())
                .whenComplete((reply, failure) -> CommandLoop.say(
                        failure instanceof IpcException known
                                ? known.status() + " " + known.delivery()
                                : "reply " + reply + ", failure " + failure))
                .exceptionally(said -> ValueSet.empty());
        return ValueSet.empty();
    }

    /** Starts one, and returns when it serves. */
    static ForkedJvm start(String brokers, String name) {
        ForkedJvm server =
                ForkedJvm.start(List.of("-D" + NatsOptions.URL_PROPERTY + "=" + brokers), NotingServer.class, name);
        server.ask("seen");
        return server;
    }

    /** The calls that servers have seen. */
    static SeenRequests seenBy(ForkedJvm... servers) {
        SeenRequests all = new SeenRequests();
        for (ForkedJvm server : servers) {
            all.add(server.ask("seen"));
        }
        return all;
    }

    /** The broker's address if it is not in the setting, and the limit of silence in seconds, follow the name. */
    public static void main(String[] arguments) {
        CommandLoop.run(new NotingServer(transport(arguments, 1), arguments[0]));
    }

    /** By the setting, or by an address and a limit of silence from this argument on. */
    static NatsTransport transport(String[] arguments, int first) {
        return arguments.length <= first
                ? new NatsTransport()
                : new NatsTransport(NatsOptions.builder(arguments[first])
                        .silence(Duration.ofSeconds(Long.parseLong(arguments[first + 1])))
                        .build());
    }

    @Override
    public @Nullable String run(String command, List<String> arguments) {
        return switch (command) {
            case "seen" -> seen.text();
            case "ticks" -> ticks.text();
            case "pause" -> ticks.pause(true);
            case "goOn" -> ticks.pause(false);
            case "connections" -> Integer.toString(server.connections().size());
            default -> throw new IllegalArgumentException("no command: actual=" + command);
        };
    }
}
