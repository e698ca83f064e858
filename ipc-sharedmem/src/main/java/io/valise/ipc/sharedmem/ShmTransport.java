package io.valise.ipc.sharedmem;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.sharedmem.control.AuthenticatedChannel;
import io.valise.ipc.sharedmem.doorbell.Futexes;
import io.valise.ipc.sharedmem.layout.SegmentLayout;
import io.valise.ipc.sharedmem.os.MemoryKind;
import io.valise.ipc.sharedmem.os.SegmentDirectory;
import io.valise.ipc.sharedmem.os.SegmentFile;
import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.spi.runtime.RuntimeDirectory;
import io.valise.ipc.spi.runtime.UnixSockets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The transport {@code shm:}: two rings in shared memory per connection, which both processes read and write without a
 * system call while they are awake. Linux and macOS; written for Windows 10 and later, where it has never run.
 * Thread-safe.
 *
 * <p>Segments are in {@code /dev/shm/valise-<uid>}, else in the runtime directory, until both ends mapped them (on Windows
 * until both unmapped them); servers are found by a Unix domain socket in the runtime directory, whose end means
 * that the peer is gone. The kernel authenticates the peer's user; where it cannot, as on Windows, both ends prove that they
 * can read the server's secret. System properties: see the module's description.
 *
 * @since 0.1.0
 */
public final class ShmTransport implements Transport {
    /** System property with the size of each ring of the connections that this process serves. */
    public static final String RING_BYTES_PROPERTY = "valise.shm.ringBytes";

    private static final String FOLDER = "shm";
    private static final int DEFAULT_RING_BYTES = 128 << 10;
    private static final int ORDER = 10;

    private final Supplier<PlatformPolicy> policy;

    /** Does nothing yet. */
    public ShmTransport() {
        this(PlatformPolicy::ofThisSystem);
    }

    /** As it would be elsewhere. */
    ShmTransport(Supplier<PlatformPolicy> policy) {
        this.policy = policy;
    }

    @Override
    public String scheme() {
        return "shm";
    }

    @Override
    public int order() {
        return ORDER;
    }

    /** Available where there are domain sockets and a private directory for segments; says which memory and doorbell. */
    @Override
    public Availability availability() {
        try {
            if (!UnixSockets.available()) {
                return Availability.no(
                        "shm: this system has no domain sockets, as Windows has since version 10; use pipe:");
            }
            layout();
            RuntimeDirectory.current().readFolder(FOLDER);
            Path segments = SegmentDirectory.place();
            long free = Files.getFileStore(segments).getUsableSpace() >> 20;
            return Availability.yes(MemoryKind.expected().propertyValue() + " memory, "
                    + (Futexes.expected() ? "futex" : "socket") + " doorbell, " + segments + " " + free + " MiB free, "
                    + "peers authenticated by " + policy.get().authenticator().evidence());
        } catch (IpcException | IOException | IllegalArgumentException e) {
            return Availability.no("shm: " + e.getMessage(), e);
        }
    }

    @Override
    public Listener listen(Endpoint endpoint, Acceptor acceptor) {
        Availability availability = availability();
        if (!availability.available()) {
            throw availability.refusal();
        }
        MemoryKind.ofThisJvm(); // now, not when the first client waits for it
        return new ShmListener(endpoint, layout(), new OwnShmPlace(endpoint, policy.get()), acceptor);
    }

    @Override
    public Link connect(Endpoint endpoint, long timeoutNanos) {
        long deadline = System.nanoTime() + timeoutNanos;
        PlatformPolicy here = policy.get();
        AuthenticatedChannel server = here.authenticator()
                .connect(endpoint, RuntimeDirectory.current().readFolder(FOLDER), deadline);
        return new ClientNegotiation(server, here.removal(), SegmentFile.Check.OWN).link(deadline);
    }

    @Override
    public List<Endpoint> endpoints() {
        return UnixSockets.available()
                ? UnixSockets.names(RuntimeDirectory.current().readFolder(FOLDER)).stream()
                        .flatMap(name -> endpoint(name).stream())
                        .toList()
                : List.of();
    }

    /**
     * Available on Linux; the server must have native access, to let the client's user alone open the shared memory of its
     * connection.
     */
    @Override
    public Transport systemWide() {
        return new SystemShmTransport(ORDER);
    }

    /** None for a socket that no server of this transport made. */
    private Optional<Endpoint> endpoint(String name) {
        try {
            return Optional.of(new Endpoint(scheme(), name));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The folder with the servers' sockets. */
    static Path sockets() {
        return RuntimeDirectory.current().folder(FOLDER);
    }

    static SegmentLayout layout() {
        String wanted = System.getProperty(RING_BYTES_PROPERTY, String.valueOf(DEFAULT_RING_BYTES));
        try {
            return new SegmentLayout(Integer.parseInt(wanted.trim()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "system property " + RING_BYTES_PROPERTY + ": limit=a power of two from "
                            + SegmentLayout.MIN_RING_BYTES + " to " + SegmentLayout.MAX_RING_BYTES + ", actual=\""
                            + wanted + '"',
                    e);
        }
    }
}
