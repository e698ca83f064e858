package io.valise.ipc.spi.secret;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * What both ends compute of the secret, their nonces and the connection: HMAC-SHA256 (RFC 2104, FIPS 180-4). The label
 * of the role comes first, so that no proof of one role is ever one of the other. Immutable.
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
    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] secret;
    private final String context;

    /** @param secret {@value Handshake#SECRET_BYTES} bytes */
    Proofs(byte[] secret, String context) {
        if (secret.length != Handshake.SECRET_BYTES) {
            throw new IllegalArgumentException(
                    "secret: expected " + Handshake.SECRET_BYTES + " bytes, actual=" + secret.length);
        }
        this.secret = secret.clone();
        this.context = context;
    }

    static byte[] nonce() {
        byte[] nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        return nonce;
    }

    byte[] ofServer(byte[] clientNonce, byte[] serverNonce) {
        return compute("valise 1 server", clientNonce, serverNonce, NO_MESSAGE);
    }

    byte[] ofClient(byte[] clientNonce, byte[] serverNonce) {
        return compute("valise 1 client", clientNonce, serverNonce, NO_MESSAGE);
    }

    byte[] ofMessage(byte[] clientNonce, byte[] serverNonce, ByteBuffer message) {
        // A zero byte ends the context, which has none: no two pairs of context and message make the same bytes.
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
        MessageDigest sha = sha256();
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
        byte[] pad = Arrays.copyOf(secret, BLOCK_BYTES);
        for (int i = 0; i < BLOCK_BYTES; i++) {
            pad[i] ^= (byte) value;
        }
        return pad;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is missing, which every Java platform must have", e);
        }
    }
}
