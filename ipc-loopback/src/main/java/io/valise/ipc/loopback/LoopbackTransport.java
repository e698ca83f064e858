package io.valise.ipc.loopback;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.loopback.connect.LoopbackListener;
import io.valise.ipc.loopback.connect.ServerLookup;
import io.valise.ipc.loopback.endpoint.EndpointFile;
import io.valise.ipc.loopback.loop.InstalledNetty;
import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.spi.secret.SecretFiles;
import java.util.List;
import java.util.function.Supplier;

/**
 * {@code loopback:}, TCP on the loopback interface. A server binds 127.0.0.1 and ::1, never anything else, on a port
 * the system chooses, and publishes the port and a fresh 256-bit secret in a file that only its user can read. Before
 * the first frame both ends prove to each other that they know it ({@link io.valise.ipc.spi.secret.Handshake}): other
 * users can connect to the port but are refused, and a process that takes the port of a server that is gone is
 * detected.
 *
 * <p>A client connects and proves itself by the caller's own thread; where servers accept and authenticate, Netty's event
 * loop does, one daemon thread per process while there are any. A frame is written and read by the thread that sends or
 * waits. Thread-safe.
 *
 * @since 0.1.0
 */
public final class LoopbackTransport implements Transport {
    /** The scheme, {@value}. */
    public static final String SCHEME = "loopback";

    private static final int ORDER = 30;
    private static final int MOST_PORT = 65535;

    private final int port;

    /** Servers listen at ports that are free. Costs nothing. */
    public LoopbackTransport() {
        this(0);
    }

    /**
     * A server listens at this port, for setups that allow no other one (a container's port list, a debugger); pass it
     * to the builder's {@code transport(..)}. Clients still find the port by the server's name, and one instance serves
     * one name at a time.
     *
     * @param port 1 to 65535, or 0 for one that is free
     */
    public LoopbackTransport(int port) {
        if (port < 0 || port > MOST_PORT) {
            throw new IllegalArgumentException("port: limit=0.." + MOST_PORT + ", actual=" + port);
        }
        this.port = port;
    }

    @Override
    public String scheme() {
        return SCHEME;
    }

    @Override
    public int order() {
        return ORDER;
    }

    @Override
    public Availability availability() {
        String missing = InstalledNetty.missing();
        if (missing != null) {
            return Availability.no(missing);
        }
        try {
            EndpointFile.filesToRead();
            return Availability.yes("TCP on 127.0.0.1 and ::1, Netty");
        } catch (IpcException e) {
            return noFolder(e);
        }
    }

    private static Availability noFolder(IpcException why) {
        return Availability.no(why.reason(), why);
    }

    @Override
    public Listener listen(Endpoint endpoint, Acceptor acceptor) {
        SecretFiles<EndpointFile> files = filesFor(endpoint, EndpointFile::files);
        Availability here = availability();
        if (!here.available()) {
            throw here.refusal();
        }
        ServerLookup lookup = new ServerLookup(files);
        return files.locked(() -> {
            files.readable(endpoint.name()).filter(lookup::isLive).ifPresent(live -> {
                throw inUse(endpoint, live);
            });
            files.sweep(name -> files.readable(name).filter(lookup::isGone).isPresent());
            return LoopbackListener.open(endpoint, files, acceptor, port);
        });
    }

    @Override
    public Link connect(Endpoint endpoint, long timeoutNanos) {
        if (timeoutNanos <= 0) {
            throw new IllegalArgumentException("connect timeout: must be positive, actual=" + timeoutNanos + " ns");
        }
        return new ServerLookup(filesFor(endpoint, EndpointFile::filesToRead)).connect(endpoint.name(), timeoutNanos);
    }

    /**
     * Refused: over TCP nothing tells which user a peer is, and a secret for each user would prove no more than that a
     * process has it, as a user can give it to another one, who then counts as the first.
     */
    @Override
    public Transport systemWide() {
        throw new IpcException(
                IpcStatus.UNSUPPORTED,
                "system-loopback: is not served: over TCP the kernel does not tell which user a peer is, and a user could"
                        + " give a secret away; use system-pipe:",
                Delivery.NOT_SENT);
    }

    @Override
    public List<Endpoint> endpoints() {
        if (!availability().available()) {
            return List.of();
        }
        SecretFiles<EndpointFile> files = EndpointFile.filesToRead();
        return files.all().stream()
                .filter(new ServerLookup(files)::isLive)
                .map(file -> new Endpoint(SCHEME, file.name()))
                .toList();
    }

    private static SecretFiles<EndpointFile> filesFor(Endpoint endpoint, Supplier<SecretFiles<EndpointFile>> use) {
        if (!endpoint.scheme().equals(SCHEME)) {
            throw new IllegalArgumentException("endpoint: expected scheme loopback, actual=" + endpoint);
        }
        try {
            return use.get();
        } catch (IpcException e) {
            throw noFolder(e).refusal();
        }
    }

    private static IpcException inUse(Endpoint endpoint, EndpointFile live) {
        return new IpcException(
                IpcStatus.ADDRESS_IN_USE,
                endpoint + " is served by process " + live.pid() + " already: stop it, or take another name",
                Delivery.NOT_SENT);
    }
}
