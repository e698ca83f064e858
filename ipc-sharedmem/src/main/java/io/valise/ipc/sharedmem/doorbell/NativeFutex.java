package io.valise.ipc.sharedmem.doorbell;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;

/** The one native function. To initialise this class loads JNA: 80 ms, and a warning from Java 24 on. */
final class NativeFutex {
    static {
        Native.register(NativeFutex.class, NativeLibrary.getProcess());
    }

    private NativeFutex() {}

    /**
     * syscall(2) with the arguments of futex(2); -1 on failure. Addresses are numbers: JNA passes these as they are, and
     * looks into objects at every call. So it serves 64-bit processes alone.
     */
    static native long syscall(long number, long word, int operation, int value, long timeout, long word2, int value3);
}
