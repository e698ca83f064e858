package io.valise.ipc.internal.frame;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.codec.ValueSetEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A frame to be sent, laid out as {@link Frames} says when it is written. Used by one thread. */
public final class OutFrame {
    private final byte kind;
    private final long id;
    private int flags;
    private int status;
    private int numberLength;

    /** Follows the header: the nanoseconds that a request has left, the credit of a stream, what a greeting begins with. */
    private long number;

    private @Nullable String name;
    private @Nullable ValueSet metadata;
    private @Nullable ValueSet message;
    private byte @Nullable [] text;

    private OutFrame(byte kind, long id) {
        this.kind = kind;
        this.id = id;
    }

    public static OutFrame request(
            long id, long remainingNanos, String name, @Nullable ValueSet metadata, ValueSet message) {
        OutFrame frame = new OutFrame(Frames.REQUEST, id);
        frame.name = name;
        frame.message = requireNonNull(message, "message");
        frame.number = remainingNanos;
        frame.numberLength = Long.BYTES;
        frame.flags = Frames.FLAG_DEADLINE;
        if (metadata != null) {
            frame.metadata = metadata;
            frame.flags |= Frames.FLAG_METADATA;
        }
        return frame;
    }

    public static OutFrame streamOpen(
            long id, long credit, String name, @Nullable ValueSet metadata, ValueSet message) {
        OutFrame frame = new OutFrame(Frames.STREAM_OPEN, id);
        frame.name = name;
        frame.message = requireNonNull(message, "message");
        frame.number = credit;
        frame.numberLength = Long.BYTES;
        if (metadata != null) {
            frame.metadata = metadata;
            frame.flags = Frames.FLAG_METADATA;
        }
        return frame;
    }

    public static OutFrame event(String name, ValueSet message) {
        OutFrame frame = new OutFrame(Frames.EVENT, 0);
        frame.name = name;
        frame.message = requireNonNull(message, "message");
        return frame;
    }

    /** RESPONSE, STREAM_ITEM, CHALLENGE or PROOF. */
    public static OutFrame message(byte kind, long id, ValueSet message) {
        OutFrame frame = new OutFrame(kind, id);
        frame.message = requireNonNull(message, "message");
        return frame;
    }

    /** STREAM_END or CANCEL. */
    public static OutFrame signal(byte kind, long id, IpcStatus status) {
        OutFrame frame = new OutFrame(kind, id);
        frame.status = status.number();
        return frame;
    }

    public static OutFrame credit(long id, long more) {
        OutFrame frame = new OutFrame(Frames.CREDIT, id);
        frame.number = more;
        frame.numberLength = Long.BYTES;
        return frame;
    }

    /** ERROR or GOAWAY. */
    public static OutFrame text(byte kind, long id, int flags, IpcStatus status, String text) {
        OutFrame frame = new OutFrame(kind, id);
        frame.flags = flags;
        frame.status = status.number();
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        frame.text = utf8.length <= Frames.MAX_TEXT_BYTES ? utf8 : Arrays.copyOf(utf8, Frames.MAX_TEXT_BYTES);
        return frame;
    }

    public static OutFrame hello(long id, ValueSet about) {
        OutFrame frame = message(Frames.HELLO, id, about);
        frame.number = (long) Frames.MAGIC << 32 | Frames.VERSION << 16 | Frames.VERSION;
        frame.numberLength = Long.BYTES;
        return frame;
    }

    public static OutFrame welcome(long id, int version, ValueSet about) {
        OutFrame frame = message(Frames.WELCOME, id, about);
        frame.number = version;
        frame.numberLength = Short.BYTES;
        return frame;
    }

    public long id() {
        return id;
    }

    /** At least as many bytes as {@link #write} will write. */
    public long bound() {
        long bound = (long) Frames.HEADER_BYTES + numberLength;
        if (name != null) {
            bound += 1 + 3L * name.length();
        }
        if (metadata != null) {
            bound += ValueSetEncoder.sizeBound(metadata);
        }
        if (message != null) {
            bound += ValueSetEncoder.sizeBound(message);
        }
        return text == null ? bound : bound + text.length;
    }

    /** Writes the frame at the buffer's position. */
    public void write(ByteBuffer out) {
        out.putInt(kind << 24 | flags << 16 | status).putLong(id);
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
        if (message != null) {
            ValueSetEncoder.encode(message, out);
        }
        if (text != null) {
            out.put(text);
        }
    }
}
