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
 *   |  read   |   arrived     |  may be sent  |        granted - consumed &lt;= window + owed
 * </pre>
 *
 * <p>The credit of the process is charged with {@code window - Credit.BASE + owed}. {@code owed} is what the window has lost and
 * the peer has still: it has arrived and was not read, or it may come yet. Nothing more is granted while there is some.
 *
 * <p>What is on its way delays all that is sent after it, signs of life too, and a broker cuts off a client that does not take
 * within ten seconds what it has for it. So the window grows beyond {@link Credit#FIRST} only while a whole window comes within
 * {@link #QUICK_NANOS}, and becomes smaller while one takes longer than {@link #SLOW_NANOS}: over a slow network about as much is
 * on its way for a link as comes in two seconds. Each link measures for itself: over one slow network they have so much each, and
 * all of a process what {@link Credit} bounds.
 *
 * <p>A round of measuring begins with the arrival of a chunk and ends a window later. Time in which the peer waited for a grant
 * is not part of it, and nothing after that before bytes come, unless the window is as small as it becomes.
 */
final class Incoming {
    private static final long QUICK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** Fewer bytes are copied behind others: an array for each would take many times what they are charged. */
    private static final int SMALL = 512;

    private final ArrayDeque<ByteBuffer> arrived = new ArrayDeque<>();
    private final Credit credit;
    private final LongSupplier clock;
    private long consumed;
    private long received;
    private long granted;
    private long told; // of that, as far as it was sent
    private int window;
    private byte epoch;
    private int owed;
    private boolean over;
    private boolean mayGrow = true; // once for each round that was quick
    private boolean measures;
    private long roundBegin;
    private long roundSince;
    private long exhaustedAt = -1; // where all that was granted had come
    private long exhaustedSince;

    Incoming(Credit credit) {
        this(credit, System::nanoTime);
    }

    Incoming(Credit credit, LongSupplier clock) {
        this.credit = credit;
        this.clock = clock;
        window = Credit.BASE + credit.take(Credit.FIRST - Credit.BASE);
        granted = window;
        told = granted; // by the message that opens the link, which is sent again and again
    }

    boolean isEmpty() {
        return arrived.isEmpty();
    }

    /** Of how many buffers the bytes are that were not read. */
    int buffers() {
        return arrived.size();
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
        keep(chunk.body());
        measure(length);
    }

    /** Of two buffers that follow one another at least one has {@link #SMALL} bytes or more, or they become one. */
    private void keep(ByteBuffer body) {
        ByteBuffer last = arrived.peekLast();
        int length = body.remaining();
        if (last == null || length >= SMALL) {
            arrived.add(body);
        } else if (last.capacity() - last.limit() >= length) { // only one that was allocated here has room
            int end = last.limit();
            last.limit(end + length).put(end, body, body.position(), length);
        } else if (last.remaining() < SMALL) {
            arrived.removeLast();
            arrived.add(ByteBuffer.allocate(2 * SMALL).put(last).put(body).flip());
        } else {
            arrived.add(body);
        }
    }

    private void measure(int length) {
        boolean waited = received - length == exhaustedAt;
        if (!measures) {
            beginRound(clock.getAsLong());
        } else if (waited
                && window > Credit.FIRST) { // the peer may have rested before: neither this chunk nor its time counts
            roundSince += clock.getAsLong() - exhaustedSince;
            roundBegin += length;
        }
        if (received - roundBegin >= window) {
            long now = clock.getAsLong();
            endRound(now - roundSince);
            measures = false;
            if (received < granted) {
                beginRound(now);
            }
        }
        if (received == granted) {
            exhaustedAt = received;
            exhaustedSince = clock.getAsLong();
        }
    }

    /** How long the chunk took that has just come is not known. */
    private void beginRound(long now) {
        measures = true;
        roundBegin = received;
        roundSince = now;
    }

    private void endRound(long took) {
        mayGrow = took <= QUICK_NANOS;
        if (took > SLOW_NANOS && window > Credit.FIRST) {
            shrink(Math.max(Credit.FIRST, window / 2));
        }
    }

    /** What the peer has of it still is owed. */
    private void shrink(int smaller) {
        int charged = window + owed;
        window = smaller;
        owed = charged - window;
        settle();
    }

    /** Gives back what was owed, and is neither unread nor granted any more. */
    private void settle() {
        int still = (int) Math.max(0, granted - consumed - window);
        credit.give(owed - still);
        owed = still;
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
            into.put(into.position(), first, first.position(), count); // needs no memory: what was moved is counted
            into.position(into.position() + count);
            first.position(first.position() + count);
            if (!first.hasRemaining()) {
                arrived.remove();
            }
        }
        int count = before - into.remaining();
        consumed += count;
        settle();
        return count;
    }

    /** Whether so much was read since the last grant that was sent that the peer should have a new one. */
    boolean isGrantDue() {
        return consumed + window - told >= window / 2;
    }

    /** A message was sent, and what is granted with it. */
    void told() {
        told = granted;
    }

    /** Grants what was read. A peer that has used up all it had may have more on its way from now on. */
    void grant() {
        if (over || consumed + window < granted) {
            return;
        }
        long before = granted;
        if (received == granted && window < Credit.MOST && (mayGrow || window < Credit.FIRST)) {
            int more = credit.take(Math.min(window, Credit.MOST - window));
            window += more;
            mayGrow &= more == 0;
        }
        granted = consumed + window;
        if (received == before && granted > before) {
            long now = clock.getAsLong();
            roundSince += now - exhaustedSince;
            exhaustedSince = now;
        }
    }

    /**
     * The peer gives back what it has not used.
     *
     * @throws IpcException {@code PEER_DIED} when some before that were lost, {@code PROTOCOL_ERROR} when it has less than what it
     *     keeps: it would have more by giving back
     */
    void returned(long offset, byte newEpoch) {
        expect(offset);
        if (offset + Credit.BASE > granted) {
            throw new IpcException(
                    IpcStatus.PROTOCOL_ERROR,
                    "credit given back: least=" + Credit.BASE + " bytes, actual=" + (granted - offset));
        }
        epoch = newEpoch;
        granted = offset + Credit.BASE;
        told = granted;
        shrink(Credit.BASE);
        mayGrow = true; // it begins anew
        measures = false;
    }

    /** Nothing will come any more; what has come may be read yet. */
    void end() {
        over = true; // or the message that tells of the end would take credit
        granted = received;
        shrink(Credit.BASE);
    }

    /** Nothing will be read any more. */
    void release() {
        arrived.clear();
        consumed = received;
        end();
    }
}
