package io.valise.ipc.pipes.child;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.spi.stream.StreamLink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Links over two anonymous pipes of the kernel, both ends in this process, so that the kit can try them. */
final class PairTransport implements Transport {
    private static final Map<Endpoint, Acceptor> SERVED = new ConcurrentHashMap<>();

    @Override
    public String scheme() {
        return "pair";
    }

    @Override
    public int order() {
        return 1;
    }

    @Override
    public Availability availability() {
        return Availability.yes("anonymous pipes");
    }

    @Override
    public Listener listen(Endpoint endpoint, Acceptor acceptor) {
        if (SERVED.putIfAbsent(endpoint, acceptor) != null) {
            throw new IpcException(
                    IpcStatus.ADDRESS_IN_USE,
                    endpoint + ": served already; stop that server, or choose another name",
                    Delivery.NOT_SENT);
        }
        return new Served(endpoint, acceptor);
    }

    @Override
    public Link connect(Endpoint endpoint, long timeoutNanos) {
        Acceptor acceptor = SERVED.get(endpoint);
        if (acceptor == null) {
            throw new IpcException(IpcStatus.ENDPOINT_NOT_FOUND, endpoint + ": not served", Delivery.NOT_SENT);
        }
        try {
            Pipe there = Pipe.open();
            Pipe back = Pipe.open();
            Link client = link(back, there);
            acceptor.accept(link(there, back));
            return client;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Link link(Pipe in, Pipe out) {
        PumpedStream stream = new PumpedStream("pair", in.source(), Channels.newOutputStream(out.sink()), () -> {
            try (Pipe.SinkChannel sink = out.sink()) {
                in.source().close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return new StreamLink(stream, PeerIdentity.thisProcess());
    }

    @Override
    public List<Endpoint> endpoints() {
        return List.copyOf(SERVED.keySet());
    }

    private record Served(Endpoint endpoint, Acceptor acceptor) implements Listener {
        @Override
        public void close() {
            SERVED.remove(endpoint, acceptor);
        }
    }
}
