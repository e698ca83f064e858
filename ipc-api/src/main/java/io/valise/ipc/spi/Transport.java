package io.valise.ipc.spi;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.runtime.SafeLog;
import java.util.ArrayList;
import java.util.List;

/**
 * A way to move frames between processes, such as shared memory or a socket. Found by {@link java.util.ServiceLoader}
 * or passed to a builder as an instance. Creating one is cheap, touches neither native code nor the file system, and
 * never fails; all that is tried later. Implementations are thread-safe.
 *
 * @since 0.1.0
 */
public interface Transport {
    /** The word before the colon of the addresses this transport serves, in lower case. */
    String scheme();

    /** Where {@code any:} tries this transport: lower is earlier. {@code local} 0, {@code shm} 10, {@code pipe} 20, {@code loopback} 30. */
    int order();

    /**
     * How far this transport reaches. One that reaches other machines is asked for by its scheme only: {@code any:} never
     * stands for it, and a server on it must say who may call.
     */
    default Reach reach() {
        return Reach.MACHINE;
    }

    /** Whether this transport works on this machine, and why not. Cheap enough to be asked before every connect. */
    Availability availability();

    /**
     * Starts to serve an address.
     *
     * @param endpoint an address of {@link #scheme()}
     * @param acceptor receives every connection; see {@link Acceptor}
     * @throws io.valise.ipc.IpcException {@code ADDRESS_IN_USE} when a live server has the address, unless several
     *     servers may share a name, {@code UNSUPPORTED} when not {@link #availability() available}, {@code RESOURCE_EXHAUSTED} or {@code ACCESS_DENIED} when the system refuses
     */
    Listener listen(Endpoint endpoint, Acceptor acceptor);

    /**
     * Connects to a server of the same user; a {@link #systemWide} one, to that of the account whose the name is; one that
     * reaches other machines, to any server of that name in its network.
     *
     * @param endpoint an address of {@link #scheme()}
     * @param timeoutNanos how long it may take, in nanoseconds, positive
     * @return a link on which both ends have been identified as far as this transport can
     * @throws io.valise.ipc.IpcException {@code ENDPOINT_NOT_FOUND} when no server is at the address, {@code TIMEOUT},
     *     {@code AUTHENTICATION_FAILED}, {@code RESOURCE_EXHAUSTED}, {@code PROTOCOL_ERROR} when what answers is not Valise,
     *     {@code UNSUPPORTED}; the delivery is always {@code NOT_SENT}
     */
    Link connect(Endpoint endpoint, long timeoutNanos);

    /**
     * This transport as it connects users of the machine with the server of one account: the addresses begin with {@code
     * system-} and {@link #scheme()}. Each end knows by the operating system's word which user the other one is, the server's
     * is the account that an administrator gave the name to, and the link says so ({@link Link#peer()}). Nothing of it works
     * unless asked for by such an address.
     *
     * @return one with a scheme of its own; cheap, and never the same as {@code any:} tries
     * @throws io.valise.ipc.IpcException {@code UNSUPPORTED} when this transport cannot, with the reason
     */
    default Transport systemWide() {
        throw new IpcException(
                IpcStatus.UNSUPPORTED,
                scheme() + ": does not serve other users of the machine; use system-pipe:",
                Delivery.NOT_SENT);
    }

    /**
     * Those of some transports that {@link #systemWide() can serve other users}, as they do, in the same order.
     *
     * @param transports for one user
     */
    static List<Transport> systemWide(List<Transport> transports) {
        List<Transport> serving = new ArrayList<>();
        for (Transport transport : transports) {
            try {
                serving.add(transport.systemWide());
            } catch (IpcException cannot) {
                SafeLog.of("io.valise.ipc").log(System.Logger.Level.DEBUG, "system: goes without " + cannot.reason());
            }
        }
        return List.copyOf(serving);
    }

    /**
     * The addresses that servers of this user serve by this transport now, as far as can be told without connecting; of a
     * {@link #systemWide} one, those that this user may connect to; of one that reaches other machines, those in its network.
     */
    List<Endpoint> endpoints();

    /**
     * The servers at the addresses of {@link #endpoints}, one by one: where several may share a name, each of them is there. A
     * transport that reaches other machines asks its network, and says what is wrong there.
     *
     * @param timeoutNanos how long it may take, in nanoseconds, positive
     * @return in no order; empty when no server is found
     * @throws io.valise.ipc.IpcException from a transport that reaches other machines: {@code ENDPOINT_NOT_FOUND} when what it
     *     stands on, such as a broker, is not there, {@code TIMEOUT}, {@code AUTHENTICATION_FAILED}, {@code ACCESS_DENIED}
     *     when this process may not ask, {@code UNSUPPORTED} when not {@link #availability() available}, {@code CANCELLED}
     *     when the thread is interrupted
     * @since 0.2.0
     */
    default List<FoundServer> servers(long timeoutNanos) {
        return endpoints().stream()
                .map(endpoint -> new FoundServer(endpoint, this))
                .toList();
    }

    /**
     * How far a transport reaches.
     *
     * @since 0.1.0
     */
    enum Reach {
        /** Processes of one machine. */
        MACHINE,
        /** Other machines too: who is there is not known from an operating system. */
        NETWORK
    }

    /**
     * Receives the server side of new links, one call at a time or concurrently, on a thread of the transport.
     *
     * @since 0.1.0
     */
    @FunctionalInterface
    interface Acceptor {
        /** Takes the link over. Returns quickly and does not throw; the acceptor owns the link and closes it. */
        void accept(Link link);
    }

    /**
     * A served address. Thread-safe.
     *
     * @since 0.1.0
     */
    interface Listener extends AutoCloseable {
        /** The address served. */
        Endpoint endpoint();

        /** Stops accepting and frees the address before it returns. Accepted links live on. Idempotent. */
        @Override
        void close();
    }
}
