package io.valise.ipc.nats.link;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The bytes that came for one link and were not read yet, and how many more may come. Guarded by the lock of its stream.
 *
 * <pre>
 *   0        consumed        received        granted
 *   |  read   |   arrived     |  may be sent  |        granted - consumed = window
 * </pre>
 *
 * <p>What is on its way delays all that is sent after it, signs of life too, and a broker cuts off a client that does not take
 * within ten seconds what it has for it. So the window grows beyond {@link Credit#FIRST} only while a whole window comes within
 * {@link #QUICK_NANOS}, and becomes smaller while one takes longer than {@link #SLOW_NANOS}: over a slow network about as much is
 * on its way as comes in two seconds.
 */
final class Incoming {
    private static final long QUICK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final ArrayDeque<ByteBuffer> arrived = new ArrayDeque<>();
    private final Credit credit;
    private final LongSupplier clock;
    private long consumed;
    private long received;
    private long granted;
    private int window;
    private byte epoch;
    private int owed; // of the window before, and still granted
    private boolean quick = true;
    private long roundBegin;
    private long roundSince;

    Incoming(Credit credit) {
        this(credit, System::nanoTime);
    }

    Incoming(Credit credit, LongSupplier clock) {
        this.credit = credit;
        this.clock = clock;
        roundSince = clock.getAsLong();
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
        if (received - roundBegin >= window) {
            endRound(clock.getAsLong());
        }
    }

    private void endRound(long now) {
        long took = now - roundSince;
        quick = took <= QUICK_NANOS;
        if (took > SLOW_NANOS && window > Credit.FIRST) {
            int less = window - Math.max(Credit.FIRST, window / 2);
            window -= less;
            owed += less;
        }
        roundBegin = received;
        roundSince = now;
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
        if (received == granted && window < Credit.MOST && (quick || window < Credit.FIRST)) {
            window += credit.take(Math.min(window, Credit.MOST - window));
        }
        if (consumed + window >= granted) {
            granted = consumed + window;
            credit.give(owed);
            owed = 0;
        }
    }

    /** The peer gives back what it has not used. */
    void returned(long offset, byte newEpoch) {
        expect(offset);
        epoch = newEpoch;
        granted = offset + Credit.BASE;
        release();
        quick = true; // it begins anew
        roundBegin = received;
        roundSince = clock.getAsLong();
    }

    /** Nothing will come any more. */
    void release() {
        credit.give(window - Credit.BASE + owed);
        window = Credit.BASE;
        owed = 0;
    }
}
