package io.valise.ipc.internal.identity;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.runtime.Digest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Signatures as RFC 8032 has them, by the JDK. What is signed begins with its purpose, so that a signature made for one
 * is worth nothing for another: "valise " + purpose, a zero byte, the data. Stateless.
 */
public final class Ed25519 {
    /** The length of a public key on the wire and in files, in bytes. */
    public static final int KEY_BYTES = 32;

    /** The length of a signature, in bytes. */
    public static final int SIGNATURE_BYTES = 64;

    private static final String NAME = "Ed25519";
    /** What X.509 puts before the 32 bytes of a key (RFC 8410, section 4). */
    private static final byte[] X509_HEAD = HexFormat.of().parseHex("302a300506032b6570032100");

    private static final String DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";
    private static final int ID_CHARACTERS = 13;

    private Ed25519() {}

    /** A new pair of keys. */
    public static KeyPair generate() {
        try {
            return KeyPairGenerator.getInstance(NAME).generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw unsupported(e);
        }
    }

    /** Signs data for a purpose. */
    public static byte[] sign(PrivateKey key, String purpose, byte[] data) {
        try {
            Signature signature = Signature.getInstance(NAME);
            signature.initSign(key);
            signature.update(signed(purpose, data));
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw unsupported(e);
        }
    }

    /** Whether the owner of a key signed the data for the purpose; false, too, for a key or signature that is none. */
    public static boolean verify(PublicKey key, String purpose, byte[] data, byte[] claimed) {
        try {
            Signature signature = Signature.getInstance(NAME);
            signature.initVerify(key);
            signature.update(signed(purpose, data));
            return claimed.length == SIGNATURE_BYTES && signature.verify(claimed);
        } catch (InvalidKeyException | SignatureException forged) {
            return false;
        } catch (GeneralSecurityException e) {
            throw unsupported(e);
        }
    }

    private static byte[] signed(String purpose, byte[] data) {
        byte[] head = ("valise " + purpose + '\0').getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(head.length + data.length)
                .put(head)
                .put(data)
                .array();
    }

    /** The 32 bytes of a key. */
    public static byte[] raw(PublicKey key) {
        byte[] encoded = key.getEncoded();
        if (encoded == null || encoded.length != X509_HEAD.length + KEY_BYTES) {
            throw new IllegalArgumentException("expected an Ed25519 key, actual=" + key.getAlgorithm());
        }
        return Arrays.copyOfRange(encoded, X509_HEAD.length, encoded.length);
    }

    /**
     * The key of 32 bytes.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static PublicKey key(byte[] raw) {
        if (raw.length != KEY_BYTES) {
            throw new IllegalArgumentException("key: expected " + KEY_BYTES + " bytes, actual=" + raw.length);
        }
        byte[] encoded = ByteBuffer.allocate(X509_HEAD.length + KEY_BYTES)
                .put(X509_HEAD)
                .put(raw)
                .array();
        try {
            return KeyFactory.getInstance(NAME).generatePublic(new X509EncodedKeySpec(encoded));
        } catch (InvalidKeySpecException e) {
            throw new IllegalArgumentException("key: not a point of the curve", e);
        } catch (GeneralSecurityException e) {
            throw unsupported(e);
        }
    }

    /** The short name of a key: the {@link #shortHash} of its 32 bytes. */
    public static String idOf(PublicKey key) {
        return shortHash(raw(key));
    }

    /**
     * The first 64 bits of the SHA-256 of some bytes, and a zero bit, as 13 digits of Crockford's base 32 in lower case.
     * Windows makes the publisher's part of a package family name so.
     */
    public static String shortHash(byte[] bytes) {
        long bits = ByteBuffer.wrap(Digest.sha256().digest(bytes)).getLong();
        StringBuilder id = new StringBuilder(ID_CHARACTERS);
        for (int shift = 59; shift > 0; shift -= 5) {
            id.append(DIGITS.charAt((int) (bits >>> shift) & 31));
        }
        return id.append(DIGITS.charAt((int) (bits << 1) & 31)).toString();
    }

    private static IpcException unsupported(GeneralSecurityException e) {
        return new IpcException(
                IpcStatus.UNSUPPORTED,
                "this JVM's security providers cannot do " + NAME + ": " + e,
                Delivery.NOT_SENT,
                e);
    }
}
