package io.valise.ipc.spi.secret;

import static io.valise.ipc.spi.secret.Proofs.NONCE_BYTES;
import static io.valise.ipc.spi.secret.Proofs.PROOF_BYTES;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.nio.ByteBuffer;

/** The server's end: receives HELLO, sends its proof, and checks the client's. */
final class ServerHandshake extends Handshake {
    private static final int HELLO_BYTES = HEADER_BYTES + NONCE_BYTES;

    private final byte[] serverNonce;
    private byte[] clientNonce = {};
    private byte[] expected = {};

    ServerHandshake(Proofs proofs, byte[] serverNonce) {
        super(proofs, HELLO_BYTES);
        this.serverNonce = serverNonce;
    }

    @Override
    public void begin(Output out) {
        // The client speaks first.
    }

    @Override
    byte[] clientNonce() {
        return clientNonce;
    }

    @Override
    byte[] serverNonce() {
        return serverNonce;
    }

    @Override
    boolean next(ByteBuffer sofar, Output out) {
        return expected.length == 0 ? hello(sofar, out) : proof(sofar, out);
    }

    private boolean hello(ByteBuffer sofar, Output out) {
        checkMagic();
        if (sofar.position() >= HEADER_BYTES) {
            checkHeader(sofar.get(6), sofar.get(7), out);
        }
        if (!sofar.hasRemaining()) {
            clientNonce = slice(HEADER_BYTES, NONCE_BYTES);
            challenge(out);
        }
        return false;
    }

    private static void checkHeader(byte version, byte zero, Output out) {
        if (version != VERSION) {
            throw told(
                    refusal(
                            IpcStatus.VERSION_MISMATCH,
                            "handshake version: this server has " + VERSION + ", the client has " + (version & 0xFF)),
                    header(HEADER_BYTES, IpcStatus.VERSION_MISMATCH.number()).flip(),
                    out);
        }
        if (zero != 0) {
            throw refusal(IpcStatus.PROTOCOL_ERROR, "handshake: byte 7 must be 0, actual=" + (zero & 0xFF));
        }
    }

    private void challenge(Output out) {
        expected = proofs.ofClient(clientNonce, serverNonce);
        out.send(header(LONGEST_MESSAGE, IpcStatus.OK.number())
                .put(serverNonce)
                .put(proofs.ofServer(clientNonce, serverNonce))
                .flip());
        expect(PROOF_BYTES);
    }

    private boolean proof(ByteBuffer sofar, Output out) {
        if (sofar.hasRemaining()) {
            return false;
        }
        if (!Proofs.same(expected, slice(0, PROOF_BYTES))) {
            throw told(
                    refusal(
                            IpcStatus.AUTHENTICATION_FAILED,
                            "authentication: the client does not know this server's secret"),
                    verdict(IpcStatus.AUTHENTICATION_FAILED),
                    out);
        }
        out.send(verdict(IpcStatus.OK));
        return true;
    }

    /** The refusal, of which the client is told if its connection still takes the message. */
    private static IpcException told(IpcException refusal, ByteBuffer message, Output out) {
        try {
            out.send(message);
        } catch (RuntimeException unsent) { // the refusal matters more
            refusal.addSuppressed(unsent);
        }
        return refusal;
    }

    private static ByteBuffer verdict(IpcStatus status) {
        return ByteBuffer.wrap(new byte[] {(byte) status.number()});
    }
}
