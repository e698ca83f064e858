package io.valise.ipc.sharedmem.named;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.sharedmem.layout.ObjectLayout;
import io.valise.ipc.sharedmem.os.MappedWindows;
import io.valise.ipc.sharedmem.os.SharedMemory;
import io.valise.ipc.sharedmem.region.RegionFile;
import io.valise.ipc.spi.runtime.LateFaults;

/**
 * The words of the file of a named object. A file that another process of this user has truncated is a {@code
 * PROTOCOL_ERROR} at each access, before what was read is used: each looks for the mark at the end of the file, and has the
 * JVM say at once, and not later within a lock, what it has to say of memory that is gone. Thread-safe, as long as the
 * memory stays mapped.
 */
final class ObjectWords {
    private final RegionFile file;
    private final String name;
    private final MappedWindows windows;
    private final SharedMemory memory;
    private final int slots;

    ObjectWords(RegionFile file, String name, MappedWindows windows) {
        this.file = file;
        this.name = name;
        this.windows = windows;
        this.memory = windows.words();
        this.slots = ObjectLayout.slots(file.layout().bytes());
    }

    /** The memory, for what looks at it by itself. */
    SharedMemory memory() {
        return memory;
    }

    int getInt(int at) {
        try {
            int value = memory.getIntAcquire(at);
            windows.checkWhole();
            return value;
        } catch (InternalError fault) {
            throw cut(fault);
        }
    }

    void putInt(int at, int value) {
        try {
            memory.putIntRelease(at, value);
            windows.checkWhole();
        } catch (InternalError fault) {
            throw cut(fault);
        }
    }

    long mark(int slot) {
        try {
            long value = memory.getLongAcquire(ObjectLayout.markAt(slot));
            windows.checkWhole();
            return value;
        } catch (InternalError fault) {
            throw cut(fault);
        }
    }

    void putMark(int slot, long value) {
        try {
            memory.putLongRelease(ObjectLayout.markAt(slot), value);
            windows.checkWhole();
        } catch (InternalError fault) {
            throw cut(fault);
        }
    }

    /** The marks of all slots. */
    long[] marks() {
        long[] marks = new long[slots];
        try {
            for (int slot = 0; slot < slots; slot++) {
                marks[slot] = memory.getLongAcquire(ObjectLayout.markAt(slot));
            }
            windows.checkWhole();
            return marks;
        } catch (InternalError fault) {
            throw cut(fault);
        }
    }

    /** Checks that the file is whole. */
    void check() {
        try {
            windows.checkWhole();
        } catch (InternalError fault) {
            throw cut(fault);
        }
    }

    private IpcException cut(InternalError fault) {
        LateFaults.settle(); // there may be more of them, which would come up anywhere
        return new IpcException(
                IpcStatus.PROTOCOL_ERROR,
                "object \"" + name + "\": limit=the " + file.layout().fileBytes()
                        + " bytes that it was made with, actual=its"
                        + " file " + file.path()
                        + " was truncated by another process; close it in each process, and it is made anew",
                Delivery.NOT_SENT,
                fault);
    }
}
