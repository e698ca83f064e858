package io.valise.ipc.spi.secret;

import io.valise.ipc.spi.runtime.Digest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * What both ends compute from the secret, their nonces and the context: HMAC-SHA256 (RFC 2104, FIPS 180-4). The label
 * of the role comes first, so that a proof of one role is never one of the other. Immutable.
 *
 * <p>The two rounds of HMAC are done here: {@code javax.crypto} would take 20 ms of a fresh JVM's first connect to load
 * and verify its providers. The tests compare with it.
 */
final class Proofs {
    static final int NONCE_BYTES = 32;
    static final int PROOF_BYTES = 32;

    private static final ByteBuffer NO_MESSAGE = ByteBuffer.allocate(0);
    private static final int BLOCK_BYTES = 64;
    private static final int INNER = 0x36;
    private static final int OUTER = 0x5c;

    private final Secret secret;
    private final String context;

    Proofs(Secret secret, String context) {
        this.secret = secret;
        this.context = context;
    }

    static byte[] nonce() {
        return Secret.random(NONCE_BYTES);
    }

    byte[] ofServer(byte[] clientNonce, byte[] serverNonce) {
        return compute("valise 1 server", clientNonce, serverNonce, NO_MESSAGE);
    }

    byte[] ofClient(byte[] clientNonce, byte[] serverNonce) {
        return compute("valise 1 client", clientNonce, serverNonce, NO_MESSAGE);
    }

    byte[] ofMessage(byte[] clientNonce, byte[] serverNonce, ByteBuffer message) {
        // A zero byte ends the context, which contains none: no two pairs of context and message make the same bytes.
        ByteBuffer tail = ByteBuffer.allocate(1 + message.remaining());
        return compute(
                "valise 1 sealed",
                clientNonce,
                serverNonce,
                tail.put((byte) 0).put(message).flip());
    }

    /** Compares in a time that does not depend on where the two differ. */
    static boolean same(byte[] expected, byte[] actual) {
        return MessageDigest.isEqual(expected, actual);
    }

    private byte[] compute(String label, byte[] clientNonce, byte[] serverNonce, ByteBuffer message) {
        MessageDigest sha = Digest.sha256();
        sha.update(pad(INNER));
        // All but context and message have a fixed length: no two inputs make the same bytes.
        sha.update(label.getBytes(StandardCharsets.US_ASCII));
        sha.update(clientNonce);
        sha.update(serverNonce);
        sha.update(context.getBytes(StandardCharsets.UTF_8));
        sha.update(message);
        byte[] inner = sha.digest();
        sha.update(pad(OUTER));
        return sha.digest(inner);
    }

    private byte[] pad(int value) {
        byte[] pad = secret.padded(BLOCK_BYTES);
        for (int i = 0; i < BLOCK_BYTES; i++) {
            pad[i] ^= (byte) value;
        }
        return pad;
    }
}
