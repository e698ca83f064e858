package io.valise.ipc.services.objects;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.testkit.process.CommandLoop;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client process: started with an address, it makes counters and calls them on command. */
final class CounterClient implements CommandLoop.Commands {
    private final RemoteObjects objects;
    private final List<Integer> heard = new ArrayList<>();
    private @Nullable Counter counter;

    private CounterClient(IpcConnection connection) {
        this.objects = RemoteObjects.of(connection);
    }

    public static void main(String[] arguments) {
        CommandLoop.run(new CounterClient(IpcClient.connect(arguments[0])));
    }

    @Override
    public @Nullable String run(String command, List<String> arguments) {
        return switch (command) {
            case "make" -> make();
            case "increment" -> String.valueOf(counter().increment());
            case "replay" -> replay();
            case "reset" -> reset();
            case "collect" -> collect();
            case "close" -> close();
            default -> throw new IllegalArgumentException("no command: actual=" + command);
        };
    }

    private Counter counter() {
        if (counter == null) {
            throw new IllegalStateException("make one first");
        }
        return counter;
    }

    private @Nullable String make() {
        counter = objects.remote(Counters.class).make();
        return null;
    }

    private String replay() {
        heard.clear();
        counter().replay(heard::add);
        return heard.toString();
    }

    private @Nullable String reset() {
        Resettable other = counter().as(Resettable.class);
        other.reset();
        RemoteObject.of(other).close();
        return null;
    }

    private static @Nullable String collect() {
        System.gc();
        return null;
    }

    private @Nullable String close() {
        counter().close();
        return null;
    }
}
