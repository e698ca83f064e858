package io.valise.ipc.internal.session;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.Link;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The sending half of a session. Thread-safe: threads take turns by a lock, and a frame is encoded straight into the
 * transport's buffer while its thread holds it. A frame longer than the transport's longest is encoded aside and sent
 * in fragments, one such frame at a time, between which short frames pass.
 *
 * <p>Every failure to send is {@code NOT_SENT} as long as no complete frame has been committed.
 */
final class Outbound {
    private final Link link;
    private final int maxFrame;
    private final ReentrantLock lock = new ReentrantLock();
    private final ReentrantLock longFrames = new ReentrantLock();
    private final SessionCounters counters;
    private final Runnable drainer;
    private volatile boolean unflushed;
    private volatile int peerMaxMessage = Integer.MAX_VALUE - 1024;

    /** @param drainer has {@link #flush(long)} called soon, on a thread that may block */
    Outbound(Link link, SessionCounters counters, Runnable drainer) {
        this.link = link;
        this.maxFrame = link.maxFrameBytes();
        this.counters = counters;
        this.drainer = drainer;
    }

    /** The longest message the peer takes, in bytes. */
    void peerMaxMessage(int bytes) {
        peerMaxMessage = bytes;
    }

    /** Whether frames were committed that the peer may not have been woken for. */
    boolean isUnflushed() {
        return unflushed;
    }

    /**
     * Sends a frame and wakes the peer.
     *
     * @param deadline by {@link System#nanoTime()}
     */
    void send(OutFrame frame, long deadline) {
        send(frame, deadline, true);
    }

    /**
     * Sends a frame.
     *
     * @param deadline by {@link System#nanoTime()}
     * @param flush false when the calling thread flushes soon after
     */
    void send(OutFrame frame, long deadline, boolean flush) {
        long bound = frame.bound();
        if (bound > maxFrame) {
            sendLong(frame, bound, deadline);
            return;
        }
        lock(lock, deadline);
        boolean done = false;
        try {
            commit(frame, (int) bound, deadline);
            if (flush) {
                drain(deadline);
            }
            done = true;
        } finally {
            unlock(done);
        }
    }

    /** Whoever found the lock taken relied on its holder to flush; one that failed has somebody else do it. */
    private void unlock(boolean done) {
        lock.unlock();
        if (!done && unflushed) {
            drainer.run();
        }
    }

    /** Sends a frame ahead of all that others send because of what {@code first} does. */
    void sendAfter(Runnable first, OutFrame frame, long deadline) {
        lock(lock, deadline);
        try {
            first.run();
            send(frame, deadline);
        } finally {
            lock.unlock();
        }
    }

    /** Sends a frame if that needs no waiting. */
    boolean trySend(OutFrame frame) {
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
            write(frame, space);
            flushed = flushNow();
            return true;
        } finally {
            unlock(flushed);
        }
    }

    /** Wakes the peer for what was committed, without blocking; false when a part is left that somebody must drain. */
    boolean flush() {
        while (unflushed) {
            if (!lock.tryLock()) {
                return true; // whoever holds it flushes, has it flushed, or is a reader that flushes soon
            }
            try {
                if (!flushNow()) {
                    return false;
                }
            } finally {
                lock.unlock();
            }
        }
        return true;
    }

    /** Hands everything committed to the peer, blocking until the deadline. */
    void flush(long deadline) {
        lock(lock, deadline);
        try {
            drain(deadline);
        } finally {
            lock.unlock();
        }
    }

    private void commit(OutFrame frame, int bound, long deadline) {
        write(frame, claim(bound, deadline));
    }

    private void write(OutFrame frame, ByteBuffer space) {
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
        commit(length);
    }

    private void commit(int length) {
        link.commit(length);
        unflushed = true;
        counters.sent(length);
    }

    private ByteBuffer claim(int length, long deadline) {
        try {
            for (; ; ) {
                ByteBuffer space = link.claim(length);
                if (space != null) {
                    return space;
                }
                flushNow();
                awaitWritable(deadline, Delivery.NOT_SENT);
            }
        } catch (IpcException e) { // the link does not know of frames that are still to be claimed
            throw e.delivery() == Delivery.NOT_SENT ? e : notSent(e.status(), String.valueOf(e.getMessage()), e);
        }
    }

    private boolean flushNow() {
        unflushed = false;
        boolean all = link.flush();
        if (!all) {
            unflushed = true;
        }
        return all;
    }

    private void drain(long deadline) {
        while (!flushNow()) {
            awaitWritable(deadline, Delivery.UNKNOWN);
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
        link.awaitWritable(remaining);
    }

    private void sendLong(OutFrame frame, long bound, long deadline) {
        ByteBuffer whole = encodeAside(frame, bound);
        int total = whole.remaining();
        lock(longFrames, deadline);
        try { // what a failure leaves unfinished the peer drops when the next first fragment comes
            while (whole.hasRemaining()) {
                lock(lock, deadline);
                boolean done = false;
                try {
                    fragment(whole, total, deadline);
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

    private void fragment(ByteBuffer whole, int total, long deadline) {
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
        commit(head + part);
        flushNow();
    }

    private ByteBuffer encodeAside(OutFrame frame, long bound) {
        if (bound / 3 > peerMaxMessage + (long) maxFrame) {
            throw tooLarge(bound / 3, "at least ");
        }
        ByteBuffer whole = ByteBuffer.allocate(Math.toIntExact(Math.min(bound, Integer.MAX_VALUE - 8)));
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

    private static void lock(ReentrantLock lock, long deadline) {
        if (lock.tryLock()) {
            return;
        }
        try {
            if (!lock.tryLock(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
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
