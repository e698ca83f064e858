package io.valise.ipc.pipes.windows.overlapped;

import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_IO_INCOMPLETE;
import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_IO_PENDING;
import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_SUCCESS;

import io.valise.ipc.pipes.stream.TwoWayStream;
import io.valise.ipc.pipes.windows.kernel.Win32;
import io.valise.ipc.pipes.windows.kernel.Win32Exception;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Writes as long as the pipe has space; a write that finds none continues in the background. Thread-safe. */
final class WriteHalf extends Half implements TwoWayStream.Writing {
    private static final int BUFFER = 64 << 10;

    private boolean pending;

    WriteHalf(Win32 win32, long pipe) throws Win32Exception {
        super(win32, pipe, BUFFER);
    }

    @Override
    public synchronized int write(ByteBuffer from) throws IOException {
        checkOpen();
        settle();
        int taken = 0;
        while (from.hasRemaining() && !pending) {
            taken += writeOnce(from);
        }
        return taken;
    }

    private int writeOnce(ByteBuffer from) throws IOException {
        ByteBuffer buffer = operation.buffer().clear();
        int count = Math.min(from.remaining(), buffer.remaining());
        buffer.put(from.slice(from.position(), count));
        int code = operation.write(count);
        if (code != ERROR_SUCCESS && code != ERROR_IO_PENDING) {
            throw new Win32Exception("WriteFile", code);
        }
        pending = code == ERROR_IO_PENDING;
        from.position(from.position() + count);
        return count;
    }

    /** Whether the pipe has taken all that was written; a close after that does not make the earlier write fail. */
    @Override
    public synchronized boolean flush() throws IOException {
        if (pending) {
            checkOpen();
            settle();
        }
        return !pending;
    }

    private void settle() throws IOException {
        int code = pending ? operation.result() : ERROR_SUCCESS;
        pending = code == ERROR_IO_INCOMPLETE;
        if (code != ERROR_SUCCESS && code != ERROR_IO_INCOMPLETE) {
            throw new Win32Exception("WriteFile", code);
        }
    }

    @Override
    boolean mustWait() {
        return pending && operation.result() == ERROR_IO_INCOMPLETE;
    }
}
