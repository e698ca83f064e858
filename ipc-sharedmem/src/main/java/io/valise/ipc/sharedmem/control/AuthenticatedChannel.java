package io.valise.ipc.sharedmem.control;

import io.valise.ipc.PeerIdentity;
import io.valise.ipc.spi.secret.Handshake;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A control channel whose other end is of this user.
 *
 * @param control the channel
 * @param peer the other end, and what is known of it
 * @param proof the handshake that authenticated it, where the kernel did not: it seals the server's offer, which
 *     another process in between could change otherwise
 */
public record AuthenticatedChannel(ControlChannel control, PeerIdentity peer, Optional<Handshake> proof) {

    /** Has it taken over; closes it when the taker throws. */
    void handTo(Consumer<AuthenticatedChannel> taker) {
        boolean taken = false;
        try {
            taker.accept(this);
            taken = true;
        } finally {
            if (!taken) {
                control.close();
            }
        }
    }

    /** How many bytes of a seal follow a message of the server. */
    public int sealBytes() {
        return proof.isPresent() ? Handshake.SEAL_BYTES : 0;
    }

    /** A message of the server, with its seal behind it. */
    public ByteBuffer sealed(ByteBuffer message) {
        ByteBuffer all = ByteBuffer.allocate(message.remaining() + sealBytes());
        all.put(message.duplicate());
        proof.ifPresent(handshake -> all.put(handshake.seal(message)));
        return all.flip();
    }

    /**
     * Checks a message of the server.
     *
     * @param message not consumed
     * @param seal at least {@link #sealBytes} bytes, of which the seal is consumed
     * @throws io.valise.ipc.IpcException {@code AUTHENTICATION_FAILED} when the server did not send it on this channel
     */
    public void check(ByteBuffer message, ByteBuffer seal) {
        byte[] actual = new byte[sealBytes()];
        seal.get(actual);
        proof.ifPresent(handshake -> handshake.checkSeal(message, actual));
    }
}
