package io.valise.ipc.spi.secret;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Any bytes in a handshake, from a peer without the secret: refused. The first byte says at which end they arrive. */
class HandshakeFuzz {
    private static final Set<IpcStatus> REFUSALS =
            EnumSet.of(IpcStatus.PROTOCOL_ERROR, IpcStatus.VERSION_MISMATCH, IpcStatus.AUTHENTICATION_FAILED);

    @FuzzTest
    void handshake(byte @Nullable [] input) {
        read(input == null ? new byte[0] : input);
    }

    /** Plays one input, its pieces after their lengths (u8). */
    static void read(byte[] input) {
        if (input.length == 0) {
            return;
        }
        Proofs proofs = new Proofs(Secret.of(new byte[Secret.BYTES]), "loopback:fuzz 127.0.0.1/1>127.0.0.1/2");
        byte[] nonce = new byte[Proofs.NONCE_BYTES];
        Handshake end =
                input[0] % 2 == 0 ? new ServerHandshake(proofs, nonce) : new ClientHandshake(proofs, nonce, false);
        ByteBuffer in = ByteBuffer.wrap(input, 1, input.length - 1);
        end.begin(message -> {});
        try {
            while (in.hasRemaining()) {
                int length = Math.min(in.get() & 0xff, in.remaining());
                if (end.advance(in.slice(in.position(), length), message -> {})) {
                    throw new AssertionError("let in without the secret");
                }
                in.position(in.position() + length);
            }
        } catch (IpcException refused) {
            // Another status here: the peer sends one by itself (CHALLENGE and VERDICT have one).
            if (input[0] % 2 == 0 && !REFUSALS.contains(refused.status())) {
                throw refused;
            }
        }
    }
}
