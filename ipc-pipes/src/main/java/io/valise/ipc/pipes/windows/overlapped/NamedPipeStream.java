package io.valise.ipc.pipes.windows.overlapped;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.pipes.stream.ByteStream;
import io.valise.ipc.pipes.windows.kernel.Win32;
import io.valise.ipc.pipes.windows.kernel.Win32Exception;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One end of a connected pipe. Closing the handle leaves what the pipe holds to the other end's reader; it is never
 * disconnected ({@code DisconnectNamedPipe}), which would throw that away. Thread-safe as {@link ByteStream} asks.
 */
public final class NamedPipeStream implements ByteStream {
    private final Win32 win32;
    private final long pipe;
    private final ReadHalf in;
    private final WriteHalf out;
    private final AtomicBoolean open = new AtomicBoolean(true);

    /**
     * Takes over a handle, which is overlapped and connected; when this fails, too.
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

    /** The system has no more of what a pipe needs. */
    public static IpcException exhausted(Win32Exception e) {
        return new IpcException(
                IpcStatus.RESOURCE_EXHAUSTED,
                "the system has no more handles or memory for a pipe: " + e.getMessage(),
                Delivery.NOT_SENT,
                e);
    }

    @Override
    public void onReadable(Runnable readable) {
        in.onReadable(readable);
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        return in.read(into);
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        return out.write(from);
    }

    @Override
    public boolean flush() throws IOException {
        return out.flush();
    }

    @Override
    public void awaitReadable(long nanos) {
        in.await(nanos);
    }

    @Override
    public void wake() {
        in.wake();
    }

    @Override
    public void awaitWritable(long nanos) {
        out.await(nanos);
    }

    /** Nothing of a pipe is only a reader's. */
    @Override
    public void rest() {}

    @Override
    public void arm() {
        in.arm();
    }

    @Override
    public boolean isOpen() {
        return open.get();
    }

    @Override
    public void close() {
        if (open.compareAndSet(true, false)) {
            in.close();
            out.close();
            win32.closeHandle(pipe);
        }
    }
}
