package io.valise.ipc.spi.stream;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * Puts frames into a stream of bytes: many are gathered in one buffer and leave by one write. The buffer is held only
 * while something is in it. Used by one thread at a time.
 *
 * <pre>
 *   0       head                     tail              capacity
 *   |  sent | length | frame | …     | length | claim  |
 * </pre>
 */
final class FrameWriter {
    private static final int HEADER = Framing.HEADER_BYTES;

    private final WritableByteChannel channel;
    private @Nullable StreamBuffer buffer;
    private int head;
    private int tail;
    private int claimed;

    /** Writes to a channel; where that is non-blocking, so is {@link #flush}. */
    FrameWriter(WritableByteChannel channel) {
        this.channel = channel;
    }

    /** See {@link io.valise.ipc.spi.Link#claim}. Writes what is committed when there is no room otherwise. */
    @Nullable ByteBuffer claim(int maxLength) {
        if (claimed != 0 || !Framing.isLegal(maxLength)) {
            throw misused(maxLength);
        }
        if (!fits(maxLength)) {
            flush();
            makeRoom();
        }
        if (!fits(maxLength)) {
            return null;
        }
        StreamBuffer current = buffer;
        if (current == null) {
            current = StreamBuffer.acquire();
            buffer = current;
        }
        claimed = maxLength;
        return current.frame(tail + HEADER, maxLength);
    }

    /** See {@link io.valise.ipc.spi.Link#commit}. */
    void commit(int length) {
        StreamBuffer current = buffer;
        if (current == null || length < 1 || length > claimed) {
            throw new IllegalArgumentException("commit: limit=1.." + claimed + " bytes claimed, actual=" + length);
        }
        current.bytes.putInt(tail, length);
        tail += HEADER + length;
        claimed = 0;
    }

    /** See {@link io.valise.ipc.spi.Link#abort}. */
    void abort() {
        claimed = 0;
        releaseIfEmpty();
    }

    /** See {@link io.valise.ipc.spi.Link#flush}. */
    boolean flush() {
        StreamBuffer current = buffer;
        if (current != null && head < tail) {
            while (head < tail && writesAll(current.window(head, tail))) {
                // A buffer on the heap is written in portions: the next one follows.
            }
            releaseIfEmpty();
        }
        return isEmpty();
    }

    /** Whether nothing is committed that the channel has not taken. */
    boolean isEmpty() {
        return head == tail;
    }

    /** Gives the buffer back, whatever is in it. */
    void release() {
        StreamBuffer released = buffer;
        if (released != null) {
            buffer = null;
            head = 0;
            tail = 0;
            claimed = 0;
            released.release();
        }
    }

    private void releaseIfEmpty() {
        if (head == tail && claimed == 0) {
            release();
        }
    }

    /** Whether the channel took all of it. */
    private boolean writesAll(ByteBuffer committed) {
        try {
            head += channel.write(committed);
            return !committed.hasRemaining();
        } catch (IOException e) {
            throw failed(e);
        } catch (OutOfMemoryError e) {
            StreamBuffer.refused(e);
            return false;
        } finally {
            committed.clear(); // A limit left behind would cut off the next frame's length.
        }
    }

    /** What a failure to write means. */
    static IpcException failed(IOException e) {
        return e instanceof ClosedChannelException
                ? new IpcException(IpcStatus.CONNECTION_CLOSED, "this end of the connection is closed", e)
                : new IpcException(IpcStatus.PEER_DIED, "writing to the peer failed: " + e, e);
    }

    private boolean fits(int length) {
        return tail + HEADER + length <= StreamBuffer.CAPACITY;
    }

    private void makeRoom() {
        StreamBuffer current = buffer;
        if (current != null && head > 0) {
            current.bytes.clear().limit(tail).position(head);
            current.bytes.compact();
            tail -= head;
            head = 0;
        }
    }

    private IllegalStateException misused(int maxLength) {
        return new IllegalStateException("claim: limit=1.." + Framing.MAX_FRAME_BYTES + " bytes, actual=" + maxLength
                + ", not committed yet=" + claimed);
    }
}
