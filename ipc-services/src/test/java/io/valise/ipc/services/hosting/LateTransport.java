package io.valise.ipc.services.hosting;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import java.util.List;
import java.util.concurrent.Callable;

/** A transport that no client can connect by, and that listens only when something has been done. */
record LateTransport(Callable<Void> before) implements Transport {
    @Override
    public String scheme() {
        return "late";
    }

    @Override
    public int order() {
        return 99;
    }

    @Override
    public Availability availability() {
        return Availability.yes("a test");
    }

    @Override
    public Listener listen(Endpoint endpoint, Acceptor acceptor) {
        try {
            before.call();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        return new Listener() {
            @Override
            public Endpoint endpoint() {
                return endpoint;
            }

            @Override
            public void close() {
                // there is nothing to free
            }
        };
    }

    @Override
    public Link connect(Endpoint endpoint, long timeoutNanos) {
        throw new IpcException(IpcStatus.ENDPOINT_NOT_FOUND, "no client can", Delivery.NOT_SENT);
    }

    @Override
    public List<Endpoint> endpoints() {
        return List.of();
    }
}
