package io.valise.ipc.pipes.windows.wine;

import io.valise.ipc.pipes.windows.kernel.Operation;
import io.valise.ipc.pipes.windows.kernel.Win32Error;
import java.nio.ByteBuffer;

/** An OVERLAPPED in the other process; what it read comes with its result. */
final class WineOperation implements Operation {
    private static final byte[] NONE = {};

    private final WineProcess process;
    private final long address;
    private final long event;
    private final ByteBuffer buffer;
    private int transferred;
    private boolean pending;
    private int last;

    WineOperation(WineProcess process, long address, long event, int bytes) {
        this.process = process;
        this.address = address;
        this.event = event;
        this.buffer = ByteBuffer.allocate(bytes);
    }

    @Override
    public ByteBuffer buffer() {
        return buffer;
    }

    @Override
    public long event() {
        return event;
    }

    @Override
    public int connect() {
        return outcome(process.call(20, NONE, "", address));
    }

    @Override
    public int read() {
        return outcome(process.call(21, NONE, "", address));
    }

    @Override
    public int write(int length) {
        byte[] bytes = new byte[length];
        buffer.get(0, bytes);
        return outcome(process.call(22, bytes, "", address));
    }

    @Override
    public int result() {
        return pending ? outcome(process.call(23, NONE, "", address)) : last;
    }

    private int outcome(WineProcess.Reply reply) {
        System.arraycopy(reply.bytes(), 0, buffer.array(), 0, reply.bytes().length);
        transferred = (int) reply.value();
        pending = reply.code() == Win32Error.ERROR_IO_PENDING || reply.code() == Win32Error.ERROR_IO_INCOMPLETE;
        last = reply.code();
        return reply.code();
    }

    @Override
    public int transferred() {
        return transferred;
    }

    @Override
    public void cancel() {
        if (pending) {
            process.call(24, NONE, "", address);
            pending = false;
        }
    }

    @Override
    public void free() {
        process.call(25, NONE, "", address);
    }
}
