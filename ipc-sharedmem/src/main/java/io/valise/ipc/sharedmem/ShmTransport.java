package io.valise.ipc.sharedmem;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.sharedmem.doorbell.Futexes;
import io.valise.ipc.sharedmem.layout.SegmentLayout;
import io.valise.ipc.sharedmem.os.MemoryKind;
import io.valise.ipc.sharedmem.os.SegmentDirectory;
import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.spi.runtime.RuntimeDirectory;
import io.valise.ipc.spi.runtime.UnixSockets;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The transport {@code shm:}: two rings in shared memory per connection, which both processes read and write without a
 * system call while they are awake. Linux and macOS. Thread-safe.
 *
 * <p>Segments are in {@code /dev/shm/valise-<uid>} until both ends mapped them; servers are found by a Unix domain socket in
 * the runtime directory, which also tells when a peer is gone. System properties: see the module's description.
 */
public final class ShmTransport implements Transport {
    /** System property with the size of each ring of the connections that this process serves. */
    public static final String RING_BYTES_PROPERTY = "valise.shm.ringBytes";

    private static final int DEFAULT_RING_BYTES = 128 << 10;
    private static final int ORDER = 10;

    /** Does nothing yet. */
    public ShmTransport() {}

    @Override
    public String scheme() {
        return "shm";
    }

    @Override
    public int order() {
        return ORDER;
    }

    /** Available on Linux and macOS if there is a private directory for segments; says which memory and doorbell. */
    @Override
    public Availability availability() {
        if (isWindows()) {
            return Availability.no("shm: not available on Windows; use pipe:, which serves the same");
        }
        try {
            layout();
            Path segments = SegmentDirectory.current(sockets()).path();
            long free = Files.getFileStore(segments).getUsableSpace() >> 20;
            return Availability.yes(MemoryKind.ofThisJvm().propertyValue() + " memory, "
                    + (Futexes.hoped() ? "futex" : "socket") + " doorbell, " + segments + " " + free + " MiB free");
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
        return new ShmListener(endpoint, layout(), acceptor);
    }

    @Override
    public Link connect(Endpoint endpoint, long timeoutNanos) {
        if (isWindows()) {
            throw availability().refusal();
        }
        MemoryKind.prepare(); // until the server has answered
        long deadline = System.nanoTime() + timeoutNanos;
        SocketChannel socket = UnixSockets.connect(sockets(), endpoint.name(), timeoutNanos);
        return new ClientHandshake(socket).link(deadline);
    }

    @Override
    public List<Endpoint> endpoints() {
        return isWindows()
                ? List.of()
                : UnixSockets.names(sockets()).stream()
                        .map(name -> new Endpoint(scheme(), name))
                        .toList();
    }

    /** The folder with the servers' sockets. */
    static Path sockets() {
        return RuntimeDirectory.current().folder("shm");
    }

    private static SegmentLayout layout() {
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

    private static boolean isWindows() {
        return System.getProperty("os.name", "").startsWith("Windows");
    }
}
