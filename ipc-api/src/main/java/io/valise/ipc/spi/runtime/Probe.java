package io.valise.ipc.spi.runtime;

import io.valise.ipc.IpcException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Connections that only ask whether a server is there. The asking end gives its socket a name before it connects; the
 * server sees that name as the address of its peer, and so tells a question from a client without a byte on the wire.
 * The name's file is needed for no longer than it takes to bind it.
 */
final class Probe {
    private static final String PREFIX = ".probe-";

    private Probe() {}

    /** Names the socket. Where that is impossible the probe looks like a client that changed its mind. */
    static void mark(SocketChannel channel, SocketPlace target) {
        String file = PREFIX + Long.toHexString(UUID.randomUUID().getLeastSignificantBits());
        Path beside = target.path().resolveSibling(file);
        try {
            boolean possible = SocketPlace.fits(beside) && Files.isWritable(beside.getParent());
            Path name = possible ? beside : SocketPlace.refuge().resolve(file);
            channel.bind(UnixDomainSocketAddress.of(name));
            Files.deleteIfExists(name);
        } catch (IOException | IpcException e) {
            SafeLog.of(Probe.class).log(System.Logger.Level.DEBUG, "asking without a name", e);
        }
    }

    /** Whether the peer of an accepted channel is one. */
    static boolean isAsking(SocketChannel accepted) throws IOException {
        return accepted.getRemoteAddress() instanceof UnixDomainSocketAddress peer
                && peer.getPath().getFileName() != null
                && peer.getPath().getFileName().toString().startsWith(PREFIX);
    }

    /** Removes the names that killed processes left. One that is in use at this moment has served already. */
    static void sweep(Path folder) throws IOException {
        for (Path entry : Entries.of(folder)) {
            if (entry.getFileName().toString().startsWith(PREFIX)) {
                Files.deleteIfExists(entry);
            }
        }
    }
}
