package io.valise.ipc.nats;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.ReconnectPolicy;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.process.CommandLoop;
import io.valise.ipc.testkit.process.ForkedJvm;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A client of the {@link NotingServer}'s address in a process of its own, which comes back, and says each state of its connection.
 * Its service {@code held} says "held" and never answers.
 */
final class CallingClient implements CommandLoop.Commands {
    private final IpcConnection connection;

    private CallingClient() {
        connection = IpcClient.builder(NotingServer.ADDRESS)
                .access(AccessPolicy.anyone())
                .connectTimeout(Duration.ofMinutes(10))
                .asyncService("held", request -> {
                    CommandLoop.say("held");
                    return new CompletableFuture<>();
                })
                .reconnect(ReconnectPolicy.standard())
                .connect();
        connection.onState(state -> CommandLoop.say(state.toString()));
    }

    /** Starts one, which is connected. */
    static ForkedJvm start(NatsServer broker) {
        return ForkedJvm.start(List.of("-D" + NatsOptions.URL_PROPERTY + "=" + broker.url()), CallingClient.class);
    }

    public static void main(String[] arguments) {
        CommandLoop.run(new CallingClient());
    }

    @Override
    public @Nullable String run(String command, List<String> arguments) {
        ValueSet reply = connection.request("note", ValueSet.of("n", Integer.parseInt(arguments.get(0))));
        return Integer.toString(reply.getInt("n"));
    }
}
