package io.valise.ipc.internal.local;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Connects clients and servers of one process. The names are those of the process. Thread-safe. */
public final class LocalTransport implements Transport {
    /** Its scheme. */
    public static final String SCHEME = "local";

    private static final ConcurrentMap<String, Served> SERVED = new ConcurrentHashMap<>();

    @Override
    public String scheme() {
        return SCHEME;
    }

    @Override
    public int order() {
        return 0;
    }

    @Override
    public Availability availability() {
        return Availability.yes("within this process");
    }

    @Override
    public Listener listen(Endpoint endpoint, Acceptor acceptor) {
        Served served = new Served(endpoint, acceptor);
        if (SERVED.putIfAbsent(endpoint.name(), served) != null) {
            throw new IpcException(
                    IpcStatus.ADDRESS_IN_USE,
                    endpoint + " is served in this process already: close that server, or take another name",
                    Delivery.NOT_SENT);
        }
        return served;
    }

    @Override
    public Link connect(Endpoint endpoint, long timeoutNanos) {
        Served served = SERVED.get(endpoint.name());
        if (served == null) {
            throw new IpcException(
                    IpcStatus.ENDPOINT_NOT_FOUND, endpoint + ": not served in this process", Delivery.NOT_SENT);
        }
        LocalLink client = LocalLink.pair();
        served.acceptor().accept(client.other());
        return client;
    }

    @Override
    public List<Endpoint> endpoints() {
        return SERVED.values().stream().map(Served::endpoint).toList();
    }

    private record Served(Endpoint endpoint, Acceptor acceptor) implements Listener {
        @Override
        public void close() {
            SERVED.remove(endpoint.name(), this);
        }
    }
}
