package io.valise.ipc.internal.identity;

import io.valise.ipc.identity.AppIdentity;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What both ends of a connection sign: that they are these two, at this address, now. The nonces are fresh, so nothing
 * can be replayed; each role signs under a name of its own, so nothing can be reflected; the address is in it, so
 * nothing can be passed on to a server elsewhere. All parts have a fixed length or one before them: no two transcripts
 * make the same bytes.
 *
 * @param clientNonce {@value #NONCE_BYTES} bytes
 * @param serverNonce {@value #NONCE_BYTES} bytes
 * @param client who the client says it is
 * @param server who the server says it is; null for a server without an identity
 * @param address what both call the address, such as {@code pipe:quotes}
 */
@SuppressWarnings("ArrayRecordComponent") // two are never compared
public record Transcript(
        byte[] clientNonce,
        byte[] serverNonce,
        Claim client,
        @Nullable Claim server,
        String address) {
    /** The length of a nonce, in bytes. */
    public static final int NONCE_BYTES = 32;

    private static final String CLIENT = "hello client 1";
    private static final String SERVER = "hello server 1";
    private static final byte[] NO_KEY = new byte[Ed25519.KEY_BYTES];

    /** The bytes. */
    public byte[] bytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(clientNonce);
        bytes.writeBytes(serverNonce);
        bytes.writeBytes(client.key());
        bytes.writeBytes(server == null ? NO_KEY : server.key());
        text(bytes, client.application());
        text(bytes, server == null ? "" : server.application());
        text(bytes, address);
        return bytes.toByteArray();
    }

    private static void text(ByteArrayOutputStream bytes, String text) {
        byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
        bytes.write(ascii.length);
        bytes.writeBytes(ascii);
    }

    /** The client's signature. */
    public byte[] signedByClient(AppIdentity identity) {
        return IdentityAccess.sign(identity, CLIENT, bytes());
    }

    /** The server's signature. */
    public byte[] signedByServer(AppIdentity identity) {
        return IdentityAccess.sign(identity, SERVER, bytes());
    }

    /** Whether the client signed. */
    public boolean provesClient(byte[] signature) {
        return Ed25519.verify(Ed25519.key(client.key()), CLIENT, bytes(), signature);
    }

    /** Whether the server signed. */
    public boolean provesServer(byte[] signature) {
        return server != null && Ed25519.verify(Ed25519.key(server.key()), SERVER, bytes(), signature);
    }
}
