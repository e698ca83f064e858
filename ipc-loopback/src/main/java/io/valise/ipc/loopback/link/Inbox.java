package io.valise.ipc.loopback.link;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.Link;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The receiving half of a link: bytes become frames.
 *
 * <pre>
 *   0 length, big-endian (4)   4 frame (length)
 * </pre>
 *
 * One thread at a time, but for {@link #hasFrame} and {@link #close}.
 */
final class Inbox {
    private static final int LENGTH_BYTES = 4;

    private final SocketChannel channel;
    // Taken while a thread is inside, and for good by close(): who takes it last gives the buffer back.
    private final AtomicBoolean busy = new AtomicBoolean();
    private volatile boolean closed;
    private volatile boolean frameWaits;
    private volatile boolean ended;

    // Between position and limit: what arrived and was not delivered.
    private @Nullable ByteBuffer buffer;
    private boolean filled;
    private @Nullable IpcException failure;

    Inbox(SocketChannel channel, ByteBuffer surplus) {
        this.channel = channel;
        if (surplus.hasRemaining()) {
            buffer = Buffers.take(surplus.remaining()).put(surplus).flip();
            frameWaits = hasDeliverable(buffer);
        }
    }

    /** As {@link Link#poll}: delivers what is here, or else what one read brings. */
    int poll(Link.FrameHandler handler, int limit) {
        enter();
        try {
            int delivered = deliver(handler, limit);
            if (delivered > 0) {
                return delivered;
            }
            return fill() ? deliver(handler, limit) : Link.END;
        } finally {
            exit();
        }
    }

    /** Whether the next poll delivers without reading. Any thread may ask; only the reader gets a certain answer. */
    boolean hasFrame() {
        return frameWaits;
    }

    /** Whether the peer's last byte was read, or there will be none. */
    boolean hasEnded() {
        return ended;
    }

    /** Nobody is going to poll for a while: an empty buffer goes back. */
    void idle() {
        if (busy.compareAndSet(false, true)) {
            if (buffer != null && !buffer.hasRemaining()) {
                recycle();
            }
            exit();
        }
    }

    /** No poll delivers any more. Idempotent. */
    void close() {
        closed = true;
        if (busy.compareAndSet(false, true)) {
            recycle();
        }
    }

    private void enter() {
        if (!busy.compareAndSet(false, true)) {
            if (closed) {
                throw LinkFailure.closed();
            }
            throw new IllegalStateException("poll: one thread at a time");
        }
    }

    private void exit() {
        ByteBuffer held = buffer;
        boolean waits = held != null && hasDeliverable(held);
        if (waits != frameWaits) {
            frameWaits = waits;
        }
        if (closed) {
            recycle();
            return;
        }
        busy.set(false);
        // close() came between the two lines above and found us busy.
        if (closed && busy.compareAndSet(false, true)) {
            recycle();
        }
    }

    private void recycle() {
        ByteBuffer held = buffer;
        buffer = null;
        if (held != null) {
            Buffers.give(held);
        }
    }

    private int deliver(Link.FrameHandler handler, int limit) {
        if (failure != null) {
            throw LinkFailure.again(failure);
        }
        ByteBuffer from = buffer;
        int delivered = 0;
        while (from != null && delivered < limit && hasDeliverable(from)) {
            int length = checkedLength(from);
            int start = from.position() + LENGTH_BYTES;
            from.position(start + length);
            delivered++;
            if (!handler.onFrame(from.slice(start, length))) {
                break;
            }
        }
        return delivered;
    }

    /** Whether there is a whole frame, or a length that makes the next delivery fail. */
    private static boolean hasDeliverable(ByteBuffer from) {
        if (from.remaining() < LENGTH_BYTES) {
            return false;
        }
        int length = from.getInt(from.position());
        return !isLegal(length) || from.remaining() - LENGTH_BYTES >= length;
    }

    private static boolean isLegal(int length) {
        return length >= 1 && length <= LoopbackLink.MAX_FRAME_BYTES;
    }

    private int checkedLength(ByteBuffer from) {
        int length = from.getInt(from.position());
        if (!isLegal(length)) {
            throw fail(
                    IpcStatus.PROTOCOL_ERROR,
                    "frame length: limit=1 to " + LoopbackLink.MAX_FRAME_BYTES + ", actual="
                            + Integer.toUnsignedString(length) + ": the peer sends something else than frames",
                    null);
        }
        return length;
    }

    /** Reads once; false at the end. */
    private boolean fill() {
        if (ended) {
            return false;
        }
        ByteBuffer into = withRoom();
        int head = into.position();
        int tail = into.limit();
        into.limit(into.capacity()).position(tail);
        int count = read(into);
        filled = !into.hasRemaining();
        into.limit(into.position()).position(head);
        if (count < 0) {
            end(into);
            return false;
        }
        return true;
    }

    private int read(ByteBuffer into) {
        try {
            return channel.read(into);
        } catch (IOException e) {
            if (closed) {
                throw LinkFailure.closed();
            }
            ended = true;
            throw fail(IpcStatus.PEER_DIED, "the connection broke: " + e.getMessage(), e);
        }
    }

    private void end(ByteBuffer rest) {
        ended = true;
        if (rest.hasRemaining()) {
            throw fail(
                    IpcStatus.PEER_DIED,
                    "the peer ended within a frame: " + rest.remaining() + " bytes of one had arrived",
                    null);
        }
    }

    /** The buffer with room for the rest of the frame that has begun, and at least for one byte. */
    private ByteBuffer withRoom() {
        ByteBuffer held = buffer;
        if (held == null) {
            held = Buffers.take(Buffers.SMALL).flip();
        } else if (!held.hasRemaining()) {
            held = emptied(held);
        } else {
            held = holdingFrame(held);
        }
        buffer = held;
        return held;
    }

    /** A stream of bytes earns the large buffer, and loses it when it dries up. */
    private ByteBuffer emptied(ByteBuffer held) {
        int wanted = filled ? Buffers.LARGE : Buffers.SMALL;
        if (wanted == held.capacity() || (held.limit() > Buffers.SMALL && wanted == Buffers.SMALL)) {
            return held.clear().limit(0);
        }
        ByteBuffer other = Buffers.take(wanted).limit(0);
        Buffers.give(held);
        return other;
    }

    private static ByteBuffer holdingFrame(ByteBuffer held) {
        int whole = held.remaining() < LENGTH_BYTES ? LENGTH_BYTES : LENGTH_BYTES + held.getInt(held.position());
        if (held.position() + whole <= held.capacity() && held.limit() < held.capacity()) {
            return held;
        }
        if (whole <= held.capacity()) {
            return held.compact().flip();
        }
        ByteBuffer larger = Buffers.take(whole).put(held).flip();
        Buffers.give(held);
        return larger;
    }

    private IpcException fail(IpcStatus status, String message, @Nullable Throwable cause) {
        failure = new IpcException(status, message, cause);
        return failure;
    }
}
