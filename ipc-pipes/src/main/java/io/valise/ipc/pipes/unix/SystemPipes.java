package io.valise.ipc.pipes.unix;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.spi.runtime.Listening;
import io.valise.ipc.spi.runtime.SystemPlace;
import io.valise.ipc.spi.runtime.SystemService;
import io.valise.ipc.spi.runtime.UnixSockets;
import io.valise.ipc.spi.stream.StreamLink;
import java.nio.channels.SocketChannel;
import java.util.List;

/**
 * The transport {@code system-pipe:}: a domain socket in the folder of a service of the system-wide place, to which users
 * connect that an administrator has allowed to. The kernel reports which user is at the other end. Thread-safe.
 */
public final class SystemPipes implements Transport {
    private static final String SOCKET = "pipe";
    private static final String SCHEME = Endpoint.SYSTEM + '-' + SOCKET;

    private final int order;

    /** The order is that of the transport for one user. */
    public SystemPipes(int order) {
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

    @Override
    public Availability availability() {
        return SystemPlace.missing()
                .map(Availability::no)
                .orElseGet(() -> Availability.yes("domain sockets of other accounts' services in "
                        + SystemPlace.current().path()));
    }

    @Override
    public Listener listen(Endpoint endpoint, Acceptor acceptor) {
        SystemService service = SystemPlace.current().serving(endpoint.name());
        Listening listening = service.listen(SOCKET, channel -> acceptor.accept(link(service, channel)));
        return new Served(endpoint, listening);
    }

    @Override
    public Link connect(Endpoint endpoint, long timeoutNanos) {
        SystemService service = SystemPlace.current().meeting(endpoint.name());
        SocketChannel channel = service.connect(SOCKET, timeoutNanos);
        try {
            return link(service, channel);
        } catch (RuntimeException e) {
            UnixSockets.close(channel);
            throw e;
        }
    }

    /** @throws IpcException {@code ACCESS_DENIED} when the place is not safe */
    @Override
    public List<Endpoint> endpoints() {
        return SystemPlace.current().served(SOCKET).stream()
                .map(name -> new Endpoint(SCHEME, name))
                .toList();
    }

    private static Link link(SystemService service, SocketChannel channel) {
        return new StreamLink(new SocketStream(channel), service.identity(channel));
    }
}
