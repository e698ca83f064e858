package io.valise.ipc.nats.connect;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.nats.broker.BrokerSettings;
import io.valise.ipc.nats.broker.Subjects;
import io.valise.ipc.nats.link.NatsStream;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.stream.StreamLink;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Connects a client with one of the servers of a name. Confined to one thread. */
public final class Dial {
    /** A request for a link may reach a server that just ends, or an answer be sent before the broker knows this inbox. */
    private static final long ASK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final Endpoint endpoint;
    private final String server;
    private final long timeoutNanos;
    private final long begun = System.nanoTime();

    private Dial(Endpoint endpoint, String server, long timeoutNanos) {
        this.endpoint = endpoint;
        this.server = server;
        this.timeoutNanos = timeoutNanos;
    }

    /**
     * Connects.
     *
     * @param server the id of one of the servers of the name, as {@link Listing} has it; any of them when it is empty
     * @throws IpcException as {@link io.valise.ipc.spi.Transport#connect}
     */
    public static Link connect(BrokerSettings settings, Endpoint endpoint, String server, long timeoutNanos) {
        Dial dial = new Dial(endpoint, server, timeoutNanos);
        Node node = Nodes.use(settings, timeoutNanos);
        try {
            return dial.by(node);
        } finally {
            node.release();
        }
    }

    private Link by(Node node) {
        String user = node.settings().userToken();
        String subject = server.isEmpty()
                ? Subjects.connect(endpoint.name(), user)
                : Subjects.direct(endpoint.name(), user, server);
        NatsStream stream = node.links().dial(subject);
        boolean done = false;
        try {
            byte[] open = stream.opening(false);
            do {
                node.publish(subject, stream.own().subject(), open);
            } while (!isOpen(stream));
            String peer = Objects.requireNonNull(stream.remote()).user();
            Link link = new StreamLink(stream, NatsListener.identity(node.settings(), peer));
            done = true;
            return link;
        } finally {
            if (!done) {
                stream.close();
            }
            if (!done && !server.isEmpty()) { // there may be any number of such subjects
                node.broker().forgetDenied(subject);
            }
        }
    }

    /** Waits a moment for an answer. */
    private boolean isOpen(NatsStream stream) {
        long left = timeoutNanos - (System.nanoTime() - begun);
        try {
            stream.opened().get(Math.max(0, Math.min(left, ASK_AGAIN_NANOS)), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            if (left <= ASK_AGAIN_NANOS) {
                throw failure(
                        IpcStatus.TIMEOUT,
                        "a server has the name, and none answered in time: it may be stopped, overloaded, or not allowed"
                                + " to publish to this process",
                        e);
            }
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure(IpcStatus.CANCELLED, "interrupted while connecting", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IpcException known) {
                throw failure(known.status(), known.reason(), known);
            }
            throw new IllegalStateException("connecting to " + endpoint, e.getCause());
        }
    }

    private IpcException failure(IpcStatus status, String why, Exception cause) {
        return new IpcException(status, endpoint + ": " + why, Delivery.NOT_SENT, cause);
    }
}
