package io.valise.ipc.sharedmem;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.sharedmem.layout.SegmentLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The three messages by which client and server agree on a segment; numbers are big-endian.
 *
 * <pre>
 *   hello  client -> server   "VALISESHM"  byte version  long pid
 *   offer  server -> client   "VALISESHM"  byte version  byte status  long pid  int ringBytes  short n  n bytes UTF-8
 *                             status 0: the text is the segment's path; else an IpcStatus and what went wrong
 *   ack    client -> server   byte 'A'     the client has mapped the segment: the server removes its file, if it can
 * </pre>
 *
 * Where the kernel does not know the peer's user, they follow the {@link io.valise.ipc.spi.secret.Handshake}, and its seal is behind
 * the offer.
 */
final class NegotiationMessages {
    static final int HELLO_BYTES = 18;
    static final byte ACK = 'A';
    static final byte VERSION = 1;

    private static final byte[] MAGIC = "VALISESHM".getBytes(StandardCharsets.US_ASCII);
    private static final int OFFER_HEADER = 25;
    private static final int MAX_TEXT = 4096;

    /** What the server answers. */
    record Offer(IpcStatus status, long pid, int ringBytes, String text) {}

    private NegotiationMessages() {}

    static ByteBuffer hello(long pid) {
        return ByteBuffer.allocate(HELLO_BYTES)
                .put(MAGIC)
                .put(VERSION)
                .putLong(pid)
                .flip();
    }

    static ByteBuffer ack() {
        return ByteBuffer.wrap(new byte[] {ACK});
    }

    static ByteBuffer offer(long pid, SegmentLayout layout, Path segment) {
        return encode(new Offer(IpcStatus.OK, pid, layout.ringBytes(), segment.toString()));
    }

    static ByteBuffer refusal(long pid, IpcException reason) {
        return encode(new Offer(reason.status(), pid, 0, reason.reason()));
    }

    /**
     * Reads a hello.
     *
     * @param bytes all that has arrived; consumed if whole
     * @return the client's process id, or null when more must arrive
     * @throws IpcException {@code PROTOCOL_ERROR}, {@code VERSION_MISMATCH}
     */
    static @Nullable Long readHello(ByteBuffer bytes) {
        checkMagic(bytes);
        if (bytes.remaining() < HELLO_BYTES) {
            return null;
        }
        bytes.position(bytes.position() + MAGIC.length);
        checkVersion(bytes.get());
        return bytes.getLong();
    }

    /**
     * Reads an offer.
     *
     * @param bytes all that has arrived; consumed if whole
     * @return null when more must arrive
     * @throws IpcException {@code PROTOCOL_ERROR}, {@code VERSION_MISMATCH}
     */
    static @Nullable Offer readOffer(ByteBuffer bytes) {
        checkMagic(bytes);
        if (bytes.remaining() < OFFER_HEADER) {
            return null;
        }
        int start = bytes.position();
        int length = bytes.getShort(start + OFFER_HEADER - Short.BYTES);
        if (length < 0 || length > MAX_TEXT) {
            throw wrong("shm negotiation text: limit=0.." + MAX_TEXT + " bytes, actual=" + length);
        }
        if (bytes.remaining() < OFFER_HEADER + length) {
            return null;
        }
        checkVersion(bytes.position(start + MAGIC.length).get());
        IpcStatus status = IpcStatus.ofNumber(bytes.get());
        long pid = bytes.getLong();
        int ringBytes = bytes.getInt();
        byte[] text = new byte[bytes.getShort()];
        bytes.get(text);
        return new Offer(status, pid, ringBytes, new String(text, StandardCharsets.UTF_8));
    }

    private static ByteBuffer encode(Offer offer) {
        byte[] all = offer.text().getBytes(StandardCharsets.UTF_8);
        byte[] text = all.length <= MAX_TEXT ? all : Arrays.copyOf(all, MAX_TEXT);
        return ByteBuffer.allocate(OFFER_HEADER + text.length)
                .put(MAGIC)
                .put(VERSION)
                .put((byte) offer.status().number())
                .putLong(offer.pid())
                .putInt(offer.ringBytes())
                .putShort((short) text.length)
                .put(text)
                .flip();
    }

    /** Refuses wrong bytes as soon as the first of them has arrived. */
    private static void checkMagic(ByteBuffer bytes) {
        for (int i = 0; i < MAGIC.length && i < bytes.remaining(); i++) {
            byte actual = bytes.get(bytes.position() + i);
            if (actual != MAGIC[i]) {
                throw wrong("shm negotiation byte " + i + ": limit=" + MAGIC[i] + ", actual=" + actual
                        + "; what answers is not Valise");
            }
        }
    }

    private static void checkVersion(byte actual) {
        if (actual != VERSION) {
            throw new IpcException(
                    IpcStatus.VERSION_MISMATCH,
                    "shm negotiation version: limit=" + VERSION + ", actual=" + actual
                            + "; use the same Valise at both ends",
                    Delivery.NOT_SENT);
        }
    }

    private static IpcException wrong(String message) {
        return new IpcException(IpcStatus.PROTOCOL_ERROR, message, Delivery.NOT_SENT);
    }
}
