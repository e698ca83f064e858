package io.valise.ipc.pipes.windows.overlapped;

import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_BROKEN_PIPE;
import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_IO_INCOMPLETE;
import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_IO_PENDING;
import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_MORE_DATA;
import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_NO_DATA;
import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_OPERATION_ABORTED;
import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_PIPE_NOT_CONNECTED;
import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_SUCCESS;

import io.valise.ipc.pipes.stream.TwoWayStream;
import io.valise.ipc.pipes.windows.kernel.Win32;
import io.valise.ipc.pipes.windows.kernel.Win32Exception;
import io.valise.ipc.spi.runtime.SafeLog;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Reads ahead: there is always a read pending, or something to take, or the end. So the event tells whether there is
 * something to do, and a check costs no system call. Thread-safe.
 */
final class ReadHalf extends Half implements TwoWayStream.Reading {
    private static final int BUFFER = 64 << 10;

    private final Watchers watchers;
    private State state = State.FRESH;
    private Runnable readable = () -> {};
    private boolean watched;

    private enum State {
        FRESH,
        PENDING,
        DATA,
        ENDED
    }

    ReadHalf(Win32 win32, long pipe, Watchers watchers) throws Win32Exception {
        super(win32, pipe, BUFFER);
        this.watchers = watchers;
    }

    @Override
    public synchronized void onReadable(Runnable callback) {
        readable = callback;
    }

    @Override
    public synchronized int read(ByteBuffer into) throws IOException {
        checkOpen();
        if (mustWait()) {
            return 0;
        }
        return state == State.ENDED ? -1 : take(into);
    }

    private int take(ByteBuffer into) {
        ByteBuffer from = operation.buffer();
        int count = Math.min(into.remaining(), from.remaining());
        into.put(from.slice(from.position(), count));
        from.position(from.position() + count);
        if (!from.hasRemaining()) {
            start();
        }
        return count;
    }

    @Override
    boolean mustWait() {
        if (state == State.FRESH) {
            start();
        }
        if (state == State.PENDING) {
            ended(operation.result());
        }
        return state == State.PENDING;
    }

    private void start() {
        state = State.PENDING;
        ended(operation.read());
    }

    private void ended(int code) {
        switch (code) {
            case ERROR_IO_PENDING, ERROR_IO_INCOMPLETE -> state = State.PENDING;
            case ERROR_SUCCESS, ERROR_MORE_DATA -> arrived(operation.transferred());
            // The thread that began it has ended, or the system aborted it: nothing was read.
            case ERROR_OPERATION_ABORTED -> state = State.FRESH;
            case ERROR_BROKEN_PIPE, ERROR_NO_DATA, ERROR_PIPE_NOT_CONNECTED -> state = State.ENDED;
            default -> {
                SafeLog.of(ReadHalf.class)
                        .log(System.Logger.Level.WARNING, "reading a pipe failed: system error {0}", code);
                state = State.ENDED;
            }
        }
    }

    /** A write of zero bytes arrives as a read of zero bytes. */
    private void arrived(int count) {
        operation.buffer().clear().limit(count);
        state = count > 0 ? State.DATA : State.FRESH;
    }

    /** Calls back once, on a thread of {@link Watchers} or, if there is something to do already, on this one. */
    @Override
    public void arm() {
        switch (watch()) {
            case BEGUN -> beginWatch();
            case NEEDLESS -> fired();
            case ALREADY -> {
                return; // It fires for this too.
            }
        }
    }

    private void beginWatch() {
        boolean begun = false;
        try {
            watchers.add(this);
            begun = true;
        } finally {
            if (!begun) {
                endWatch();
            }
        }
    }

    private synchronized void endWatch() {
        watched = false;
        leave();
    }

    private enum Watching {
        BEGUN,
        ALREADY,
        NEEDLESS
    }

    private synchronized Watching watch() {
        if (watched) {
            return Watching.ALREADY;
        }
        watched = enter();
        return watched ? Watching.BEGUN : Watching.NEEDLESS;
    }

    /** The event was signalled; the watcher no longer waits for it. */
    void watchEnded() {
        boolean again;
        synchronized (this) {
            endWatch();
            again = !isClosed() && mustWait(); // Another thread took it meanwhile, or a wait was aborted.
        }
        if (again) {
            arm();
        } else {
            fired();
        }
    }

    private void fired() {
        Runnable callback;
        synchronized (this) {
            callback = isClosed() ? () -> {} : readable;
        }
        callback.run();
    }
}
