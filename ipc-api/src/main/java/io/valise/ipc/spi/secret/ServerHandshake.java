package io.valise.ipc.spi.secret;

import static io.valise.ipc.spi.secret.Proofs.NONCE_BYTES;
import static io.valise.ipc.spi.secret.Proofs.PROOF_BYTES;

import io.valise.ipc.IpcStatus;
import java.nio.ByteBuffer;

/** The server's end: hears HELLO, proves itself, and hears the client's proof. */
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
    public void begin(ByteBuffer out) {
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
    boolean next(ByteBuffer sofar, ByteBuffer out) {
        return expected.length == 0 ? hello(sofar, out) : proof(sofar, out);
    }

    private boolean hello(ByteBuffer sofar, ByteBuffer out) {
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

    private static void checkHeader(byte version, byte zero, ByteBuffer out) {
        if (version != VERSION) {
            putHeader(out, IpcStatus.VERSION_MISMATCH.number());
            throw refusal(
                    IpcStatus.VERSION_MISMATCH,
                    "handshake version: this server has " + VERSION + ", the client has " + (version & 0xFF));
        }
        if (zero != 0) {
            throw refusal(IpcStatus.PROTOCOL_ERROR, "handshake: byte 7 must be 0, actual=" + (zero & 0xFF));
        }
    }

    private void challenge(ByteBuffer out) {
        expected = proofs.ofClient(clientNonce, serverNonce);
        putHeader(out, IpcStatus.OK.number());
        out.put(serverNonce).put(proofs.ofServer(clientNonce, serverNonce));
        expect(PROOF_BYTES);
    }

    private boolean proof(ByteBuffer sofar, ByteBuffer out) {
        if (sofar.hasRemaining()) {
            return false;
        }
        if (!Proofs.same(expected, slice(0, PROOF_BYTES))) {
            out.put((byte) IpcStatus.AUTHENTICATION_FAILED.number());
            throw refusal(
                    IpcStatus.AUTHENTICATION_FAILED, "authentication: the client does not know this server's secret");
        }
        out.put((byte) IpcStatus.OK.number());
        return true;
    }
}
