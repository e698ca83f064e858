package io.valise.ipc.benchmarks.flow;

import io.valise.ipc.benchmarks.contender.Contender;
import io.valise.ipc.benchmarks.peer.PeerProcess;
import java.io.IOException;

/** The process that takes the messages, and how another one sends to it. Used by one thread. */
public final class FlowPeer {
    private final FlowWindow window;
    private final Flow.Sender sender;

    private FlowPeer(FlowWindow window, Flow.Sender sender) {
        this.window = window;
        this.sender = sender;
    }

    /**
     * Connects with the process that takes; only once with each.
     *
     * @param contender {@code nats} or {@code jnats}
     * @param bytes of each message, as there
     */
    public static FlowPeer connect(String contender, int bytes, String address) throws Exception {
        FlowWindow window = new FlowWindow(bytes);
        return new FlowPeer(window, named(contender).connect(bytes, address, window));
    }

    private static Flow named(String contender) {
        return switch (contender) {
            case "nats" -> new ValiseFlow();
            case "jnats" -> new JnatsFlow();
            default -> throw new IllegalArgumentException("flow: known=nats, jnats, actual=" + contender);
        };
    }

    /** How many messages of so many bytes are to be sent between two calls of {@link #settle}, or a multiple of that. */
    public static int part(int bytes) {
        return FlowWindow.part(bytes);
    }

    /** Sends one message as soon as the window has room. */
    public void send() throws Exception {
        window.beforeSend();
        sender.send();
    }

    /** Returns when all that was sent was taken. */
    public void settle() throws InterruptedException {
        window.awaitAll();
    }

    /** The process that takes: a contender's name, and the bytes of a message. */
    public static void main(String[] args) throws Exception {
        try (Contender.Served served = named(args[0]).take(Integer.parseInt(args[1]))) {
            PeerProcess.ready(served.address());
            PeerProcess.awaitParentsEnd();
        } catch (IOException e) {
            throw new IllegalStateException("the peer lost its parent, contender=" + args[0], e);
        }
        Runtime.getRuntime().halt(0); // a contender may leave threads that are not daemons
    }
}
