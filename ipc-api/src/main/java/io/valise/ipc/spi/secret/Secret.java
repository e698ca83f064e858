package io.valise.ipc.spi.secret;

import java.security.SecureRandom;
import java.util.HexFormat;

/** What the processes of one user know of a server: {@value Handshake#SECRET_BYTES} random bytes. Immutable. */
public final class Secret {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] bytes;

    private Secret(byte[] bytes) {
        this.bytes = bytes;
    }

    /** A new one, as each server makes at each start. */
    public static Secret fresh() {
        byte[] bytes = new byte[Handshake.SECRET_BYTES];
        RANDOM.nextBytes(bytes);
        return new Secret(bytes);
    }

    /**
     * The one with these hexadecimal digits.
     *
     * @throws IllegalArgumentException when they are none, or not of {@value Handshake#SECRET_BYTES} bytes; what they are
     *     is not said
     */
    public static Secret ofDigits(String digits) {
        byte[] bytes = parse(digits);
        if (bytes.length != Handshake.SECRET_BYTES) {
            throw new IllegalArgumentException(
                    "secret: expected " + Handshake.SECRET_BYTES + " bytes, actual=" + bytes.length);
        }
        return new Secret(bytes);
    }

    private static byte[] parse(String digits) {
        try {
            return HexFormat.of().parseHex(digits);
        } catch (IllegalArgumentException e) {
            // Without the cause, whose message quotes the text.
            throw new IllegalArgumentException("secret: expected hexadecimal digits");
        }
    }

    /** As hexadecimal digits, for a file that only the user can read. */
    public String digits() {
        return HexFormat.of().formatHex(bytes);
    }

    /** Its bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** Not the secret: this text may be logged. */
    @Override
    public String toString() {
        return "Secret[not shown]";
    }
}
