package io.valise.ipc.pipes.child;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Hands one pipe to the engine, so that clients and servers are built over it as over any transport. Never found by a
 * service loader: it has no addresses. Thread-safe.
 */
public final class StdioTransport implements Transport {
    /** The scheme of the addresses that connections over standard streams show. */
    public static final String SCHEME = "stdio";

    /** How long a program waits for the other end of its standard streams, in nanoseconds: a JVM may be starting there. */
    public static final long FIRST_WORD_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Source source;

    private StdioTransport(Source source) {
        this.source = source;
    }

    /** A transport whose {@link #connect} starts a program, each time anew. */
    public static StdioTransport starting(ProcessBuilder program) {
        return new StdioTransport(nanos -> ChildProcess.start(program, nanos));
    }

    /**
     * A transport over the standard streams of this process, good for one link.
     *
     * @param onClose called when that link is closed, by either end
     */
    public static StdioTransport ofThisProcess(Runnable onClose) {
        return new StdioTransport(nanos -> StandardStreams.take(nanos, onClose));
    }

    /** Opens a link within so many nanoseconds. */
    @FunctionalInterface
    private interface Source {
        Link link(long nanos);
    }

    @Override
    public String scheme() {
        return SCHEME;
    }

    /** After all others: {@code any:} never selects it. */
    @Override
    public int order() {
        return Integer.MAX_VALUE;
    }

    @Override
    public Availability availability() {
        return Availability.yes("standard streams");
    }

    /** Accepts the one link there is before it returns; there is nothing to stop then. */
    @Override
    public Listener listen(Endpoint endpoint, Acceptor acceptor) {
        acceptor.accept(source.link(FIRST_WORD_NANOS));
        return new Accepted(endpoint);
    }

    @Override
    public Link connect(Endpoint endpoint, long timeoutNanos) {
        return source.link(timeoutNanos);
    }

    @Override
    public List<Endpoint> endpoints() {
        return List.of();
    }

    static IpcException notSent(IpcStatus status, String message, Throwable cause) {
        return new IpcException(status, message, Delivery.NOT_SENT, cause);
    }

    static IpcException notSent(IpcStatus status, String message) {
        return new IpcException(status, message, Delivery.NOT_SENT);
    }

    private record Accepted(Endpoint endpoint) implements Listener {
        @Override
        public void close() {}
    }
}
