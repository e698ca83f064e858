package io.valise.ipc.services.catalog;

import io.valise.ipc.Endpoint;
import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import java.util.List;

/** Stands for the networks where no transport reaches other machines: so a query tells that none was listed. Immutable. */
final class NoNetwork implements Transport {
    @Override
    public String scheme() {
        return "none";
    }

    @Override
    public int order() {
        return Integer.MAX_VALUE;
    }

    @Override
    public Reach reach() {
        return Reach.NETWORK;
    }

    @Override
    public Availability availability() {
        return Availability.no("no transport reaches other machines: add ipc-nats to the class path or module path");
    }

    @Override
    public Listener listen(Endpoint endpoint, Acceptor acceptor) {
        throw availability().refusal();
    }

    @Override
    public Link connect(Endpoint endpoint, long timeoutNanos) {
        throw availability().refusal();
    }

    @Override
    public List<Endpoint> endpoints() {
        return List.of();
    }
}
