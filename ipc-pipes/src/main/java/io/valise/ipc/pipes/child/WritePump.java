package io.valise.ipc.pipes.child;

import io.valise.ipc.pipes.stream.TwoWayStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Writes to a blocking stream on a thread of its own, so that a peer that does not read blocks no other thread. Thread-safe.
 */
final class WritePump implements Runnable, TwoWayStream.Writing {
    private static final int CAPACITY = 64 << 10;
    /** The pipe takes bytes in microseconds unless it is full. */
    private static final long TIMEOUT_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final OutputStream sink;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ByteRing ring = new ByteRing(CAPACITY);
    private @Nullable IOException failure;
    private boolean writing;
    private boolean closed;

    WritePump(OutputStream sink) {
        this.sink = sink;
        ring.put(Preamble.bytes());
    }

    @Override
    public void run() {
        try (sink) {
            ByteBuffer chunk = ByteBuffer.allocate(CAPACITY / 4);
            while (take(chunk)) {
                sink.write(chunk.array(), 0, chunk.position());
                sink.flush();
                written(null);
                chunk.clear();
            }
        } catch (IOException e) {
            written(e);
        } catch (RuntimeException | Error e) { // such as no memory: threads that wait for this one must be told
            written(new IOException("writing the pipe failed: " + e, e));
        }
    }

    /** Waits for bytes to write; false when none will come. */
    private boolean take(ByteBuffer chunk) {
        lock.lock();
        try {
            while (ring.isEmpty() && !closed) {
                changed.awaitUninterruptibly();
            }
            writing = !closed;
            return writing && ring.take(chunk) > 0;
        } finally {
            lock.unlock();
        }
    }

    private void written(@Nullable IOException why) {
        locked(() -> {
            writing = false;
            failure = why;
        });
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

    @Override
    public int write(ByteBuffer from) throws IOException {
        lock.lock();
        try {
            check();
            int count = ring.put(from);
            changed.signalAll();
            return count;
        } finally {
            lock.unlock();
        }
    }

    /** Whether the pipe has all of it: what a process has flushed must not be lost when it exits. */
    @Override
    public boolean flush() throws IOException {
        boolean interrupted = Thread.interrupted(); // it does not wait for the peer, so this ends no wait
        lock.lock();
        try {
            awaitDrained(TIMEOUT_NANOS);
            if (!isDrained() || failure != null) { // a close after that does not make the earlier write fail
                check();
            }
            return isDrained();
        } catch (InterruptedException e) {
            interrupted = true;
            return false;
        } finally {
            lock.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void await(long nanos) {
        lock.lock();
        try {
            awaitDrained(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the caller looks at the status
        } finally {
            lock.unlock();
        }
    }

    private void awaitDrained(long nanos) throws InterruptedException {
        long left = nanos;
        while (!isDrained() && !closed && failure == null && left > 0) {
            left = changed.awaitNanos(left);
        }
    }

    private boolean isDrained() {
        return ring.isEmpty() && !writing;
    }

    private void check() throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        if (failure != null) {
            throw new IOException(failure.getMessage(), failure);
        }
    }

    /** Drops what was not flushed. A write that is under way ends when the peer reads, dies, or with its file. */
    @Override
    public void close() {
        locked(() -> closed = true);
    }
}
