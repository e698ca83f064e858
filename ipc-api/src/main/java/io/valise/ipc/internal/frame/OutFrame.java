package io.valise.ipc.internal.frame;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.encode.ValueSetEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A frame to be sent, of any kind. */
public final class OutFrame implements Sendable {
    /** The first word of the header: kind, flags and status. */
    private final int head;

    private final long id;

    /** Follows the header: the nanoseconds that a request has left, the credit of a stream, what a greeting begins with. */
    private final long number;

    private final int numberLength;
    private final @Nullable String name;
    private final @Nullable ValueSet metadata;

    /** A value set, a text in UTF-8, or nothing. */
    private final @Nullable Object body;

    private OutFrame(
            int head,
            long id,
            int numberLength,
            long number,
            @Nullable String name,
            @Nullable ValueSet metadata,
            @Nullable Object body) {
        this.head = head;
        this.id = id;
        this.numberLength = numberLength;
        this.number = number;
        this.name = name;
        this.metadata = metadata;
        this.body = body;
    }

    /** Of a frame whose status is OK, which is 0. */
    private static int head(byte kind, int flags) {
        return kind << 24 | flags << 16;
    }

    private static int head(byte kind, int flags, IpcStatus status) {
        return head(kind, flags) | status.number();
    }

    private static OutFrame plain(int head, long id, @Nullable Object body) {
        return new OutFrame(head, id, 0, 0, null, null, body);
    }

    private static OutFrame numbered(byte kind, long id, int length, long number, @Nullable ValueSet about) {
        return new OutFrame(head(kind, 0), id, length, number, null, null, about);
    }

    private static OutFrame call(
            byte kind, int flags, long id, long number, String name, @Nullable ValueSet metadata, ValueSet message) {
        int all = metadata == null ? flags : flags | Frames.FLAG_METADATA;
        int head = head(kind, all);
        return new OutFrame(head, id, Long.BYTES, number, name, metadata, requireNonNull(message, "message"));
    }

    public static OutFrame request(
            long id, long remainingNanos, String name, @Nullable ValueSet metadata, ValueSet message) {
        return call(Frames.REQUEST, Frames.FLAG_DEADLINE, id, remainingNanos, name, metadata, message);
    }

    public static OutFrame streamOpen(
            long id, long credit, String name, @Nullable ValueSet metadata, ValueSet message) {
        return call(Frames.STREAM_OPEN, 0, id, credit, name, metadata, message);
    }

    public static OutFrame event(String name, ValueSet message) {
        int head = head(Frames.EVENT, 0);
        return new OutFrame(head, 0, 0, 0, name, null, requireNonNull(message, "message"));
    }

    /** STREAM_ITEM, CHALLENGE or PROOF; a RESPONSE, where it is not written by {@link #writeResponse}. */
    public static OutFrame message(byte kind, long id, ValueSet message) {
        return plain(head(kind, 0), id, requireNonNull(message, "message"));
    }

    /** What travels beside the RESPONSE that follows it. */
    public static OutFrame replyMetadata(long id, ValueSet metadata) {
        return plain(head(Frames.REPLY_METADATA, Frames.FLAG_OPTIONAL), id, metadata);
    }

    /** STREAM_END or CANCEL. */
    public static OutFrame signal(byte kind, long id, IpcStatus status) {
        return plain(head(kind, 0, status), id, null);
    }

    public static OutFrame credit(long id, long more) {
        return numbered(Frames.CREDIT, id, Long.BYTES, more, null);
    }

    /** ERROR or GOAWAY. */
    public static OutFrame text(byte kind, long id, int flags, IpcStatus status, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        byte[] shown = utf8.length <= Frames.MAX_TEXT_BYTES ? utf8 : Arrays.copyOf(utf8, Frames.MAX_TEXT_BYTES);
        return plain(head(kind, flags, status), id, shown);
    }

    /**
     * GOAWAY.
     *
     * @param taken how many calls of the receiver the sender has taken or may take; 0 where the version does not count
     */
    public static OutFrame goaway(long taken, int flags, IpcStatus status, String text) {
        return text(Frames.GOAWAY, taken, flags, status, text);
    }

    public static OutFrame hello(long id, ValueSet about) {
        long opening = (long) Frames.MAGIC << 32 | Frames.LOWEST_VERSION << 16 | Frames.VERSION;
        return numbered(Frames.HELLO, id, Long.BYTES, opening, about);
    }

    public static OutFrame welcome(long id, int version, ValueSet about) {
        return numbered(Frames.WELCOME, id, Short.BYTES, version, about);
    }

    /** As {@link #bound}, of the RESPONSE with this reply. */
    public static long responseBound(ValueSet reply) {
        return Frames.HEADER_BYTES + ValueSetEncoder.sizeBound(reply);
    }

    /** Writes a RESPONSE: a reply is sent often, and not worth an object that lives for one call. */
    public static void writeResponse(long id, ValueSet reply, ByteBuffer out) {
        out.putInt(head(Frames.RESPONSE, 0)).putLong(id);
        ValueSetEncoder.encode(reply, out);
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public long bound() {
        long bound = (long) Frames.HEADER_BYTES + numberLength;
        if (name != null) {
            bound += 1 + 3L * name.length();
        }
        if (metadata != null) {
            bound += ValueSetEncoder.sizeBound(metadata);
        }
        if (body instanceof ValueSet message) {
            bound += ValueSetEncoder.sizeBound(message);
        } else if (body instanceof byte[] text) {
            bound += text.length;
        }
        return bound;
    }

    @Override
    public void write(ByteBuffer out) {
        out.putInt(head).putLong(id);
        if (numberLength == Long.BYTES) {
            out.putLong(number);
        } else if (numberLength == Short.BYTES) {
            out.putShort((short) number);
        }
        writeBody(out);
    }

    private void writeBody(ByteBuffer out) {
        if (name != null) {
            Names.write(name, out);
        }
        if (metadata != null) {
            ValueSetEncoder.encode(metadata, out);
        }
        if (body instanceof ValueSet message) {
            ValueSetEncoder.encode(message, out);
        } else if (body instanceof byte[] text) {
            out.put(text);
        }
    }
}
