package io.valise.ipc.sharedmem;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.sharedmem.control.AuthenticatedChannel;
import io.valise.ipc.sharedmem.control.PeerAuthenticator;
import io.valise.ipc.sharedmem.control.SystemDoor;
import io.valise.ipc.sharedmem.os.SegmentDirectory;
import io.valise.ipc.sharedmem.os.SegmentRemoval;
import io.valise.ipc.sharedmem.os.UserAccess;
import io.valise.ipc.spi.runtime.SystemPlace;
import io.valise.ipc.spi.runtime.SystemService;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The system-wide place, for clients of other users, too. A segment is created for this user alone, and the client's user
 * may open it from then on, no other. Thread-safe.
 */
final class SystemShmPlace implements ShmPlace {
    private final SystemService service;
    private final SegmentDirectory segments;

    /**
     * Checks that this process may serve the name, and can let other users open files.
     *
     * @throws IpcException {@code ACCESS_DENIED}, {@code UNSUPPORTED}
     */
    SystemShmPlace(Endpoint endpoint) {
        service = SystemPlace.current().serving(endpoint.name());
        UserAccess.missing().ifPresent(why -> {
            throw new IpcException(IpcStatus.UNSUPPORTED, "system-shm: " + why, Delivery.NOT_SENT);
        });
        segments = SegmentDirectory.of(service);
        UserAccess.tryOut(segments.path(), service.account());
    }

    @Override
    public SegmentDirectory segments() {
        return segments;
    }

    @Override
    public SegmentRemoval removal() {
        return SegmentRemoval.ofThisSystem();
    }

    @Override
    public PeerAuthenticator.Door open(Consumer<AuthenticatedChannel> accepted) {
        return service.locked(() -> {
            segments.sweep(() -> service.isServed(SystemDoor.SOCKET) ? Set.of(service.name()) : Set.of());
            return SystemDoor.open(service, accepted);
        });
    }

    @Override
    public void share(Path segment, PeerIdentity client) {
        if (!client.sameUser()) {
            UserAccess.grant(segment, client.user().orElseThrow());
        }
    }
}
