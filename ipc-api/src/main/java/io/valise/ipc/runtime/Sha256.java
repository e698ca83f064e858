package io.valise.ipc.runtime;

import io.valise.ipc.spi.runtime.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.Base64;

/** Checksums as manifests of jars have them. Stateless. */
final class Sha256 {
    private static final int BUFFER = 1 << 16;

    private Sha256() {}

    /**
     * Copies a stream to its end.
     *
     * @param most the most bytes to copy
     * @return the SHA-256 of what was copied, in Base64
     * @throws DamageException when there are more bytes
     */
    static String copy(InputStream in, OutputStream out, long most) throws IOException {
        MessageDigest digest = Digest.sha256();
        byte[] buffer = new byte[BUFFER];
        long copied = 0;
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            copied += count;
            if (copied > most) {
                throw new DamageException(
                        "all jars together are too long, by more than the limit leaves here=" + most + " bytes");
            }
            digest.update(buffer, 0, count);
            out.write(buffer, 0, count);
        }
        return Base64.getEncoder().encodeToString(digest.digest());
    }

    /** The SHA-256 of a stream, in Base64. */
    static String of(InputStream in) throws IOException {
        return copy(in, OutputStream.nullOutputStream(), Long.MAX_VALUE);
    }
}
