package io.valise.ipc.sharedmem.doorbell;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import org.jspecify.annotations.Nullable;

/** The one native function. To initialise this class loads JNA: 80 ms, and a warning from Java 24 on. */
final class NativeFutex {
    static {
        Native.register(NativeFutex.class, NativeLibrary.getProcess());
    }

    private NativeFutex() {}

    /** syscall(2) with the arguments of futex(2); -1 on failure. */
    static native long syscall(
            long number,
            @Nullable Pointer word,
            int operation,
            int value,
            long @Nullable [] timeout,
            @Nullable Pointer word2,
            int value3);
}
