package io.valise.ipc.services.files;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.runtime.Digest;
import java.security.SecureRandom;
import java.util.Base64;

/** The text of tokens, and what is said of them. Stateless and thread-safe. */
final class Tokens {
    private static final int TOKEN_BYTES = 32;
    private static final int HASH_BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    private Tokens() {}

    /** A fresh token: 256 random bits as text that does not begin with a hyphen, as an option of a command would. */
    static String fresh() {
        byte[] random = new byte[TOKEN_BYTES];
        String token;
        do {
            RANDOM.nextBytes(random);
            token = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        } while (token.startsWith("-"));
        return token;
    }

    /** The hash of a token: 64 lower-case hexadecimal digits. */
    static String hash(String token) {
        return Digest.hex(token, HASH_BYTES);
    }

    /** Refuses one more than are allowed. */
    static void requireRoom(int outstanding) {
        if (outstanding >= SharedFiles.MOST_OUTSTANDING) {
            throw new IpcException(
                    IpcStatus.RESOURCE_EXHAUSTED,
                    "outstanding tokens: limit=" + SharedFiles.MOST_OUTSTANDING + ", actual=" + (outstanding + 1)
                            + "; revoke those that will not be redeemed");
        }
    }

    /** The one answer to who presents a token that cannot be redeemed. */
    static IpcException refusal() {
        return new IpcException(
                IpcStatus.ACCESS_DENIED,
                "token: unknown, redeemed, being redeemed, revoked or expired; ask for another");
    }
}
