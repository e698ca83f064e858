package io.valise.ipc.sharedmem;

import io.valise.ipc.Endpoint;
import io.valise.ipc.sharedmem.control.SecretAuthenticator;
import io.valise.ipc.sharedmem.os.SegmentRemoval;
import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import java.util.List;

/**
 * {@code shm:} as it is where no kernel tells who the peer is and a mapped file cannot be removed: Windows, but for
 * the calls of the system. No program can choose it: it takes a constructor that only this package sees.
 */
public final class SecretShm implements Transport {
    private final ShmTransport shm;

    public SecretShm() {
        this(SegmentRemoval.WHEN_UNMAPPED);
    }

    SecretShm(SegmentRemoval removal) {
        shm = new ShmTransport(() -> new PlatformPolicy(new SecretAuthenticator(), removal));
    }

    /** A name of its own: {@code shm:} is found beside it, and no two transports have one. */
    @Override
    public String scheme() {
        return "secretshm";
    }

    @Override
    public int order() {
        return shm.order();
    }

    @Override
    public Availability availability() {
        return shm.availability();
    }

    @Override
    public Listener listen(Endpoint endpoint, Acceptor acceptor) {
        return shm.listen(endpoint, acceptor);
    }

    @Override
    public Link connect(Endpoint endpoint, long timeoutNanos) {
        return shm.connect(endpoint, timeoutNanos);
    }

    @Override
    public List<Endpoint> endpoints() {
        return shm.endpoints().stream().map(found -> found.withScheme(scheme())).toList();
    }
}
