package io.valise.ipc.loopback.link;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The sending half of a link: frames become bytes (see {@link Inbox} for the layout), gathered in one buffer and
 * written together. Thread-safe: the engine's one sender meets only {@link #close} and {@link #finish} here, and
 * nothing blocks.
 */
final class Outbox {
    private static final int LENGTH_BYTES = 4;
    private static final int NO_CLAIM = -1;

    private final SocketChannel channel;

    // 0 <= head (first byte not written) <= tail (end of the last committed frame) <= start of the claim
    private @Nullable ByteBuffer buffer;
    private int head;
    private int tail;
    private int claimed = NO_CLAIM;
    private boolean closed;
    private @Nullable IpcException failure;

    Outbox(SocketChannel channel) {
        this.channel = channel;
    }

    /** As {@link io.valise.ipc.spi.Link#claim}. */
    synchronized @Nullable ByteBuffer claim(int maxLength) {
        checkUsable();
        if (maxLength < 1 || maxLength > LoopbackLink.MAX_FRAME_BYTES) {
            throw new IllegalArgumentException(
                    "claim: limit=1 to " + LoopbackLink.MAX_FRAME_BYTES + " bytes, actual=" + maxLength);
        }
        if (claimed != NO_CLAIM) {
            throw new IllegalStateException("claim: commit or abort the one before first");
        }
        ByteBuffer room = room(LENGTH_BYTES + maxLength);
        if (room == null) {
            return null;
        }
        claimed = maxLength;
        return room.slice(tail + LENGTH_BYTES, maxLength);
    }

    /** As {@link io.valise.ipc.spi.Link#commit}. */
    synchronized void commit(int length) {
        if (closed) {
            abort();
            return;
        }
        if (length < 1 || length > claimed) {
            throw new IllegalArgumentException("commit: limit=1 to " + claimed + " bytes claimed, actual=" + length);
        }
        claimed = NO_CLAIM;
        Objects.requireNonNull(buffer, "a claim holds its buffer").clear().putInt(tail, length);
        tail += LENGTH_BYTES + length;
    }

    /** As {@link io.valise.ipc.spi.Link#abort}. */
    synchronized void abort() {
        claimed = NO_CLAIM;
        if (closed && head == tail) {
            recycle();
        }
    }

    /** As {@link io.valise.ipc.spi.Link#flush}. */
    synchronized boolean flush() {
        checkUsable();
        return write();
    }

    /** Whether nothing waits to be written. */
    synchronized boolean isEmpty() {
        return head == tail;
    }

    /** Ends the sending: what was committed is still written as far as it can be now, and by {@link #finish}. */
    synchronized boolean close() {
        closed = true;
        return finish();
    }

    /**
     * Writes on after {@link #close}, and ends the stream when all is written.
     *
     * @return whether nothing is left to do
     */
    synchronized boolean finish() {
        if (failure != null) {
            return true;
        }
        try {
            if (!write()) {
                return false;
            }
            channel.shutdownOutput();
        } catch (IpcException | IOException broken) {
            // Nobody is there to read on: that is as good as finished.
            return true;
        }
        recycle();
        return true;
    }

    private void checkUsable() {
        if (closed) {
            throw LinkFailure.closed();
        }
        if (failure != null) {
            throw LinkFailure.again(failure);
        }
    }

    /** The buffer with this much room behind the tail, or null. */
    private @Nullable ByteBuffer room(int bytes) {
        if (tail - head + bytes > Buffers.LARGE) {
            write();
        }
        if (head == tail) {
            head = 0;
            tail = 0;
        }
        if (tail - head + bytes > Buffers.LARGE) {
            return null;
        }
        ByteBuffer held = buffer;
        if (held == null) {
            held = Buffers.take(bytes);
        } else if (held.capacity() - tail < bytes) {
            held = moved(held, tail - head + bytes);
        }
        buffer = held;
        return held;
    }

    /** What is unwritten moves to the front, of a larger buffer when this one cannot hold as much. */
    private ByteBuffer moved(ByteBuffer held, int bytes) {
        held.limit(tail).position(head);
        tail -= head;
        head = 0;
        if (bytes <= held.capacity()) {
            return held.compact().clear();
        }
        ByteBuffer larger = Buffers.take(bytes).put(held).clear();
        Buffers.give(held);
        return larger;
    }

    /** Writes without blocking; true when all is written. */
    private boolean write() {
        ByteBuffer from = buffer;
        if (from == null || head == tail) {
            return true;
        }
        try {
            from.limit(tail).position(head);
            channel.write(from);
            head = from.position();
            from.clear();
        } catch (IOException e) {
            failure = new IpcException(IpcStatus.PEER_DIED, "the connection broke: " + e.getMessage(), e);
            throw failure;
        }
        return head == tail && emptied(from);
    }

    /** A small buffer stays for the next frame, a large one serves others meanwhile. */
    private boolean emptied(ByteBuffer written) {
        if (written.capacity() > Buffers.SMALL && claimed == NO_CLAIM) {
            recycle();
        }
        return true;
    }

    private void recycle() {
        ByteBuffer held = buffer;
        if (held != null && claimed == NO_CLAIM) {
            buffer = null;
            head = 0;
            tail = 0;
            Buffers.give(held);
        }
    }
}
