package io.valise.ipc.pipes.windows.overlapped;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.pipes.stream.TwoWayStream;
import io.valise.ipc.pipes.windows.kernel.Win32;
import io.valise.ipc.pipes.windows.kernel.Win32Exception;

/**
 * One end of a connected pipe. Closing the handle leaves what the pipe holds to the other end's reader; it is never
 * disconnected ({@code DisconnectNamedPipe}), which would discard that. Thread-safe as {@link TwoWayStream} asks.
 */
public final class NamedPipeStream extends TwoWayStream {
    private final Win32 win32;
    private final long pipe;
    private final ReadHalf in;
    private final WriteHalf out;

    /**
     * Takes over a handle, which is overlapped and connected; closes it when this fails.
     *
     * @throws IpcException {@code RESOURCE_EXHAUSTED}
     */
    public NamedPipeStream(Win32 win32, long pipe, Watchers watchers) {
        this.win32 = win32;
        this.pipe = pipe;
        ReadHalf reading = null;
        try {
            reading = new ReadHalf(win32, pipe, watchers);
            this.in = reading;
            this.out = new WriteHalf(win32, pipe);
        } catch (Win32Exception e) {
            if (reading != null) {
                reading.close();
            }
            win32.closeHandle(pipe);
            throw exhausted(e);
        }
    }

    /** The system is short of what a pipe needs. */
    public static IpcException exhausted(Win32Exception e) {
        return new IpcException(
                IpcStatus.RESOURCE_EXHAUSTED,
                "the system has no more handles or memory for a pipe: " + e.getMessage(),
                Delivery.NOT_SENT,
                e);
    }

    @Override
    protected Reading in() {
        return in;
    }

    @Override
    protected Writing out() {
        return out;
    }

    @Override
    protected void closeShared() {
        win32.closeHandle(pipe);
    }
}
