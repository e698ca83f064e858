package io.valise.ipc.pipes;

import io.valise.ipc.Endpoint;
import io.valise.ipc.pipes.unix.SystemPipes;
import io.valise.ipc.pipes.unix.UnixPipes;
import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import java.util.List;
import java.util.Locale;

/**
 * The transport {@code pipe:}. On Unix a pipe is a domain socket (unix(7)) in the user's runtime directory, as it is
 * for .NET and Node: each connection has a stream of its own, and the kernel reports which user is at its other end. No
 * native code, no JVM flag.
 *
 * <p>On Windows it is a named pipe, through JNA: as native code it is available from Java 24 on only where native access
 * is enabled, since the JVM would print a warning otherwise. It has never run on Windows itself; see
 * {@code docs/running-on-windows.md}. Thread-safe.
 *
 * @since 0.1.0
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
        return isWindows() ? OnWindows.availability() : UnixPipes.availability();
    }

    @Override
    public Listener listen(Endpoint endpoint, Acceptor acceptor) {
        checked(endpoint);
        return isWindows() ? OnWindows.pipes().listen(endpoint, acceptor) : UnixPipes.listen(endpoint, acceptor);
    }

    @Override
    public Link connect(Endpoint endpoint, long timeoutNanos) {
        checked(endpoint);
        return isWindows()
                ? OnWindows.pipes().connect(endpoint, timeoutNanos)
                : UnixPipes.connect(endpoint, timeoutNanos);
    }

    @Override
    public List<Endpoint> endpoints() {
        if (!isWindows()) {
            return UnixPipes.endpoints(SCHEME);
        }
        return OnWindows.availability().available() ? OnWindows.pipes().endpoints(SCHEME) : List.of();
    }

    /** Available on Linux and macOS, where the kernel reports a peer's user: a socket in the folder of the service. */
    @Override
    public Transport systemWide() {
        return new SystemPipes(order());
    }

    private static void checked(Endpoint endpoint) {
        if (!endpoint.scheme().equals(SCHEME)) {
            throw new IllegalArgumentException("endpoint scheme: expected pipe, actual=" + endpoint);
        }
    }

    private static boolean isWindows() {
        return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");
    }
}
