package io.valise.ipc.sharedmem.doorbell;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.valise.ipc.sharedmem.os.SharedMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A word of shared memory on which threads sleep until a thread of any process wakes them: futex(2). Thread-safe, as
 * long as the memory stays mapped.
 */
public final class Futex {
    private static final int WAIT = 0;
    private static final int WAKE = 1;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final long systemCall;
    private final long word;

    /** Kept for the next sleep: mostly one thread sleeps here, many times. */
    private final AtomicReference<@Nullable Timespec> spare = new AtomicReference<>();

    /** A struct timespec outside the heap: JNA copies an array of Java at every call. */
    private static final class Timespec {
        private final ByteBuffer memory =
                ByteBuffer.allocateDirect(2 * Long.BYTES).order(ByteOrder.nativeOrder());
        private final long address = Pointer.nativeValue(Native.getDirectBufferPointer(memory));

        long of(long nanos) {
            memory.putLong(0, nanos / NANOS_PER_SECOND).putLong(Long.BYTES, nanos % NANOS_PER_SECOND);
            return address;
        }
    }

    Futex(long systemCall, SharedMemory memory, int offset) {
        this.systemCall = systemCall;
        this.word = Pointer.nativeValue(Native.getDirectBufferPointer(memory.buffer())) + offset;
    }

    /**
     * Sleeps if the word has a value, until a thread wakes those that sleep here, a signal arrives or the time is up.
     *
     * @param expected the value; if the word has another one already, there is no sleep
     * @param nanos how long at most, in nanoseconds, on the monotonic clock
     */
    public void sleep(int expected, long nanos) {
        Timespec kept = spare.getAndSet(null);
        Timespec timespec = kept == null ? new Timespec() : kept;
        NativeFutex.syscall(systemCall, word, WAIT, expected, timespec.of(nanos), 0, 0);
        spare.set(timespec);
    }

    /** Wakes all that sleep here, in all processes. */
    public void wakeAll() {
        NativeFutex.syscall(systemCall, word, WAKE, Integer.MAX_VALUE, 0, 0, 0);
    }
}
