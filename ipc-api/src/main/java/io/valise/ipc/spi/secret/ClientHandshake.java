package io.valise.ipc.spi.secret;

import static io.valise.ipc.spi.secret.Proofs.NONCE_BYTES;
import static io.valise.ipc.spi.secret.Proofs.PROOF_BYTES;

import io.valise.ipc.IpcStatus;
import java.nio.ByteBuffer;

/** The client's end: sends HELLO, checks the server's proof before it sends its own, and receives the verdict. */
final class ClientHandshake extends Handshake {
    private final byte[] clientNonce;
    private final boolean probe;
    private byte[] serverNonce = {};
    private boolean proved;

    ClientHandshake(Proofs proofs, byte[] clientNonce, boolean probe) {
        super(proofs, HEADER_BYTES);
        this.clientNonce = clientNonce;
        this.probe = probe;
    }

    @Override
    public void begin(Output out) {
        out.send(header(HEADER_BYTES + NONCE_BYTES, 0).put(clientNonce).flip());
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
        return proved ? verdict(sofar.get(0)) : challenge(sofar, out);
    }

    private boolean challenge(ByteBuffer sofar, Output out) {
        checkMagic();
        if (sofar.hasRemaining()) {
            return false;
        }
        if (sofar.limit() == HEADER_BYTES) {
            checkHeader(sofar.get(6), sofar.get(7));
            extend(LONGEST_MESSAGE);
            return false;
        }
        return checkProof(out);
    }

    private static void checkHeader(byte version, byte status) {
        if (version != VERSION || status == IpcStatus.VERSION_MISMATCH.number()) {
            throw refusal(
                    IpcStatus.VERSION_MISMATCH,
                    "handshake version: this client has " + VERSION + ", the server has " + (version & 0xFF)
                            + ": use the same release of Valise at both ends");
        }
        if (status != IpcStatus.OK.number()) {
            throw refusal(IpcStatus.PROTOCOL_ERROR, "handshake: a challenge with status " + (status & 0xFF));
        }
    }

    private boolean checkProof(Output out) {
        serverNonce = slice(HEADER_BYTES, NONCE_BYTES);
        byte[] proof = slice(HEADER_BYTES + NONCE_BYTES, PROOF_BYTES);
        if (!Proofs.same(proofs.ofServer(clientNonce, serverNonce), proof)) {
            throw refusal(
                    IpcStatus.AUTHENTICATION_FAILED, "authentication: what answers does not know the server's secret");
        }
        proved = true;
        if (!probe) {
            out.send(ByteBuffer.wrap(proofs.ofClient(clientNonce, serverNonce)));
            expect(1);
        }
        return probe;
    }

    private static boolean verdict(byte status) {
        if (status == IpcStatus.OK.number()) {
            return true;
        }
        if (status == IpcStatus.AUTHENTICATION_FAILED.number()) {
            throw refusal(IpcStatus.AUTHENTICATION_FAILED, "authentication: the server did not accept the proof");
        }
        throw refusal(IpcStatus.PROTOCOL_ERROR, "handshake: a verdict with status " + (status & 0xFF));
    }
}
