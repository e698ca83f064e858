package io.valise.ipc.sharedmem.control;

import io.valise.ipc.PeerIdentity;
import io.valise.ipc.spi.secret.Handshake;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A control channel whose other end is of this user.
 *
 * @param control the channel
 * @param peer who is there, and who vouches for it
 * @param proof the hand-shake by which it is known, where the kernel did not say so: it seals what the server says, which
 *     another process in between could change otherwise
 */
public record AuthenticatedChannel(ControlChannel control, PeerIdentity peer, Optional<Handshake> proof) {

    /** How many bytes of a seal follow what the server says. */
    public int sealBytes() {
        return proof.isPresent() ? Handshake.SEAL_BYTES : 0;
    }

    /** What the server says, with its seal behind it. */
    public ByteBuffer sealed(ByteBuffer said) {
        ByteBuffer all = ByteBuffer.allocate(said.remaining() + sealBytes());
        all.put(said.duplicate());
        proof.ifPresent(handshake -> all.put(handshake.seal(said)));
        return all.flip();
    }

    /**
     * Checks what the server said.
     *
     * @param said the message; not consumed
     * @param seal at least {@link #sealBytes} bytes, of which the seal is consumed
     * @throws io.valise.ipc.IpcException {@code AUTHENTICATION_FAILED} when it is not what the server said on this channel
     */
    public void check(ByteBuffer said, ByteBuffer seal) {
        byte[] actual = new byte[sealBytes()];
        seal.get(actual);
        proof.ifPresent(handshake -> handshake.checkSeal(said, actual));
    }
}
