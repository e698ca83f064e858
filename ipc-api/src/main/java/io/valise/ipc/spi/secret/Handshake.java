package io.valise.ipc.spi.secret;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * One end of the handshake that opens a connection before its first frame, where the kernel does not know the peer's
 * user. Both ends prove that they know a secret which only their user can read; the secret itself is never sent.
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
 * A status is the wire number of an {@link IpcStatus}; 0 is success. The context is text that both ends know without
 * sending it: the endpoint's name and, where there are any, the connection's two addresses. These bind the proofs to
 * this connection: a relay must use other addresses, so that the proofs it carries do not match. Where there are no
 * addresses, the message that matters after the handshake is {@link #seal sealed}, so that a relay cannot change it.
 *
 * <p>The server proves first: a process that took its port can send nothing that the client accepts, and receives only
 * a random number. What an unknown client receives, an HMAC of two nonces of which one is the server's own, is of no
 * use either: it matches no other connection (fresh nonces) and not the other role (labels). The first wrong byte ends
 * the handshake.
 *
 * <p>A state machine without sockets and threads. It takes no byte beyond the handshake. Not thread-safe.
 */
public abstract sealed class Handshake permits ClientHandshake, ServerHandshake {
    /** The length of a {@link #seal} in bytes. */
    public static final int SEAL_BYTES = Proofs.PROOF_BYTES;

    /** The longest message of the handshake in bytes. */
    public static final int LONGEST_MESSAGE = 72;

    /** Sends the messages of a handshake to the peer. */
    @FunctionalInterface
    public interface Output {
        /**
         * Sends one message without blocking; the send buffer of a new connection has room for all of them.
         *
         * @throws IpcException {@code PEER_DIED} when it cannot be sent; an output may also drop the message, when the
         *     end of the connection will be seen by reading
         */
        void send(ByteBuffer message);
    }

    /** The protocol version of this class. */
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

    /**
     * The client's end.
     *
     * @param context what both ends know of this connection
     */
    public static Handshake client(Secret secret, String context) {
        return new ClientHandshake(new Proofs(secret, context), Proofs.nonce(), false);
    }

    /** The client's end of a handshake that is complete when the server's proof is right; the client sends none. */
    public static Handshake probe(Secret secret, String context) {
        return new ClientHandshake(new Proofs(secret, context), Proofs.nonce(), true);
    }

    /** The server's end; a {@link ConnectionAuthenticator} limits it. */
    public static Handshake server(Secret secret, String context) {
        return new ServerHandshake(new Proofs(secret, context), Proofs.nonce());
    }

    /** Sends the first message, if this end has it. Called once, before {@link #advance}. */
    public abstract void begin(Output out);

    /**
     * Takes bytes from the peer.
     *
     * @param in bytes as they arrived; those behind the handshake are left in it
     * @param out receives the messages to send, also one that tells the peer of a failure
     * @return whether the handshake is complete: both ends know the secret
     * @throws IpcException {@code PROTOCOL_ERROR} when the peer speaks another protocol, {@code VERSION_MISMATCH},
     *     {@code AUTHENTICATION_FAILED}, or what {@code out} throws; this handshake has ended then, as it has when
     *     anything else is thrown
     */
    public final boolean advance(ByteBuffer in, Output out) {
        if (failed) {
            throw new IllegalStateException("this handshake has failed");
        }
        failed = true; // unless all of it succeeds
        while (!complete && in.hasRemaining()) {
            take(in);
            complete = next(message, out);
        }
        failed = false;
        return complete;
    }

    /**
     * The proof that a process that knows the secret sends a message on this connection: {@code HMAC-SHA256(secret,
     * "valise 1 sealed" | client nonce | server nonce | context | 0 | message)}. Both ends compute the same once the
     * handshake is complete; only the server sends it.
     *
     * @param message not consumed
     */
    public final byte[] seal(ByteBuffer message) {
        if (!complete) {
            throw new IllegalStateException("this handshake is not complete");
        }
        return proofs.ofMessage(clientNonce(), serverNonce(), message.duplicate());
    }

    /**
     * Checks a message that came with a {@link #seal}.
     *
     * @throws IpcException {@code AUTHENTICATION_FAILED} when the seal is not that of this message on this connection
     */
    public final void checkSeal(ByteBuffer message, byte[] seal) {
        if (!Proofs.same(seal(message), seal)) {
            throw refusal(
                    IpcStatus.AUTHENTICATION_FAILED,
                    "authentication: the server's message was changed on its way: another process is in between");
        }
    }

    /** Whether both ends know the secret. */
    public final boolean isComplete() {
        return complete;
    }

    abstract byte[] clientNonce();

    abstract byte[] serverNonce();

    /**
     * Checks the message as far as it has arrived; acts once it is whole, then {@link #expect}s the next.
     *
     * @return whether the handshake is complete
     */
    abstract boolean next(ByteBuffer sofar, Output out);

    /** The next message has this many bytes; none of them has arrived. */
    final void expect(int bytes) {
        message.clear().limit(bytes);
    }

    /** The present message has this many bytes in all. */
    final void extend(int bytes) {
        message.limit(bytes);
    }

    /** Refuses a message that begins otherwise, at its first wrong byte. */
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

    /** The failure of a connection that the peer has closed. */
    public static EOFException hungUp() {
        return new EOFException("the peer hung up");
    }

    /** The exception for a handshake whose connection broke: {@code PEER_DIED}. */
    public static IpcException broken(IOException why) {
        return new IpcException(
                IpcStatus.PEER_DIED, "handshake: broken off: " + why.getMessage(), Delivery.NOT_SENT, why);
    }

    static IpcException refusal(IpcStatus status, String message) {
        return new IpcException(status, message, Delivery.NOT_SENT);
    }

    /** A message of this many bytes, its header written. */
    static ByteBuffer header(int bytes, int last) {
        return ByteBuffer.allocate(bytes).put(MAGIC).put(VERSION).put((byte) last);
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
