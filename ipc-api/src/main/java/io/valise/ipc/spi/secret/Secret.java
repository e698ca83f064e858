package io.valise.ipc.spi.secret;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;

/** What the processes of one user know of a server: {@value #BYTES} random bytes. Immutable. */
public final class Secret {
    /** The length in bytes. */
    public static final int BYTES = 32;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] bytes;

    private Secret(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("secret: expected " + BYTES + " bytes, actual=" + bytes.length);
        }
        this.bytes = bytes;
    }

    /** A new one, as each server makes at each start. */
    public static Secret fresh() {
        return new Secret(random(BYTES));
    }

    /**
     * The one with these bytes.
     *
     * @throws IllegalArgumentException when there are not {@value #BYTES} of them
     */
    public static Secret of(byte[] bytes) {
        return new Secret(bytes.clone());
    }

    /**
     * The one with these hexadecimal digits.
     *
     * @throws IllegalArgumentException when they are not the digits of {@value #BYTES} bytes; the message does not
     *     quote them
     */
    public static Secret ofDigits(String digits) {
        try {
            return new Secret(HexFormat.of().parseHex(digits));
        } catch (IllegalArgumentException e) {
            // Without the cause, whose message may quote the text.
            throw new IllegalArgumentException("secret: expected " + 2 * BYTES + " hexadecimal digits");
        }
    }

    /** As hexadecimal digits, for a file that only the user can read. */
    public String digits() {
        return HexFormat.of().formatHex(bytes);
    }

    /** The bytes, and zeros behind them. */
    byte[] padded(int length) {
        return Arrays.copyOf(bytes, length);
    }

    static byte[] random(int length) {
        byte[] bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    /** Compares in a time that does not depend on where the two differ. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Secret secret && MessageDigest.isEqual(bytes, secret.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Not the secret: this text may be logged. */
    @Override
    public String toString() {
        return "Secret[not shown]";
    }
}
