package io.valise.ipc.pipes.child;

import io.valise.ipc.pipes.stream.TwoWayStream;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.Threads;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Reads a blocking channel on a thread of its own, so that others can wait for its bytes with a limit, be woken, or be
 * called back by it. What is not taken stays in a bounded ring, and then in the pipe. Thread-safe.
 */
final class ReadPump implements Runnable, TwoWayStream.Reading {
    private static final int CAPACITY = 64 << 10;

    private final ReadableByteChannel source;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ByteRing ring = new ByteRing(CAPACITY);
    private final CompletableFuture<Preamble.Heard> greeted = new CompletableFuture<>();
    private Runnable readable = () -> {};
    private boolean armed;
    private boolean ended;
    private boolean closed;
    private boolean woken;
    private int wakes;
    private int waiters;

    ReadPump(ReadableByteChannel source) {
        this.source = source;
    }

    @Override
    public void onReadable(Runnable callback) {
        locked(() -> readable = callback);
    }

    /** Completes when the peer's preamble came, or cannot come any more; never exceptionally. */
    CompletableFuture<Preamble.Heard> greeted() {
        return greeted;
    }

    @Override
    public void run() {
        try (source) {
            Preamble.Heard heard = Preamble.read(source);
            greeted.complete(heard);
            ByteBuffer chunk = ByteBuffer.allocate(CAPACITY / 4).limit(0);
            while (heard.complete() && put(chunk) && source.read(chunk.clear()) >= 0) {
                chunk.flip();
            }
        } catch (IOException | RuntimeException | Error e) {
            // The pipe broke, or close() closed it: either is the end of the stream.
            SafeLog.of(ReadPump.class).log(System.Logger.Level.DEBUG, "reading a pipe ended", e);
        } finally {
            greeted.complete(Preamble.Heard.NOTHING);
            end();
        }
    }

    /** Waits for space; false when no thread will take the bytes. */
    private boolean put(ByteBuffer from) {
        while (from.hasRemaining()) {
            lock.lock();
            try {
                while (ring.isFull() && !closed) {
                    changed.awaitUninterruptibly();
                }
                if (closed) {
                    return false;
                }
                ring.put(from);
                changed.signalAll();
            } finally {
                lock.unlock();
            }
            fireIfArmed();
        }
        return !isClosed();
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        locked(() -> ended = true);
        fireIfArmed();
    }

    /** Outside the lock, since the callback may do anything; what it throws must not end the reading. */
    private void fireIfArmed() {
        Runnable fired = takeArmed();
        if (fired != null) {
            Threads.run("a readiness callback", fired);
        }
    }

    private @Nullable Runnable takeArmed() {
        lock.lock();
        try {
            boolean fires = armed && isReadable();
            armed &= !fires;
            return fires ? readable : null;
        } finally {
            lock.unlock();
        }
    }

    /** Changes the state and wakes all waiters. */
    private void locked(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private boolean isReadable() {
        return !ring.isEmpty() || ended;
    }

    @Override
    public int read(ByteBuffer into) {
        lock.lock();
        try {
            if (ring.isEmpty()) {
                return ended ? -1 : 0;
            }
            changed.signalAll();
            return ring.take(into);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void await(long nanos) {
        lock.lock();
        waiters++;
        int before = wakes;
        try {
            long left = nanos;
            while (!isReadable() && !closed && !woken && wakes == before && left > 0) {
                left = changed.awaitNanos(left);
            }
            woken = false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the caller looks at the status
        } finally {
            waiters--;
            lock.unlock();
        }
    }

    /** Ends all current waits, also that of a thread that lost the read right; without one, the next wait. */
    @Override
    public void wake() {
        locked(() -> {
            wakes++;
            woken |= waiters == 0;
        });
    }

    @Override
    public void arm() {
        locked(() -> armed = !closed);
        fireIfArmed();
    }

    /** Discards what arrives from now on. A read that is under way ends when the peer does, or with its file. */
    @Override
    public void close() {
        locked(() -> {
            closed = true;
            armed = false;
            ring.clear();
        });
    }
}
