package io.valise.ipc.sharedmem.doorbell;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.valise.ipc.sharedmem.os.SharedMemory;
import java.util.Objects;
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
    private final Pointer word;

    /** Seconds and nanoseconds for who sleeps next: mostly one thread sleeps here, and again and again. */
    private final AtomicReference<long @Nullable []> spare = new AtomicReference<>();

    Futex(long systemCall, SharedMemory memory, int offset) {
        this.systemCall = systemCall;
        this.word = Native.getDirectBufferPointer(memory.buffer()).share(offset);
    }

    /**
     * Sleeps if the word has a value, until somebody wakes whoever sleeps here, a signal arrives or the time is up.
     *
     * @param expected the value; if the word has another one already, there is no sleep
     * @param nanos how long at most, in nanoseconds, on the monotonic clock
     */
    public void sleep(int expected, long nanos) {
        long[] timespec = Objects.requireNonNullElseGet(spare.getAndSet(null), () -> new long[2]);
        timespec[0] = nanos / NANOS_PER_SECOND;
        timespec[1] = nanos % NANOS_PER_SECOND;
        NativeFutex.syscall(systemCall, word, WAIT, expected, timespec, null, 0);
        spare.set(timespec);
    }

    /** Wakes all that sleep here, in all processes. */
    public void wakeAll() {
        NativeFutex.syscall(systemCall, word, WAKE, Integer.MAX_VALUE, null, null, 0);
    }
}
