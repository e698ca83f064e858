package io.valise.ipc.sharedmem.control;

import io.valise.ipc.Endpoint;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.spi.runtime.Listening;
import io.valise.ipc.spi.runtime.UnixSockets;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/** The kernel tells each end which user is at the other one. */
final class KernelAuthenticator implements PeerAuthenticator {
    @Override
    public Door open(Endpoint endpoint, Path sockets, Consumer<AuthenticatedChannel> admitted) {
        Listening listening = UnixSockets.listen(sockets, endpoint.name(), socket -> admitted.accept(vouched(socket)));
        return listening::close;
    }

    @Override
    public AuthenticatedChannel connect(Endpoint endpoint, Path sockets, long deadline) {
        SocketChannel socket = UnixSockets.connect(sockets, endpoint.name(), deadline - System.nanoTime());
        boolean done = false;
        try {
            AuthenticatedChannel server = vouched(socket);
            done = true;
            return server;
        } finally {
            if (!done) {
                UnixSockets.close(socket);
            }
        }
    }

    @Override
    public String who() {
        return "the kernel";
    }

    private static AuthenticatedChannel vouched(SocketChannel socket) {
        PeerIdentity peer = UnixSockets.identity(socket);
        return new AuthenticatedChannel(new ControlChannel(socket), peer, Optional.empty());
    }
}
