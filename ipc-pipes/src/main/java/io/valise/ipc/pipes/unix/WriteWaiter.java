package io.valise.ipc.pipes.unix;

import io.valise.ipc.spi.runtime.Registration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Parks the one sending thread while the peer's buffer is full. The readiness loop wakes it: full buffers are rare and
 * what they hold is much, so a hand-over between threads is cheap here, and no descriptor is needed. Thread-safe.
 */
final class WriteWaiter {
    private volatile @Nullable Thread parked;
    private volatile boolean writable;
    private volatile boolean closed;

    /** Returns when the channel takes bytes, after {@link #wake} or {@link #close}, on an interrupt or after the time. */
    void await(Registration registration, long nanos) {
        long deadline = System.nanoTime() + nanos;
        writable = false;
        parked = Thread.currentThread();
        registration.armWrite();
        long left = nanos;
        while (!writable && !closed && left > 0 && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(this, left);
            left = deadline - System.nanoTime();
        }
        parked = null;
    }

    void wake() {
        writable = true;
        LockSupport.unpark(parked);
    }

    /** Ends all waiting for good. */
    void close() {
        closed = true;
        wake();
    }
}
