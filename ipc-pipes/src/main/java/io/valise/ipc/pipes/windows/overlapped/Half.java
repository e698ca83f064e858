package io.valise.ipc.pipes.windows.overlapped;

import io.valise.ipc.pipes.windows.kernel.Operation;
import io.valise.ipc.pipes.windows.kernel.Win32;
import io.valise.ipc.pipes.windows.kernel.Win32Exception;
import java.nio.channels.ClosedChannelException;

/**
 * One direction of a pipe: an operation, and the threads that wait for it. The monitor guards the operation, which is
 * used for microseconds at a time; no thread waits inside it. Buffer and event are freed when this is closed and the
 * last waiter has left, since closing an event that a thread waits for is undefined.
 */
abstract class Half {
    final Win32 win32;
    final Operation operation;
    private final WakeEvent wake;
    private int users;
    private boolean closed;
    private boolean freed;

    Half(Win32 win32, long pipe, int bufferBytes) throws Win32Exception {
        this.win32 = win32;
        this.wake = new WakeEvent(win32);
        this.operation = win32.operation(pipe, bufferBytes);
    }

    /** Whether there is nothing to do but wait for the operation; under the monitor. */
    abstract boolean mustWait();

    final void checkOpen() throws ClosedChannelException {
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    final boolean isClosed() {
        return closed;
    }

    public final void await(long nanos) {
        if (enter()) {
            try {
                wake.await(operation.event(), nanos);
            } finally {
                leave();
            }
        }
    }

    public final void wake() {
        wake.wakeup();
    }

    /** Keeps the event alive until {@link #leave}, if it is to be waited for. */
    final synchronized boolean enter() {
        boolean entered = !closed && mustWait();
        users += entered ? 1 : 0;
        return entered;
    }

    final synchronized void leave() {
        users--;
        freeIfUnused();
    }

    /** Cancels the pending operation and wakes all waiting threads. Called before the pipe's handle is closed. */
    public final synchronized void close() {
        if (!closed) {
            closed = true;
            operation.cancel();
            win32.setEvent(operation.event()); // for threads that wait for this event only
            wake.wakeup();
            freeIfUnused();
        }
    }

    private void freeIfUnused() {
        if (closed && users == 0 && !freed) {
            freed = true;
            operation.free();
            wake.free();
        }
    }
}
