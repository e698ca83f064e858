package io.valise.ipc.sharedmem;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.sharedmem.control.SystemDoor;
import io.valise.ipc.sharedmem.os.MemoryKind;
import io.valise.ipc.sharedmem.os.SegmentDirectory;
import io.valise.ipc.sharedmem.os.SegmentRemoval;
import io.valise.ipc.sharedmem.os.UserAccess;
import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.spi.runtime.SystemPlace;
import io.valise.ipc.spi.runtime.SystemService;
import java.util.List;
import java.util.Optional;

/**
 * The transport {@code system-shm:}: shared memory between a server of one account and clients of other users. Linux. The
 * server needs native code to let the client's user open a segment; clients do not. Thread-safe.
 */
final class SystemShmTransport implements Transport {
    private static final String SCHEME = Endpoint.SYSTEM + '-' + SystemDoor.SOCKET;

    private final int order;

    /** The order is that of the transport for one user. */
    SystemShmTransport(int order) {
        this.order = order;
    }

    @Override
    public String scheme() {
        return SCHEME;
    }

    @Override
    public int order() {
        return order;
    }

    /** Whether clients can connect; whether this process can serve, too, is found out by {@link #listen}. */
    @Override
    public Availability availability() {
        Optional<String> missing = SystemPlace.missing().or(UserAccess::missingSystem);
        return missing.map(why -> Availability.no(SCHEME + ": " + why))
                .orElseGet(() -> Availability.yes("shared memory of other accounts' services in "
                        + SystemPlace.current().path()));
    }

    @Override
    public Listener listen(Endpoint endpoint, Acceptor acceptor) {
        Availability availability = availability();
        if (!availability.available()) {
            throw availability.refusal();
        }
        ShmPlace place = new SystemShmPlace(endpoint);
        MemoryKind.ofThisJvm(); // now, not when the first client waits for it
        return new ShmListener(endpoint, ShmTransport.layout(), place, acceptor);
    }

    @Override
    public Link connect(Endpoint endpoint, long timeoutNanos) {
        long deadline = System.nanoTime() + timeoutNanos;
        SystemService service = SystemPlace.current().meeting(endpoint.name());
        return new ClientNegotiation(
                        SystemDoor.connect(service, deadline),
                        SegmentRemoval.ofThisSystem(),
                        file -> SegmentDirectory.check(service, file))
                .link(deadline);
    }

    /** @throws IpcException {@code ACCESS_DENIED} when the place is not safe */
    @Override
    public List<Endpoint> endpoints() {
        return SystemPlace.current().served(SystemDoor.SOCKET).stream()
                .map(name -> new Endpoint(SCHEME, name))
                .toList();
    }
}
