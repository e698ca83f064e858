package io.valise.ipc.pipes.windows.kernel;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;

/**
 * An OVERLAPPED (minwinbase.h) and a buffer in memory that the collector neither moves nor frees:
 *
 * <pre>
 *   Internal | InternalHigh | Offset, OffsetHigh | hEvent | moved | buffer …
 * </pre>
 *
 * The lowest bit of {@code hEvent} keeps completions off the port (GetQueuedCompletionStatus, remarks).
 */
final class JnaOperation implements Operation {
    private static final int INTERNAL = 0;
    private static final int EVENT = 2 * Native.POINTER_SIZE + 2 * Integer.BYTES;
    private static final int MOVED = EVENT + Native.POINTER_SIZE;
    private static final int BUFFER = MOVED + 2 * Integer.BYTES;
    private static final int STATUS_PENDING = 0x103;

    private final Pointer pipe;
    private final long event;
    private final Memory memory;
    private final Pointer moved;
    private final Pointer bytes;
    private final ByteBuffer buffer;
    private boolean pending;
    private int transferred;

    JnaOperation(Pointer pipe, long event, int bufferBytes) {
        this.pipe = pipe;
        this.event = event;
        this.memory = new Memory(BUFFER + bufferBytes);
        this.moved = memory.share(MOVED);
        this.bytes = memory.share(BUFFER);
        this.buffer = memory.getByteBuffer(BUFFER, bufferBytes);
    }

    @Override
    public ByteBuffer buffer() {
        return buffer;
    }

    @Override
    public long event() {
        return event;
    }

    private void prepare() {
        memory.clear(MOVED);
        memory.setPointer(EVENT, new Pointer(event | 1));
    }

    @Override
    public int connect() {
        prepare();
        return begun(Functions.ConnectNamedPipe(pipe, memory));
    }

    @Override
    public int read() {
        prepare();
        return begun(Functions.ReadFile(pipe, bytes, buffer.capacity(), null, memory));
    }

    @Override
    public int write(int length) {
        prepare();
        return begun(Functions.WriteFile(pipe, bytes, length, null, memory));
    }

    private int begun(int succeeded) {
        int code = succeeded != 0 ? Win32Error.ERROR_SUCCESS : Native.getLastError();
        pending = code == Win32Error.ERROR_IO_PENDING;
        return code == Win32Error.ERROR_SUCCESS || code == Win32Error.ERROR_MORE_DATA ? outcome(0) : code;
    }

    /** HasOverlappedIoCompleted, a macro, is checked before the function is called: polling costs little. */
    @Override
    public int result() {
        if (pending && memory.getInt(INTERNAL) == STATUS_PENDING) {
            return Win32Error.ERROR_IO_INCOMPLETE;
        }
        int code = outcome(0);
        pending = code == Win32Error.ERROR_IO_INCOMPLETE;
        return code;
    }

    private int outcome(int wait) {
        boolean succeeded = Functions.GetOverlappedResult(pipe, memory, moved, wait) != 0;
        int code = succeeded ? Win32Error.ERROR_SUCCESS : Native.getLastError();
        transferred = memory.getInt(MOVED);
        return code;
    }

    @Override
    public int transferred() {
        return transferred;
    }

    @Override
    public void cancel() {
        if (pending) {
            Functions.CancelIoEx(pipe, memory);
            outcome(1);
            pending = false;
        }
    }

    @Override
    public void free() {
        Functions.CloseHandle(new Pointer(event));
        memory.close();
    }
}
