package io.valise.ipc.pipes;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.pipes.unix.UnixPipes;
import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import java.util.List;
import java.util.Locale;

/**
 * The transport {@code pipe:}. On Unix a pipe is a domain socket (unix(7)) in the user's runtime directory, as it is for
 * .NET and Node: each connection has a stream of its own, and the kernel vouches for the user at its other end. On
 * Windows it is not available yet. Needs no native code and no JVM flag. Thread-safe.
 */
public final class PipeTransport implements Transport {
    private static final String SCHEME = "pipe";

    /** Found by {@link java.util.ServiceLoader}; or make one for a builder's {@code transport(..)}. */
    public PipeTransport() {}

    @Override
    public String scheme() {
        return SCHEME;
    }

    @Override
    public int order() {
        return 20;
    }

    @Override
    public Availability availability() {
        return isWindows()
                ? Availability.no("named pipes of Windows are not supported by this version: use shm: or loopback:")
                : UnixPipes.availability();
    }

    @Override
    public Listener listen(Endpoint endpoint, Acceptor acceptor) {
        requireUnix();
        return UnixPipes.listen(checked(endpoint), acceptor);
    }

    @Override
    public Link connect(Endpoint endpoint, long timeoutNanos) {
        requireUnix();
        return UnixPipes.connect(checked(endpoint), timeoutNanos);
    }

    @Override
    public List<Endpoint> endpoints() {
        return isWindows() ? List.of() : UnixPipes.endpoints(SCHEME);
    }

    private void requireUnix() {
        if (isWindows()) {
            throw new IpcException(
                    IpcStatus.UNSUPPORTED, SCHEME + ": " + availability().detail(), Delivery.NOT_SENT);
        }
    }

    private static Endpoint checked(Endpoint endpoint) {
        if (!endpoint.scheme().equals(SCHEME)) {
            throw new IllegalArgumentException("endpoint scheme: expected pipe, actual=" + endpoint);
        }
        return endpoint;
    }

    private static boolean isWindows() {
        return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");
    }
}
