package io.valise.ipc.internal.session;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.WaitStrategy;
import io.valise.ipc.internal.call.PendingCall;
import io.valise.ipc.internal.frame.Frames;
import io.valise.ipc.internal.frame.LongBuffers;
import io.valise.ipc.internal.frame.Sendable;
import io.valise.ipc.internal.work.SessionCounters;
import io.valise.ipc.internal.work.Shortage;
import io.valise.ipc.internal.work.VirtualThreads;
import io.valise.ipc.spi.Link;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The sending half of a session. Thread-safe: threads take turns by a lock, and a frame is encoded straight into the
 * transport's buffer while its thread holds it. A frame longer than the transport's longest is encoded aside and sent
 * in fragments, one such frame at a time, between which short frames pass.
 *
 * <p>Every failure to send is {@code NOT_SENT} as long as no complete frame has been committed. Shared memory that is not
 * there any more is reported by the JVM as InternalError, in here or a little later: {@link #cutShort} is for both.
 *
 * <p>A deadline, by {@link System#nanoTime()}, is asked for when there is something to wait for, no sooner: reading the
 * clock costs as much as much of what a frame costs that finds room.
 */
final class Outbound {
    private static final long MOST_SPIN_NANOS = TimeUnit.MICROSECONDS.toNanos(20);

    /** An interrupt of a virtual thread does not reach the thread that waits in its stead, and nothing wakes that early. */
    private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Link link;
    private final long spinNanos;
    private final int maxFrame;
    private final ReentrantLock lock = new ReentrantLock();
    private final ReentrantLock longFrames = new ReentrantLock();
    private final SessionCounters counters;
    private final Runnable drainer;
    private final Consumer<IpcException> broken;
    /**
     * Written under the lock, without a fence of its own. Only a reader that answers leaves frames unflushed when it gives
     * the lock back: it sees its own store, and who takes the reading over from it sees it by the read right. All others
     * have held the lock since.
     */
    private final AtomicBoolean unflushed = new AtomicBoolean();

    private volatile boolean awaitingRoom;
    /** How many calls were sent. Guarded by the lock, as is {@link #closed}. */
    private long callsSent;

    private boolean closed;
    private volatile int peerMaxMessage = Integer.MAX_VALUE - 1024;

    /**
     * @param drainer has {@link #flush(LongSupplier)} called soon, on a thread that may block
     * @param broken ends the session, whose link's memory is gone
     */
    Outbound(
            Link link,
            SessionCounters counters,
            WaitStrategy waiting,
            Runnable drainer,
            Consumer<IpcException> broken) {
        this.link = link;
        this.spinNanos = Spinner.CPUS > 1 ? Math.min(waiting.spin().toNanos(), MOST_SPIN_NANOS) : 0;
        this.maxFrame = link.maxFrameBytes();
        this.counters = counters;
        this.drainer = drainer;
        this.broken = broken;
    }

    /** The longest message the peer takes, in bytes. */
    void peerMaxMessage(int bytes) {
        peerMaxMessage = bytes;
    }

    /** Whether a thread waits for the peer to make room at this moment. */
    boolean awaitsRoom() {
        return awaitingRoom;
    }

    /** Whether frames were committed that the peer may not have been woken for. */
    boolean isUnflushed() {
        return unflushed.get();
    }

    /**
     * Sends a frame and wakes the peer.
     */
    void send(Sendable frame, LongSupplier deadline) {
        send(frame, deadline, true);
    }

    /**
     * Sends a frame.
     *
     * @param flush false when the calling thread flushes soon after
     */
    void send(Sendable frame, LongSupplier deadline, boolean flush) {
        send(frame, null, deadline, flush);
    }

    /** Sends a frame, of a call if one is given, which learns its number, and wakes the peer. */
    void sendCall(Sendable frame, @Nullable PendingCall call, LongSupplier deadline) {
        send(frame, call, deadline, true);
    }

    private void send(Sendable frame, @Nullable PendingCall call, LongSupplier deadline, boolean flush) {
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
    void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
    }

    /** Like {@link #send(Sendable, LongSupplier, boolean)}; false when an interrupt came first and nothing was sent. */
    boolean sendUnlessInterrupted(Sendable frame, LongSupplier deadline, boolean flush) {
        try {
            send(frame, deadline, flush);
            return true;
        } catch (IpcException e) {
            if (e.status() == IpcStatus.CANCELLED && e.delivery() == Delivery.NOT_SENT) {
                return false;
            }
            throw e;
        }
    }

    private void sendShort(
            Sendable frame, @Nullable PendingCall call, int bound, LongSupplier deadline, boolean flush) {
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
     * Ends the session, since the JVM reports that the link's memory is not there any more: the peer cut the shared
     * segment short.
     */
    IpcException cutShort(InternalError fault) {
        IpcException known = new IpcException(
                IpcStatus.PROTOCOL_ERROR, "the peer cut the shared memory short: " + fault.getMessage(), fault);
        broken.accept(known);
        return known;
    }

    /** Whoever found the lock taken relied on its holder to flush; one that failed has somebody else do it. */
    private void unlock(boolean done) {
        lock.unlock();
        if (!done && unflushed.get()) {
            drainer.run();
        }
    }

    /** Sends a frame ahead of all that others send because of what {@code first} does. */
    void sendAfter(Runnable first, Sendable frame, LongSupplier deadline) {
        lock(lock, deadline);
        try {
            first.run();
            send(frame, deadline);
        } finally {
            lock.unlock();
        }
    }

    /** Sends a frame if that needs no waiting. */
    boolean trySend(Sendable frame) {
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

    /** Wakes the peer for what was committed, without blocking; false when a part is left that somebody must drain. */
    boolean flush() {
        while (unflushed.get()) {
            if (!lock.tryLock()) {
                return true; // whoever holds it flushes, has it flushed, or is a reader that flushes soon
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

    /** Hands everything committed to the peer, blocking until the deadline. */
    void flush(LongSupplier deadline) {
        lock(lock, deadline);
        try {
            drain(deadline);
        } catch (InternalError fault) {
            throw cutShort(fault);
        } finally {
            lock.unlock();
        }
    }

    private void write(Sendable frame, @Nullable PendingCall call, ByteBuffer space) {
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
    private void commit(int length, @Nullable PendingCall call) {
        if (call != null) {
            number(call);
        }
        link.commit(length);
        unflushed.setRelease(true);
        counters.sent(length);
    }

    /** Before it is committed: the peer may see it from then on. */
    private void number(PendingCall call) {
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
            awaitWritable(deadline, Delivery.NOT_SENT);
            space = lookForSpace(length);
        }
        return space;
    }

    /** A peer that is reading makes room sooner than a thread wakes. */
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
        boolean all = link.flush();
        if (!all) {
            unflushed.setRelease(true);
        }
        return all;
    }

    private void drain(LongSupplier deadline) {
        if (!flushNow()) {
            long until = deadline.getAsLong();
            do {
                awaitWritable(until, Delivery.UNKNOWN);
            } while (!flushNow());
        }
    }

    /** @param delivery of what the caller wants to send, should this fail: a committed frame follows with the next flush */
    private void awaitWritable(long deadline, Delivery delivery) {
        long remaining = deadline - System.nanoTime();
        if (remaining <= 0) {
            throw new IpcException(
                    IpcStatus.TIMEOUT, "send: the peer's buffer stayed full for the whole timeout", delivery);
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new IpcException(
                    IpcStatus.CANCELLED, "send: the thread was interrupted while the peer's buffer was full", delivery);
        }
        awaitingRoom = true;
        try {
            if (VirtualThreads.isCurrent()) {
                long slice = Math.min(remaining, SLICE_NANOS);
                VirtualThreads.block(() -> Shortage.await(link::awaitWritable, slice));
            } else {
                Shortage.await(link::awaitWritable, remaining);
            }
        } finally {
            awaitingRoom = false;
        }
    }

    private void sendLong(Sendable frame, @Nullable PendingCall call, long bound, LongSupplier patience) {
        if (bound / 3 > peerMaxMessage + (long) maxFrame) {
            throw tooLarge(bound / 3, "at least ");
        }
        byte[] aside = LongBuffers.take(Math.toIntExact(Math.min(bound, Integer.MAX_VALUE - 8)));
        sendFragments(encoded(frame, aside), call, patience);
        LongBuffers.giveBack(aside);
    }

    private void sendFragments(ByteBuffer whole, @Nullable PendingCall call, LongSupplier patience) {
        long until = patience.getAsLong();
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

    private void fragment(ByteBuffer whole, int total, @Nullable PendingCall call, LongSupplier deadline) {
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
