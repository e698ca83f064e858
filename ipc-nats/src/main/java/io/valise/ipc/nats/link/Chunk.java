package io.valise.ipc.nats.link;

import io.valise.ipc.IpcStatus;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One message of a link: a head of {@value #HEAD} bytes, big-endian, and what belongs to its kind. The table is in {@code
 * docs/protocol.md}.
 *
 * @param kind what it is for
 * @param creditEpoch to which credit {@code limit} belongs: the {@code epoch} of the peer that it is granted to
 * @param epoch of the sender's own credit
 * @param offset how many bytes the sender has sent before this
 * @param limit up to which offset the peer may send
 * @param body what belongs to the kind
 */
record Chunk(Kind kind, byte creditEpoch, byte epoch, long offset, long limit, ByteBuffer body) {
    static final int HEAD = 20;

    private static final byte VERSION = 1;
    private static final int MOST_REASON = 300;

    /** What a chunk is for. */
    enum Kind {
        /** Bytes. */
        DATA(0),
        /** More credit, and nothing else. */
        GRANT(1),
        /** The sender gives the credit back that it has not used. */
        RETURN(2),
        /** The sender has closed; nothing follows. */
        END(3),
        /** The sender cannot go on: a status in one byte, and why. */
        RESET(4),
        /** A client asks for a link. */
        OPEN(5),
        /** A server answers that. */
        OPENED(6);

        private final byte number;

        Kind(int number) {
            this.number = (byte) number;
        }

        private static final Kind[] ALL = values(); // in the order of their numbers

        static @Nullable Kind of(byte number) {
            return number >= 0 && number < ALL.length ? ALL[number] : null;
        }
    }

    /** The head, and room for so many bytes behind it. */
    static byte[] head(Kind kind, byte creditEpoch, byte epoch, long offset, long limit, int length) {
        byte[] bytes = new byte[HEAD + length];
        ByteBuffer.wrap(bytes)
                .put(VERSION)
                .put(kind.number)
                .put(creditEpoch)
                .put(epoch)
                .putLong(offset)
                .putLong(limit);
        return bytes;
    }

    /** Reads one; null when it is none. */
    static @Nullable Chunk of(byte[] data) {
        Kind kind = data.length < HEAD || data[0] != VERSION ? null : Kind.of(data[1]);
        if (kind == null) {
            return null;
        }
        ByteBuffer bytes = ByteBuffer.wrap(data);
        Chunk chunk = new Chunk(
                kind, data[2], data[3], bytes.getLong(4), bytes.getLong(12), bytes.slice(HEAD, data.length - HEAD));
        return chunk.offset() < 0 || chunk.limit() < 0 ? null : chunk;
    }

    /** A refusal of a link that the sender does not have, or cannot go on with. */
    static byte[] reset(IpcStatus status, String why) {
        byte[] text = why.substring(0, Math.min(MOST_REASON, why.length())).getBytes(StandardCharsets.UTF_8);
        byte[] bytes = head(Kind.RESET, (byte) 0, (byte) 0, 0, 0, text.length + 1);
        bytes[HEAD] = (byte) status.number();
        System.arraycopy(text, 0, bytes, HEAD + 1, text.length);
        return bytes;
    }

    /** Why the peer cannot go on. */
    String reason() {
        return body.remaining() < 1
                ? "no reason given"
                : StandardCharsets.UTF_8
                        .decode(body.slice(1, Math.min(MOST_REASON * 3, body.remaining() - 1)))
                        .toString();
    }
}
