package io.valise.ipc.testkit.session;

import io.valise.ipc.spi.Transport;
import io.valise.ipc.testkit.process.CommandLoop;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A process that serves an address alternately with another. Started with the class name of a transport. */
public final class GenerationPeer implements CommandLoop.Commands {
    private final Transport transport;
    private final SeenRequests seen = new SeenRequests();
    private @Nullable Generation now;

    private GenerationPeer(Transport transport) {
        this.transport = transport;
    }

    /** Runs the peer; the argument is the class name of the transport. */
    public static void main(String[] arguments) throws ReflectiveOperationException {
        CommandLoop.runOver(arguments[0], GenerationPeer::new);
    }

    @Override
    public @Nullable String run(String command, List<String> arguments) {
        return switch (command) {
            case "serve" -> serve(arguments.get(0));
            case "retire" -> retire();
            case "seen" -> seen.text();
            default -> throw new IllegalArgumentException("no command: actual=" + command);
        };
    }

    private @Nullable String serve(String address) {
        now = Generation.start(transport, address, seen);
        return null;
    }

    /** Begins to shut down, and reports later whether all running calls have finished. */
    private @Nullable String retire() {
        Generation old = now;
        if (old == null) {
            throw new IllegalStateException("serve first");
        }
        new Thread(() -> CommandLoop.say(Boolean.toString(old.retire())), "retire").start();
        return null;
    }
}
