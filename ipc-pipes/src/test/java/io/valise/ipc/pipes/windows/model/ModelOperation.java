package io.valise.ipc.pipes.windows.model;

import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_BROKEN_PIPE;
import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_IO_INCOMPLETE;
import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_IO_PENDING;
import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_NO_DATA;
import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_OPERATION_ABORTED;
import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_PIPE_CONNECTED;
import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_PIPE_LISTENING;

import io.valise.ipc.pipes.windows.kernel.Operation;
import java.nio.ByteBuffer;

/** An OVERLAPPED, its event and its buffer. */
final class ModelOperation implements Operation {
    private final Machine machine;
    private final ModelInstance.End end;
    private final long event;
    private final ModelEvent signal;
    private final ByteBuffer buffer;
    /** The memory itself: the system does not know the limit of a view. */
    private final ByteBuffer memory;

    private boolean pending;
    private boolean freed;
    private int code;
    private int transferred;
    private int position;
    private int length;

    ModelOperation(Machine machine, ModelInstance.End end, long event, ModelEvent signal, int bytes) {
        this.machine = machine;
        this.end = end;
        this.event = event;
        this.signal = signal;
        this.memory = ByteBuffer.allocateDirect(bytes);
        this.buffer = memory.duplicate();
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
        synchronized (machine) {
            int fault = begin("ConnectNamedPipe");
            if (fault != 0) {
                return ended(fault);
            }
            if (end.instance.client != null) {
                return ended(end.instance.client.closed ? ERROR_NO_DATA : ERROR_PIPE_CONNECTED);
            }
            end.connecting = this;
            return ERROR_IO_PENDING;
        }
    }

    @Override
    public int read() {
        synchronized (machine) {
            int fault = begin("ReadFile");
            if (fault != 0 || end.in == null) {
                return ended(fault != 0 ? fault : ERROR_PIPE_LISTENING);
            }
            if (machine.faults().abortsRead()) {
                complete(ERROR_OPERATION_ABORTED, 0);
                return ERROR_IO_PENDING;
            }
            end.in.reading = this;
            end.in.pump(machine.faults());
            return begun();
        }
    }

    @Override
    public int write(int count) {
        synchronized (machine) {
            int fault = begin("WriteFile");
            if (fault != 0 || end.out == null) {
                return ended(fault != 0 ? fault : ERROR_PIPE_LISTENING);
            }
            if (end.out.reader.closed) {
                return ended(ERROR_NO_DATA);
            }
            position = 0;
            length = count;
            end.out.writing = this;
            end.out.pump(machine.faults());
            return begun();
        }
    }

    private int begin(String function) {
        if (pending || freed || end.closed) {
            machine.violated(function + ": pending=" + pending + ", freed=" + freed + ", closed=" + end.closed);
        }
        pending = true;
        signal.signalled = false;
        return machine.faults().planned(function);
    }

    /** A function that fails at once touches neither event nor result. */
    private int ended(int failure) {
        pending = false;
        code = failure;
        return failure;
    }

    private int begun() {
        if (pending || (machine.faults().isAlwaysPending() && code == 0)) {
            return ERROR_IO_PENDING;
        }
        return code;
    }

    void complete(int outcome, int count) {
        pending = false;
        code = outcome;
        transferred = count;
        signal.signalled = true;
        machine.notifyAll();
    }

    ByteBuffer memory() {
        return memory;
    }

    int left() {
        return length - position;
    }

    int length() {
        return length;
    }

    void next(byte[] into, int start, int count) {
        memory.get(position, into, start, count);
        position += count;
    }

    @Override
    public int result() {
        synchronized (machine) {
            if (freed) {
                machine.violated("GetOverlappedResult: freed");
            }
            return pending ? ERROR_IO_INCOMPLETE : code;
        }
    }

    @Override
    public int transferred() {
        synchronized (machine) {
            return transferred;
        }
    }

    @Override
    public void cancel() {
        synchronized (machine) {
            if (pending) {
                forget();
                complete(ERROR_OPERATION_ABORTED, 0);
            }
        }
    }

    /** A pending one is in one place at most. */
    private void forget() {
        if (end.connecting == this) {
            end.connecting = null;
        }
        if (end.in != null && end.in.reading == this) {
            end.in.reading = null;
        }
        if (end.out != null && end.out.writing == this) {
            end.out.writing = null;
        }
    }

    /** The system ends it because its end is closed. */
    void broken() {
        forget();
        complete(ERROR_BROKEN_PIPE, 0);
    }

    @Override
    public void free() {
        synchronized (machine) {
            if (pending || freed) {
                machine.violated("memory of an operation freed: pending=" + pending + ", freed=" + freed);
            }
            freed = true;
            end.owner.closeHandle(event);
        }
    }
}
