package io.valise.ipc.pipes.windows;

import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_IO_PENDING;
import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_PIPE_CONNECTED;
import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_SUCCESS;

import io.valise.ipc.pipes.windows.kernel.Operation;
import io.valise.ipc.pipes.windows.kernel.Win32;
import io.valise.ipc.pipes.windows.kernel.Win32Exception;

/** A server's instance of a pipe that waits for its client. Used by one thread. */
final class Instance implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 << 10;
    private static final int OPERATION_BYTES = 512;

    private final Win32 win32;
    private final long pipe;
    private final Operation operation;
    private final int begun;
    private boolean handedOver;

    private Instance(Win32 win32, long pipe) throws Win32Exception {
        this.win32 = win32;
        this.pipe = pipe;
        this.operation = win32.operation(pipe, OPERATION_BYTES);
        this.begun = operation.connect();
    }

    static Instance create(PipeUser user, String path, boolean first, int most) throws Win32Exception {
        Win32 win32 = user.win32();
        int openMode = Win32.PIPE_ACCESS_DUPLEX
                | Win32.FILE_FLAG_OVERLAPPED
                | (first ? Win32.FILE_FLAG_FIRST_PIPE_INSTANCE : 0);
        long pipe = win32.createNamedPipe(
                path, openMode, Win32.PIPE_REJECT_REMOTE_CLIENTS, most, BUFFER_BYTES, user.sddl());
        try {
            return new Instance(win32, pipe);
        } catch (Win32Exception e) {
            win32.closeHandle(pipe);
            throw e;
        }
    }

    long pipe() {
        return pipe;
    }

    long event() {
        return operation.event();
    }

    Operation operation() {
        return operation;
    }

    /** 0 when a client has connected, {@code ERROR_IO_INCOMPLETE} as long as none has, else the error. */
    int outcome() {
        return switch (begun) {
            case ERROR_IO_PENDING -> operation.result();
            case ERROR_PIPE_CONNECTED, ERROR_SUCCESS -> ERROR_SUCCESS;
            default -> begun;
        };
    }

    /** Whether there is an event to wait for: a client that connected before the call signals none. */
    boolean isDecided() {
        return begun != ERROR_IO_PENDING;
    }

    /** Gives the pipe's handle away; the rest is freed. */
    long handOver() {
        handedOver = true;
        close();
        return pipe;
    }

    @Override
    public void close() {
        operation.cancel();
        operation.free();
        if (!handedOver) {
            win32.closeHandle(pipe);
        }
    }
}
