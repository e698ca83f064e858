package io.valise.ipc.loopback.auth;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What both ends compute of the secret, their nonces and the connection: HMAC-SHA256 (RFC 2104, FIPS 180-4). The label
 * of the role comes first, so that no proof of one role is ever one of the other. Immutable.
 */
final class Proofs {
    static final int NONCE_BYTES = 32;
    static final int PROOF_BYTES = 32;

    private static final String ALGORITHM = "HmacSHA256";
    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] secret;
    private final String context;

    Proofs(byte[] secret, String context) {
        this.secret = secret.clone();
        this.context = context;
    }

    static byte[] nonce() {
        byte[] nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        return nonce;
    }

    byte[] ofServer(byte[] clientNonce, byte[] serverNonce) {
        return compute("valise 1 server", clientNonce, serverNonce);
    }

    byte[] ofClient(byte[] clientNonce, byte[] serverNonce) {
        return compute("valise 1 client", clientNonce, serverNonce);
    }

    /** Compares in a time that does not depend on where the two differ. */
    static boolean same(byte[] expected, byte[] actual) {
        return MessageDigest.isEqual(expected, actual);
    }

    private byte[] compute(String label, byte[] clientNonce, byte[] serverNonce) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret, ALGORITHM));
            // All but the context have a fixed length: no two inputs make the same bytes.
            mac.update(label.getBytes(StandardCharsets.US_ASCII));
            mac.update(clientNonce);
            mac.update(serverNonce);
            return mac.doFinal(context.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(ALGORITHM + " is missing, which every Java platform must have", e);
        }
    }
}
