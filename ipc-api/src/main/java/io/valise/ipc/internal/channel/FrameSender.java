package io.valise.ipc.internal.channel;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.WaitStrategy;
import io.valise.ipc.internal.frame.Frames;
import io.valise.ipc.internal.frame.LongBuffers;
import io.valise.ipc.internal.frame.Sendable;
import io.valise.ipc.internal.work.Deadline;
import io.valise.ipc.internal.work.SessionCounters;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends the frames of a connection. Thread-safe: threads take turns by a lock, and a frame is encoded straight into the
 * transport's buffer while its thread holds it. A frame longer than the transport's longest is encoded beside it and sent
 * in fragments, one such frame at a time; short frames pass between the fragments.
 *
 * <p>Every failure to send is {@code NOT_SENT} as long as no complete frame has been committed. The JVM reports shared
 * memory that was cut short as InternalError, here or a little later: {@link #cutShort} handles both.
 *
 * <p>A deadline, by {@link System#nanoTime()}, is read when there is something to wait for, no sooner: a frame that finds
 * room is sent in little more time than reading the clock takes.
 */
public final class FrameSender {
    private static final Logger LOG = SafeLog.of("io.valise.ipc");
    private static final boolean SEVERAL_PROCESSORS = Runtime.getRuntime().availableProcessors() > 1;
    private static final long MOST_SPIN_NANOS = TimeUnit.MICROSECONDS.toNanos(20);

    private final Link link;
    private final long spinNanos;
    private final int maxFrame;
    private final ReentrantLock lock = new ReentrantLock();
    private final ReentrantLock longFrames = new ReentrantLock();
    private final SessionCounters counters;
    private final RoomWait room;
    private final LongSupplier defaultDeadline;
    private final Runnable drainer;
    private final Consumer<IpcException> broken;
    private final Consumer<IpcException> failed;

    /**
     * Written under the lock, without a fence of its own. Only a reader that replies leaves frames unflushed when it gives
     * the lock back: it sees its own store, and the thread that takes the reading over from it sees it by the read right.
     * All others have held the lock since.
     */
    private final AtomicBoolean unflushed = new AtomicBoolean();

    /** How many calls were sent. Guarded by the lock, as is {@link #closed}. */
    private long callsSent;

    private boolean closed;
    private volatile int peerMaxMessage = Integer.MAX_VALUE - 1024;

    /**
     * @param timeoutNanos how long a frame without a waiting caller may wait for room at the peer, in nanoseconds
     * @param drainer has {@link #flushFully} called soon, on a thread that may block
     * @param broken ends the connection, whose shared memory was cut short
     * @param failed is told of frames that could not be sent, where no caller is to be told
     */
    public FrameSender(
            Link link,
            SessionCounters counters,
            WaitStrategy waiting,
            long timeoutNanos,
            Runnable drainer,
            Consumer<IpcException> broken,
            Consumer<IpcException> failed) {
        this.link = link;
        this.spinNanos =
                SEVERAL_PROCESSORS ? Math.min(TimeUnit.NANOSECONDS.convert(waiting.spin()), MOST_SPIN_NANOS) : 0;
        this.maxFrame = link.maxFrameBytes();
        this.room = new RoomWait(link);
        this.counters = counters;
        this.defaultDeadline = () -> Deadline.in(timeoutNanos);
        this.drainer = drainer;
        this.broken = broken;
        this.failed = failed;
    }

    /** Sets the length of the longest message that the peer takes, in bytes. */
    public void peerMaxMessage(int bytes) {
        peerMaxMessage = bytes;
    }

    /** Whether a thread waits for the peer to make room at this moment. */
    public boolean awaitsRoom() {
        return room.isAwaited();
    }

    /** Whether frames were committed that the peer may not have been woken for. */
    public boolean isUnflushed() {
        return unflushed.get();
    }

    /** Sends a frame that no caller waits for, and wakes the peer. */
    public void send(Sendable frame) {
        send(frame, null, defaultDeadline, true);
    }

    /** Like {@link #send(Sendable)}; {@code flush} is false when the calling thread flushes soon after. */
    void send(Sendable frame, boolean flush) {
        send(frame, null, defaultDeadline, flush);
    }

    /** Sends a frame and wakes the peer. */
    public void send(Sendable frame, LongSupplier deadline) {
        send(frame, null, deadline, true);
    }

    /** Sends the frame of a call, which is told its number unless it is null, and wakes the peer. */
    public void sendCall(Sendable frame, @Nullable NumberedCall call, LongSupplier deadline) {
        send(frame, call, deadline, true);
    }

    /** Sends the frame of a call that no caller waits for, else as {@link #sendCall(Sendable, NumberedCall, LongSupplier)}. */
    public void sendCall(Sendable frame, NumberedCall call) {
        send(frame, call, defaultDeadline, true);
    }

    /**
     * Sends a frame that the peer does not depend on; false if it was not sent.
     *
     * @param flush false when the calling thread flushes soon after
     */
    public boolean sendQuietly(Sendable frame, LongSupplier deadline, boolean flush) {
        try {
            send(frame, null, deadline, flush);
            return true;
        } catch (IpcException e) {
            LOG.log(Level.DEBUG, "frame not sent to " + link.peer(), e);
            return false;
        }
    }

    /** Like {@link #sendQuietly(Sendable, LongSupplier, boolean)}; wakes the peer, and waits for room as long as a frame may. */
    public boolean sendQuietly(Sendable frame) {
        return sendQuietly(frame, defaultDeadline, true);
    }

    /** A frame without a waiting caller could not be sent: ends the connection if the peer would miss it. */
    public void failed(IpcException failure) {
        failed.accept(failure);
    }

    /** Has another thread flush, which may wait for the peer. */
    public void flushSoon() {
        drainer.run();
    }

    private void send(Sendable frame, @Nullable NumberedCall call, LongSupplier deadline, boolean flush) {
        try {
            long bound = frame.bound();
            if (bound > maxFrame) {
                sendLong(frame, call, bound, deadline);
            } else {
                sendShort(frame, call, (int) bound, deadline, flush);
            }
        } catch (InternalError fault) {
            throw cutShort(fault);
        }
    }

    /**
     * Sends no more calls, after the link was closed: from now on each call knows whether it was sent. Does not wait for
     * room: a closed link lets those go that do.
     */
    public void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
    }

    private void sendShort(
            Sendable frame, @Nullable NumberedCall call, int bound, LongSupplier deadline, boolean flush) {
        lock(lock, deadline);
        boolean done = false;
        try {
            write(frame, call, claim(bound, deadline));
            if (flush) {
                drain(deadline);
            }
            done = true;
        } finally {
            unlock(done);
        }
    }

    /**
     * Ends the connection, since the JVM reports that the link's memory is not there any more: the peer cut the shared
     * segment short.
     */
    public IpcException cutShort(InternalError fault) {
        IpcException known = new IpcException(
                IpcStatus.PROTOCOL_ERROR, "the peer cut the shared memory short: " + fault.getMessage(), fault);
        broken.accept(known);
        return known;
    }

    /** A thread that found the lock taken relied on its holder to flush: where that failed, another thread does. */
    private void unlock(boolean done) {
        lock.unlock();
        if (!done && unflushed.get()) {
            drainer.run();
        }
    }

    /** Sends a frame ahead of all that others send because of what {@code first} does. */
    public void sendAfter(Runnable first, Sendable frame) {
        lock(lock, defaultDeadline);
        try {
            first.run();
            send(frame);
        } finally {
            lock.unlock();
        }
    }

    /** Sends a frame if that needs no waiting. */
    public boolean trySend(Sendable frame) {
        long bound = frame.bound();
        if (bound > maxFrame || !lock.tryLock()) {
            return false;
        }
        boolean flushed = false;
        try {
            ByteBuffer space = link.claim((int) bound);
            if (space == null) {
                return false;
            }
            write(frame, null, space);
            flushed = flushNow();
            return true;
        } catch (InternalError fault) {
            throw cutShort(fault);
        } finally {
            unlock(flushed);
        }
    }

    /** Wakes the peer for what was committed, without blocking; false when a part is left that a thread must drain. */
    public boolean flush() {
        while (unflushed.get()) {
            if (!lock.tryLock()) {
                return true; // its holder flushes, has flushed, or is a reader that flushes soon
            }
            try {
                if (!flushNow()) {
                    return false;
                }
            } catch (InternalError fault) {
                throw cutShort(fault);
            } finally {
                lock.unlock();
            }
        }
        return true;
    }

    /** Hands everything committed to the peer, and waits for room as long as a frame may. */
    public void flushFully() {
        flush(defaultDeadline);
    }

    private void flush(LongSupplier deadline) {
        lock(lock, deadline);
        try {
            drain(deadline);
        } catch (InternalError fault) {
            throw cutShort(fault);
        } finally {
            lock.unlock();
        }
    }

    private void write(Sendable frame, @Nullable NumberedCall call, ByteBuffer space) {
        int start = space.position();
        boolean written = false;
        try {
            frame.write(space);
            written = true;
        } finally {
            if (!written) {
                link.abort();
            }
        }
        int length = space.position() - start;
        if (length > peerMaxMessage) {
            link.abort();
            throw tooLarge(length, "");
        }
        commit(length, call);
    }

    /** @param call the call that this frame completes; null for none */
    private void commit(int length, @Nullable NumberedCall call) {
        if (call != null) {
            number(call);
        }
        link.commit(length);
        unflushed.setRelease(true);
        counters.sent(length);
    }

    /** Before it is committed: the peer may see it from then on. */
    private void number(NumberedCall call) {
        if (closed) {
            link.abort();
            throw notSent(IpcStatus.CONNECTION_CLOSED, "the connection has ended");
        }
        call.sent(++callsSent);
    }

    private ByteBuffer claim(int length, LongSupplier deadline) {
        try {
            ByteBuffer space = link.claim(length);
            return space != null ? space : awaitSpace(length, deadline.getAsLong());
        } catch (IpcException e) { // the link does not know of frames that are still to be claimed
            throw e.delivery() == Delivery.NOT_SENT ? e : notSent(e.status(), e.reason(), e);
        }
    }

    private ByteBuffer awaitSpace(int length, long deadline) {
        ByteBuffer space = lookForSpace(length);
        while (space == null) {
            flushNow();
            room.await(deadline, Delivery.NOT_SENT);
            space = lookForSpace(length);
        }
        return space;
    }

    /** A peer that reads makes room sooner than a thread wakes up. */
    private @Nullable ByteBuffer lookForSpace(int length) {
        long begun = System.nanoTime();
        ByteBuffer space;
        do {
            flushNow();
            space = link.claim(length);
        } while (space == null && System.nanoTime() - begun < spinNanos);
        return space;
    }

    private boolean flushNow() {
        unflushed.setRelease(false);
        boolean all = false;
        try {
            all = link.flush();
            return all;
        } finally {
            if (!all) {
                unflushed.setRelease(true);
            }
        }
    }

    private void drain(LongSupplier deadline) {
        if (!flushNow()) {
            long until = deadline.getAsLong();
            do {
                room.await(until, Delivery.UNKNOWN);
            } while (!flushNow());
        }
    }

    private void sendLong(Sendable frame, @Nullable NumberedCall call, long bound, LongSupplier sendDeadline) {
        if (bound / 3 > peerMaxMessage + (long) maxFrame) {
            throw tooLarge(bound / 3, "at least ");
        }
        byte[] aside = LongBuffers.take(Math.toIntExact(Math.min(bound, Integer.MAX_VALUE - 8)));
        sendFragments(encoded(frame, aside), call, sendDeadline);
        LongBuffers.giveBack(aside);
    }

    private void sendFragments(ByteBuffer whole, @Nullable NumberedCall call, LongSupplier sendDeadline) {
        long until = sendDeadline.getAsLong();
        LongSupplier deadline = () -> until;
        int total = whole.remaining();
        lock(longFrames, deadline);
        try { // what a failure leaves unfinished the peer drops when the next first fragment comes
            while (whole.hasRemaining()) {
                lock(lock, deadline);
                boolean done = false;
                try {
                    fragment(whole, total, call, deadline);
                    done = true;
                } finally {
                    unlock(done);
                }
            }
            flush(deadline);
        } finally {
            longFrames.unlock();
        }
    }

    private void fragment(ByteBuffer whole, int total, @Nullable NumberedCall call, LongSupplier deadline) {
        boolean first = whole.position() == 0;
        int head = Frames.HEADER_BYTES + (first ? Integer.BYTES : 0);
        int part = Math.min(whole.remaining(), maxFrame - head);
        ByteBuffer space = claim(head + part, deadline);
        int flags = (first ? Frames.FLAG_FIRST : 0) | (part == whole.remaining() ? Frames.FLAG_LAST : 0);
        space.putInt(Frames.FRAGMENT << 24 | flags << 16).putLong(0);
        if (first) {
            space.putInt(total);
        }
        int end = whole.limit();
        space.put(whole.limit(whole.position() + part));
        whole.limit(end);
        commit(head + part, whole.hasRemaining() ? null : call);
        flushNow();
    }

    private ByteBuffer encoded(Sendable frame, byte[] aside) {
        ByteBuffer whole = ByteBuffer.wrap(aside);
        frame.write(whole);
        whole.flip();
        if (whole.remaining() > peerMaxMessage) {
            throw tooLarge(whole.remaining(), "");
        }
        return whole;
    }

    private IpcException tooLarge(long actual, String about) {
        return notSent(
                IpcStatus.MESSAGE_TOO_LARGE,
                "message: limit=" + peerMaxMessage + " bytes at the peer, actual=" + about + actual
                        + "; raise maxMessageBytes there or send it in parts");
    }

    private static void lock(ReentrantLock lock, LongSupplier deadline) {
        if (lock.tryLock()) {
            return;
        }
        try {
            if (!lock.tryLock(deadline.getAsLong() - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                throw notSent(IpcStatus.TIMEOUT, "send: other threads kept the connection busy for the whole timeout");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw notSent(IpcStatus.CANCELLED, "send: the thread was interrupted while it waited to send", e);
        }
    }

    private static IpcException notSent(IpcStatus status, String message) {
        return notSent(status, message, null);
    }

    private static IpcException notSent(IpcStatus status, String message, @Nullable Throwable cause) {
        return new IpcException(status, message, Delivery.NOT_SENT, cause);
    }
}
