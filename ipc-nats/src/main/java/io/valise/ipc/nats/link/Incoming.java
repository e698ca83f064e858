package io.valise.ipc.nats.link;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * The bytes that came for one link and were not read yet, and how many more may come. Guarded by the lock of its stream.
 *
 * <pre>
 *   0        consumed        received        granted
 *   |  read   |   arrived     |  may be sent  |        granted - consumed = window
 * </pre>
 */
final class Incoming {
    private final ArrayDeque<ByteBuffer> arrived = new ArrayDeque<>();
    private final Credit credit;
    private long consumed;
    private long received;
    private long granted;
    private int window;
    private byte epoch;

    Incoming(Credit credit) {
        this.credit = credit;
        window = Credit.BASE + credit.take(Credit.FIRST - Credit.BASE);
        granted = window;
    }

    boolean isEmpty() {
        return arrived.isEmpty();
    }

    /** Up to which offset the peer may send. */
    long granted() {
        return granted;
    }

    /** To which credit of the peer that belongs. */
    byte epoch() {
        return epoch;
    }

    /**
     * Takes bytes.
     *
     * @throws IpcException {@code PEER_DIED} when some before them were lost, {@code PROTOCOL_ERROR} when the peer had no
     *     credit for them
     */
    void add(Chunk chunk) {
        int length = chunk.body().remaining();
        if (chunk.offset() + length <= received) {
            return; // came twice
        }
        expect(chunk.offset());
        if (received + length > granted) {
            throw new IpcException(
                    IpcStatus.PROTOCOL_ERROR, "bytes sent: limit=" + granted + ", actual=" + (received + length));
        }
        received += length;
        arrived.add(chunk.body());
    }

    /** Checks that all that was sent before an offset has come. */
    void expect(long offset) {
        if (offset != received) {
            throw new IpcException(
                    IpcStatus.PEER_DIED,
                    "the network lost a part of what was sent: received=" + received + " bytes, next=" + offset);
        }
    }

    /** Moves what there is into a buffer. */
    int read(ByteBuffer into) {
        int before = into.remaining();
        while (into.hasRemaining() && !arrived.isEmpty()) {
            ByteBuffer first = arrived.peek();
            int count = Math.min(first.remaining(), into.remaining());
            into.put(first.slice(first.position(), count));
            first.position(first.position() + count);
            if (!first.hasRemaining()) {
                arrived.remove();
            }
        }
        int count = before - into.remaining();
        consumed += count;
        return count;
    }

    /** Whether so much was read since the last grant that the peer should have a new one. */
    boolean isGrantDue() {
        return consumed + window - granted >= window / 2;
    }

    /** Grants what was read. A peer that has used up all it had may have more on its way from now on. */
    void grant() {
        if (received == granted && window < Credit.MOST) {
            window += credit.take(Math.min(window, Credit.MOST - window));
        }
        granted = Math.max(granted, consumed + window);
    }

    /** The peer gives back what it has not used. */
    void returned(long offset, byte newEpoch) {
        expect(offset);
        epoch = newEpoch;
        granted = offset + Credit.BASE;
        release();
    }

    /** Nothing will come any more. */
    void release() {
        credit.give(window - Credit.BASE);
        window = Credit.BASE;
    }
}
