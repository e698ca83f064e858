package io.valise.ipc.internal.identity;

import io.valise.ipc.ValueSet;
import java.security.SecureRandom;
import java.util.Optional;

/** Random bytes that make each greeting different from all others. */
public final class Nonces {
    /** The wire name. */
    public static final String KEY = "nonce";

    private Nonces() {}

    /** A new one. */
    public static byte[] fresh() {
        byte[] nonce = new byte[Transcript.NONCE_BYTES];
        Holder.RANDOM.nextBytes(nonce);
        return nonce;
    }

    /** The one in a greeting; empty when there is none of the right length. */
    public static Optional<byte[]> in(ValueSet values) {
        return values.find(KEY).orElse(null) instanceof byte[] nonce && nonce.length == Transcript.NONCE_BYTES
                ? Optional.of(nonce)
                : Optional.empty();
    }

    /** Made when an identity is used, not when a session is. */
    private static final class Holder {
        static final SecureRandom RANDOM = new SecureRandom();
    }
}
