package io.valise.ipc.loopback.endpoint;

import io.valise.ipc.IpcException;
import io.valise.ipc.spi.runtime.Listening;
import io.valise.ipc.spi.runtime.RuntimeDirectory;
import io.valise.ipc.spi.runtime.UnixSockets;
import org.jspecify.annotations.Nullable;

/**
 * A server's hold on its name: a domain socket in the folder {@value #FOLDER} of the runtime directory, on which the
 * server listens for as long as it lives. The kernel answers for it: a stopped server still has it, a dead one does not,
 * and processes in other pid and network namespaces that share the directory see the same. A process id or a TCP port
 * proves none of that. Thread-safe.
 */
public final class NameHold implements AutoCloseable {
    static final String FOLDER = "loopback-held";

    private final @Nullable Listening socket;

    private NameHold(@Nullable Listening socket) {
        this.socket = socket;
    }

    /**
     * Holds a name until closed; holds nothing where the system has no domain sockets.
     *
     * @throws IpcException {@code ADDRESS_IN_USE} when a live server holds it, {@code RESOURCE_EXHAUSTED}, {@code
     *     ACCESS_DENIED}
     */
    public static NameHold of(String name) {
        return UnixSockets.available()
                ? new NameHold(UnixSockets.listen(RuntimeDirectory.current().folder(FOLDER), name, UnixSockets::close))
                : new NameHold(null);
    }

    /**
     * Whether a live server holds the name.
     *
     * @throws IpcException {@code ACCESS_DENIED} or {@code RESOURCE_EXHAUSTED} when the folder cannot be read, which
     *     leaves that open
     */
    public static boolean isHeld(String name) {
        return RuntimeDirectory.existing(RuntimeDirectory.current().path().resolve(FOLDER))
                .filter(folder -> UnixSockets.isServed(folder, name))
                .isPresent();
    }

    /** Whether there is a socket that proves the hold. */
    public boolean isProvable() {
        return socket != null;
    }

    /** Lets go of the name. Idempotent. */
    @Override
    public void close() {
        if (socket != null) {
            socket.close();
        }
    }
}
