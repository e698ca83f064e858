package io.valise.ipc.internal.local;

import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a local link. One thread adds and one polls at a time; threads may sleep until there is a frame, or
 * room. A thread about to sleep counts itself and then looks once more, and a thread that changes something looks for
 * sleepers after it has done so, all by volatile accesses: one of the two sees the other, so no wake-up is lost.
 */
final class FrameQueue {
    /** Frames are taken as long as fewer bytes than this wait. */
    private static final int CAPACITY_BYTES = 256 << 10;

    private final ConcurrentLinkedQueue<ByteBuffer> frames = new ConcurrentLinkedQueue<>();
    private final AtomicInteger bytes = new AtomicInteger();
    private final AtomicReference<@Nullable Runnable> armed = new AtomicReference<>();
    private final AtomicInteger sleepers = new AtomicInteger();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private volatile boolean woken;
    private volatile boolean ended;

    boolean hasRoom() {
        return bytes.get() < CAPACITY_BYTES;
    }

    /** How much of the capacity is taken, 0 to 1: the last frame may be longer than what was left. */
    double occupancy() {
        return Math.min(1, bytes.get() / (double) CAPACITY_BYTES);
    }

    void add(ByteBuffer frame) {
        bytes.getAndAdd(frame.remaining());
        frames.add(frame);
    }

    /** Tells the reader that frames were added. */
    void signal() {
        wakeSleepers();
        Runnable readable = armed.get() == null ? null : armed.getAndSet(null);
        if (readable != null) {
            readable.run();
        }
    }

    @Nullable ByteBuffer poll() {
        ByteBuffer frame = frames.poll();
        if (frame != null && bytes.getAndAdd(-frame.remaining()) >= CAPACITY_BYTES) {
            wakeSleepers();
        }
        return frame;
    }

    void awaitFrame(long nanos) {
        sleepWhile(() -> frames.isEmpty() && !woken, nanos);
        woken = false;
    }

    void awaitRoom(long nanos) {
        sleepWhile(() -> !hasRoom(), nanos);
    }

    private void sleepWhile(BooleanSupplier waits, long nanos) {
        sleepers.getAndIncrement();
        lock.lock();
        try {
            long left = nanos;
            while (waits.getAsBoolean() && !ended && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the caller looks at the status
        } finally {
            lock.unlock();
            sleepers.getAndDecrement();
        }
    }

    private void wakeSleepers() {
        if (sleepers.get() > 0) {
            lock.lock();
            try {
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    void arm(Runnable readable) {
        armed.set(readable);
        if (!frames.isEmpty() || ended) {
            signal();
        }
    }

    void wake() {
        woken = true;
        wakeSleepers();
    }

    /** Whether nothing is left to poll and nothing will come. */
    boolean isEnded() {
        return ended && frames.isEmpty();
    }

    /** Whether what is added is in vain, for an end that has not ended the queue itself. */
    boolean isReaderGone() {
        return ended;
    }

    /** Nothing will be added any more; what is queued is still delivered. */
    void end() {
        ended = true;
        signal();
    }
}
