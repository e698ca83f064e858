package io.valise.ipc.sharedmem.control;

import io.valise.ipc.spi.runtime.Listening;
import io.valise.ipc.spi.runtime.SystemService;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.function.Consumer;

/** The control channels of a service that serves other users: each end asks the kernel for the user of the other one. */
public final class SystemDoor {
    /** The name of the socket in the folder of the service. */
    public static final String SOCKET = "shm";

    private SystemDoor() {}

    /**
     * Serves the socket; see {@link PeerAuthenticator#open}.
     *
     * @param admitted takes over each connection, of whichever user
     */
    public static PeerAuthenticator.Door open(SystemService service, Consumer<AuthenticatedChannel> admitted) {
        Listening listening =
                service.listen(SOCKET, socket -> known(service, socket).handTo(admitted));
        return listening::close;
    }

    /**
     * Connects to the server of a service, and returns when it is known to be the account's.
     *
     * @param deadline on {@link System#nanoTime}
     */
    public static AuthenticatedChannel connect(SystemService service, long deadline) {
        return known(service, service.connect(SOCKET, deadline - System.nanoTime()));
    }

    private static AuthenticatedChannel known(SystemService service, SocketChannel socket) {
        return ControlChannel.taking(
                socket, control -> new AuthenticatedChannel(control, service.identity(socket), Optional.empty()));
    }
}
