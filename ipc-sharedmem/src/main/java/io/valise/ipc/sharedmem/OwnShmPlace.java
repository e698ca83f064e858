package io.valise.ipc.sharedmem;

import io.valise.ipc.Endpoint;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.sharedmem.control.AuthenticatedChannel;
import io.valise.ipc.sharedmem.control.PeerAuthenticator;
import io.valise.ipc.sharedmem.os.SegmentDirectory;
import io.valise.ipc.sharedmem.os.SegmentRemoval;
import io.valise.ipc.sharedmem.region.RegionDirectory;
import io.valise.ipc.spi.runtime.RuntimeDirectory;
import io.valise.ipc.spi.runtime.UnixSockets;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Consumer;

/** The runtime directory, for clients of this user. Thread-safe. */
final class OwnShmPlace implements ShmPlace {
    private final Endpoint endpoint;
    private final PlatformPolicy policy;
    private final Path sockets = ShmTransport.sockets();
    private final SegmentDirectory segments = SegmentDirectory.current(sockets);

    OwnShmPlace(Endpoint endpoint, PlatformPolicy policy) {
        this.endpoint = endpoint;
        this.policy = policy;
    }

    @Override
    public SegmentDirectory segments() {
        return segments;
    }

    @Override
    public SegmentRemoval removal() {
        return policy.removal();
    }

    @Override
    public PeerAuthenticator.Door open(Consumer<AuthenticatedChannel> accepted) {
        return RuntimeDirectory.current().locked(sockets, () -> {
            RegionDirectory.sweepIfPresent(segments.path());
            segments.sweep(() -> Set.copyOf(UnixSockets.names(sockets)));
            return policy.authenticator().open(endpoint, sockets, accepted);
        });
    }

    @Override
    public void share(Path segment, PeerIdentity client) {
        // It runs as this user, who created it.
    }
}
