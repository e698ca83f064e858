package io.valise.ipc.spi.stream;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.Link;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ReadableByteChannel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Takes frames from a stream of bytes. Used by one thread at a time. The buffer is held while something is in it and the
 * link is being read.
 *
 * <pre>
 *   0       head                             tail      capacity
 *   |  free | length | frame | length | fra… |   free  |
 * </pre>
 */
final class FrameReader {
    private static final int HEADER = Framing.HEADER_BYTES;
    private static final byte[] NOTHING = {};

    private final ReadableByteChannel channel;
    private @Nullable StreamBuffer buffer;
    private byte[] kept = NOTHING;
    private int head;
    private int tail;
    private boolean ended;
    private boolean deliverable;
    private boolean drained;

    /** Reads from a channel; where that is non-blocking, so is {@link #poll}. */
    FrameReader(ReadableByteChannel channel) {
        this.channel = channel;
    }

    /** See {@link Link#poll}. Reads from the channel once at most, and not while it has frames of an earlier read. */
    int poll(Link.FrameHandler handler, int limit) {
        try {
            if (!isDeliverableNow()) {
                fill();
            }
            int frames = deliver(handler, limit);
            if (frames == 0) {
                releaseIfEmpty(); // who has nothing to read sleeps next, perhaps for long
            }
            return frames == 0 && ended ? end() : frames;
        } finally {
            deliverable = isDeliverableNow();
        }
    }

    /** Whether the next poll has something to say without more bytes: a frame, the end, or a violation. */
    boolean isDeliverable() {
        return deliverable;
    }

    /** Whether the last read found less than there was room for, and all frames of it were delivered. */
    boolean isDrained() {
        return drained && !deliverable;
    }

    private void releaseIfEmpty() {
        if (head == tail) {
            release();
        }
    }

    /**
     * Gives the buffer back until more comes. A part of a frame is kept in as many bytes as it has: a peer that sends half
     * a frame and no more must not cost a whole buffer.
     */
    void rest() {
        StreamBuffer held = buffer;
        if (held != null && !isDeliverableNow()) {
            byte[] part = new byte[tail - head];
            held.bytes.clear().position(head).get(part);
            held.bytes.clear();
            release();
            kept = part;
        }
    }

    /** Whether it holds a buffer at this moment; for tests. */
    boolean holdsBuffer() {
        return buffer != null;
    }

    /** Gives the buffer back, whatever is in it. */
    void release() {
        StreamBuffer released = buffer;
        if (released != null) {
            buffer = null;
            head = 0;
            tail = 0;
            released.release();
        }
        kept = NOTHING;
    }

    private int deliver(Link.FrameHandler handler, int limit) {
        int frames = 0;
        boolean more = true;
        while (more && frames < limit && isFrameReady()) {
            int length = announced();
            if (!Framing.isLegal(length)) {
                if (frames == 0) {
                    throw Framing.illegal(length);
                }
                return frames; // What was good comes first; the next poll comes back to this.
            }
            int start = head + HEADER;
            head = start + length; // Before the call: a frame whose handler throws has been delivered.
            frames++;
            more = handler.onFrame(held().frame(start, length));
        }
        return frames;
    }

    private boolean isDeliverableNow() {
        return ended || isFrameReady();
    }

    /** Whether the next frame is whole, or never will be because its length is illegal. */
    private boolean isFrameReady() {
        int available = tail - head - HEADER;
        if (available < 0) {
            return false;
        }
        int length = announced();
        return available >= length || !Framing.isLegal(length);
    }

    private int announced() {
        return held().bytes.getInt(head);
    }

    private StreamBuffer held() {
        return Objects.requireNonNull(buffer);
    }

    private void fill() {
        StreamBuffer current = buffer;
        if (current == null) {
            current = StreamBuffer.acquire();
            buffer = current;
            takeKept(current.bytes);
        }
        makeRoom(current.bytes);
        try {
            int count = channel.read(current.window(tail, StreamBuffer.CAPACITY));
            drained = count < StreamBuffer.CAPACITY - tail;
            if (count < 0) {
                ended = true;
            } else {
                tail += count;
            }
        } catch (IOException e) {
            throw failed(e);
        } catch (OutOfMemoryError e) {
            StreamBuffer.refused(e);
        }
    }

    private void takeKept(ByteBuffer into) {
        if (kept.length > 0) {
            into.clear().put(kept);
            tail = kept.length;
            kept = NOTHING;
        }
    }

    /** Moves what there is of a frame to the front when its end would not fit behind it. */
    private void makeRoom(ByteBuffer bytes) {
        int held = tail - head;
        int wanted = held < HEADER ? HEADER : HEADER + bytes.getInt(head);
        if (held == 0) {
            head = 0;
            tail = 0;
        } else if (head + wanted > bytes.capacity()) {
            bytes.limit(tail).position(head);
            bytes.compact();
            head = 0;
            tail = held;
        }
    }

    private static IpcException failed(IOException e) {
        if (e instanceof ClosedChannelException) {
            return new IpcException(IpcStatus.CONNECTION_CLOSED, "this end of the connection is closed", e);
        }
        return new IpcException(IpcStatus.PEER_DIED, "reading from the peer failed: " + e, e);
    }

    private int end() {
        int left = tail - head;
        if (left == 0) {
            return Link.END;
        }
        String announced = left < HEADER ? "unknown" : Integer.toString(announced());
        throw new IpcException(
                IpcStatus.PEER_DIED,
                "the peer ended in the middle of a frame: announced=" + announced + " bytes, received="
                        + Math.max(0, left - HEADER));
    }
}
