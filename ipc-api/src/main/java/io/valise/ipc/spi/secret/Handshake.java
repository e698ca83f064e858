package io.valise.ipc.spi.secret;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * One end of the handshake that opens a connection before its first frame. Both ends prove that they know a secret
 * which only their user can read; the secret itself never travels.
 *
 * <pre>
 *   client                                                              server
 *     HELLO      0 "VALISE"  6 version=1  7 zero  8 client nonce (32)      &rarr;  40 bytes
 *     CHALLENGE  0 "VALISE"  6 version=1  7 status
 *                8 server nonce (32)  40 server's proof (32)               &larr;  72 bytes, 8 when status is not 0
 *     PROOF      0 client's proof (32)                                     &rarr;  32 bytes
 *     VERDICT    0 status                                                  &larr;   1 byte
 *   proof = HMAC-SHA256(secret, label | client nonce | server nonce | context)
 *   label = "valise 1 server" or "valise 1 client", ASCII
 * </pre>
 *
 * A status is the wire number of an {@link IpcStatus}; 0 is good. The context is text that both ends know without
 * saying it: the endpoint's name and, where there are any, the connection's two addresses. These bind the proofs to this
 * very connection, so that a relay in between, which must use other addresses, carries proofs that do not fit. Where
 * there are none, what matters of what is said afterwards is {@link #seal sealed}, so that a relay cannot change it.
 *
 * <p>The server proves first: a process that took its port can send nothing that the client accepts, and hears no more
 * than a random number. What is answered to an unknown client, an HMAC of two nonces of which one is the server's own,
 * is of no use either: it fits no other connection (fresh nonces), nor the other role (labels). A first byte that is
 * not ours ends the handshake at once.
 *
 * <p>A state machine without I/O: bytes in, bytes out. It takes no byte beyond the handshake. Not thread-safe.
 */
public abstract sealed class Handshake permits ClientHandshake, ServerHandshake {
    /** The secret's length in bytes. */
    public static final int SECRET_BYTES = 32;

    /** The length of a {@link #seal} in bytes. */
    public static final int SEAL_BYTES = Proofs.PROOF_BYTES;

    /** The longest message of the handshake in bytes. */
    public static final int LONGEST_MESSAGE = 72;

    /** Room that suffices for what {@link #advance} writes: CHALLENGE, and VERDICT for a client that did not wait for it. */
    public static final int LONGEST_OUTPUT = LONGEST_MESSAGE + 1;

    /** The protocol version spoken here. */
    static final byte VERSION = 1;

    static final byte[] MAGIC = "VALISE".getBytes(StandardCharsets.US_ASCII);
    static final int HEADER_BYTES = 8;

    final Proofs proofs;
    private final ByteBuffer message = ByteBuffer.allocate(LONGEST_MESSAGE);
    private boolean complete;
    private boolean failed;

    Handshake(Proofs proofs, int firstMessage) {
        this.proofs = proofs;
        message.limit(firstMessage);
    }

    /** The client's end; see {@link ServerHandshake#ServerHandshake} for the parameters. */
    public static Handshake client(byte[] secret, String context) {
        return new ClientHandshake(new Proofs(secret, context), Proofs.nonce(), false);
    }

    /** The client's end of a handshake that is complete once the server has proved itself; then the client hangs up. */
    public static Handshake probe(byte[] secret, String context) {
        return new ClientHandshake(new Proofs(secret, context), Proofs.nonce(), true);
    }

    /**
     * The server's end.
     *
     * @param secret {@value #SECRET_BYTES} bytes
     * @param context what both ends know of this connection
     */
    public static Handshake server(byte[] secret, String context) {
        return new ServerHandshake(new Proofs(secret, context), Proofs.nonce());
    }

    /** Writes what this end says first, if anything. Called once, before {@link #advance}. */
    public abstract void begin(ByteBuffer out);

    /**
     * Goes on with bytes from the peer.
     *
     * @param in bytes as they arrived; what lies behind the handshake is left in it
     * @param out receives what must be sent to the peer, also when this throws; {@value #LONGEST_OUTPUT} bytes suffice
     * @return whether the handshake is complete and good
     * @throws IpcException {@code PROTOCOL_ERROR} when the peer speaks something else, {@code VERSION_MISMATCH},
     *     {@code AUTHENTICATION_FAILED}; nothing more can be done with this handshake then
     */
    public final boolean advance(ByteBuffer in, ByteBuffer out) {
        if (failed) {
            throw new IllegalStateException("this handshake has failed");
        }
        try {
            while (!complete && in.hasRemaining()) {
                take(in);
                complete = next(message, out);
            }
            return complete;
        } catch (IpcException e) {
            failed = true;
            throw e;
        }
    }

    /**
     * What shows that who knows the secret says something on this very connection: {@code HMAC-SHA256(secret, "valise 1
     * sealed" | client nonce | server nonce | context | 0 | message)}. Both ends compute the same once the handshake is
     * complete; only the server says it.
     *
     * @param said what is said; not consumed
     */
    public final byte[] seal(ByteBuffer said) {
        if (!complete) {
            throw new IllegalStateException("this handshake is not complete");
        }
        return proofs.ofMessage(clientNonce(), serverNonce(), said.duplicate());
    }

    /**
     * Checks what came with a {@link #seal}.
     *
     * @throws IpcException {@code AUTHENTICATION_FAILED} when it was not said so on this connection by who knows the secret
     */
    public final void checkSeal(ByteBuffer said, byte[] seal) {
        if (!Proofs.same(seal(said), seal)) {
            throw refusal(
                    IpcStatus.AUTHENTICATION_FAILED,
                    "authentication: what the server said was changed on its way: another process is in between");
        }
    }

    /** Whether the handshake is complete and good. */
    public final boolean isComplete() {
        return complete;
    }

    abstract byte[] clientNonce();

    abstract byte[] serverNonce();

    /**
     * Looks at the message as far as it has come; acts once it is whole, then {@link #expect}s the next.
     *
     * @return whether the handshake is complete
     */
    abstract boolean next(ByteBuffer sofar, ByteBuffer out);

    /** The next message has this many bytes; none of them has come. */
    final void expect(int bytes) {
        message.clear().limit(bytes);
    }

    /** The present message has this many bytes in all. */
    final void extend(int bytes) {
        message.limit(bytes);
    }

    /** Refuses, byte by byte, what is not our preface. */
    final void checkMagic() {
        for (int i = 0; i < Math.min(message.position(), MAGIC.length); i++) {
            if (message.get(i) != MAGIC[i]) {
                throw refusal(
                        IpcStatus.PROTOCOL_ERROR,
                        "handshake: expected \"VALISE\", actual byte " + i + "=0x"
                                + Integer.toHexString(message.get(i) & 0xFF) + ": the peer is no Valise program");
            }
        }
    }

    static IpcException refusal(IpcStatus status, String message) {
        return new IpcException(status, message, Delivery.NOT_SENT);
    }

    static void putHeader(ByteBuffer out, int last) {
        out.put(MAGIC).put(VERSION).put((byte) last);
    }

    final byte[] slice(int offset, int length) {
        byte[] bytes = new byte[length];
        message.get(offset, bytes);
        return bytes;
    }

    private void take(ByteBuffer in) {
        int count = Math.min(in.remaining(), message.remaining());
        message.put(message.position(), in, in.position(), count);
        message.position(message.position() + count);
        in.position(in.position() + count);
    }
}
