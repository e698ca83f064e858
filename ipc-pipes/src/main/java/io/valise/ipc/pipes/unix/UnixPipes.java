package io.valise.ipc.pipes.unix;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.spi.runtime.Listening;
import io.valise.ipc.spi.runtime.RuntimeDirectory;
import io.valise.ipc.spi.runtime.UnixSockets;
import io.valise.ipc.spi.stream.StreamLink;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;

/** The socket of each served name, in the folder {@code pipe} of the runtime directory. Thread-safe. */
public final class UnixPipes {
    private static final String FOLDER = "pipe";

    private UnixPipes() {}

    /** Whether the folder can be used, and where it is. */
    public static Availability availability() {
        try {
            return Availability.yes(
                    "domain sockets in " + RuntimeDirectory.current().readFolder(FOLDER));
        } catch (IpcException e) {
            return Availability.no(e.reason(), e);
        }
    }

    /** See {@link Transport#listen}. */
    public static Transport.Listener listen(Endpoint endpoint, Transport.Acceptor acceptor) {
        Path folder = RuntimeDirectory.current().folder(FOLDER);
        Listening listening = UnixSockets.listen(folder, endpoint.name(), channel -> acceptor.accept(link(channel)));
        return new Served(endpoint, listening);
    }

    /** See {@link Transport#connect}. */
    public static Link connect(Endpoint endpoint, long timeoutNanos) {
        SocketChannel channel =
                UnixSockets.connect(RuntimeDirectory.current().readFolder(FOLDER), endpoint.name(), timeoutNanos);
        try {
            return link(channel);
        } catch (RuntimeException e) {
            UnixSockets.close(channel);
            throw e;
        }
    }

    /** See {@link Transport#endpoints}. */
    public static List<Endpoint> endpoints(String scheme) {
        return UnixSockets.names(RuntimeDirectory.current().readFolder(FOLDER)).stream()
                .map(name -> new Endpoint(scheme, name))
                .toList();
    }

    private static Link link(SocketChannel channel) {
        return new StreamLink(new SocketStream(channel), UnixSockets.identity(channel));
    }
}
