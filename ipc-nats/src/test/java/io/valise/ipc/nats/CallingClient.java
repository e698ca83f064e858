package io.valise.ipc.nats;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.ReconnectPolicy;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.process.CommandLoop;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.session.RollingLoad;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A client of the {@link NotingServer}'s address in a process of its own, which comes back, and says each state of its connection.
 * Its service {@code held} says "held" and never answers.
 */
final class CallingClient implements CommandLoop.Commands {
    private static final Duration LONG = Duration.ofMinutes(10); // a call that hangs is the watchdog's
    private static final int FIRST_OF_THE_LOAD = 1000;

    private final IpcConnection connection;
    private final RollingLoad load;
    private final AtomicInteger states = new AtomicInteger();
    private @Nullable CompletableFuture<Void> loading;

    private CallingClient(NatsTransport transport) {
        connection = IpcClient.builder(NotingServer.ADDRESS)
                .transport(transport)
                .access(AccessPolicy.anyone())
                .connectTimeout(LONG)
                .requestTimeout(LONG)
                .asyncService("held", request -> {
                    CommandLoop.say("held");
                    return new CompletableFuture<>();
                })
                .reconnect(ReconnectPolicy.standard())
                .connect();
        load = new RollingLoad(connection, new AtomicInteger(FIRST_OF_THE_LOAD));
        connection.onState(state -> {
            states.incrementAndGet();
            CommandLoop.say(state.toString());
        });
    }

    /** Starts one, which is connected. */
    static ForkedJvm start(NatsServer broker) {
        return ForkedJvm.start(List.of("-D" + NatsOptions.URL_PROPERTY + "=" + broker.url()), CallingClient.class);
    }

    /** Of no arguments, or the broker's address and the limit of silence in seconds. */
    public static void main(String[] arguments) {
        CommandLoop.run(new CallingClient(NotingServer.transport(arguments, 0)));
    }

    @Override
    public @Nullable String run(String command, List<String> arguments) {
        return switch (command) {
            case "call" -> call(numbered(arguments), LONG);
            case "callShortly" -> call(numbered(arguments), Duration.ofMillis(Long.parseLong(arguments.get(1))));
            case "hold" -> hold(numbered(arguments));
            case "load" -> {
                loading = Background.run(() -> {
                    load.pipeline("note");
                    return null;
                });
                yield null;
            }
            case "states" -> states.toString();
            case "answered" ->
                Integer.toString(load.answered() - load.failures().size());
            case "stop" -> stop();
            default -> throw new IllegalArgumentException("no command: actual=" + command);
        };
    }

    private static ValueSet numbered(List<String> arguments) {
        return ValueSet.of("n", Integer.parseInt(arguments.get(0)));
    }

    private static String known(Throwable failure) {
        return failure instanceof IpcException known ? known.status() + " " + known.delivery() : failure.toString();
    }

    /** The number that came back, or how the call ended. */
    private String call(ValueSet message, Duration timeout) {
        try {
            return Integer.toString(connection.request("note", message, timeout).getInt("n"));
        } catch (IpcException e) {
            return known(e);
        }
    }

    /** Each end calls the other one, is never answered, and says how that ended. */
    private @Nullable String hold(ValueSet message) {
        connection
                .requestAsync("held", message)
                .thenAccept(reply -> CommandLoop.say("reply " + reply))
                .exceptionally(failure -> {
                    CommandLoop.say(known(failure.getCause()));
                    return null;
                });
        connection.request("backHeld", ValueSet.empty());
        return null;
    }

    /** Ends the load; how many calls of it ended, how many of them failed, and how. */
    private String stop() {
        load.stop();
        if (loading != null) {
            loading.join();
        }
        return load.answered() + " " + load.failures().size() + " "
                + load.failures().stream().map(CallingClient::known).distinct().collect(Collectors.joining(", "));
    }
}
