package io.valise.ipc.sharedmem.control;

import io.valise.ipc.Endpoint;
import io.valise.ipc.spi.runtime.Listening;
import io.valise.ipc.spi.runtime.UnixSockets;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/** By the kernel, which each end asks for the user of the other one. */
final class KernelAuthenticator implements PeerAuthenticator {
    @Override
    public Door open(Endpoint endpoint, Path sockets, Consumer<AuthenticatedChannel> admitted) {
        Listening listening = UnixSockets.listen(
                sockets, endpoint.name(), socket -> known(socket).handTo(admitted));
        return listening::close;
    }

    @Override
    public AuthenticatedChannel connect(Endpoint endpoint, Path sockets, long deadline) {
        return known(UnixSockets.connect(sockets, endpoint.name(), deadline - System.nanoTime()));
    }

    @Override
    public String evidence() {
        return "the kernel";
    }

    private static AuthenticatedChannel known(SocketChannel socket) {
        return ControlChannel.taking(
                socket, control -> new AuthenticatedChannel(control, UnixSockets.identity(socket), Optional.empty()));
    }
}
