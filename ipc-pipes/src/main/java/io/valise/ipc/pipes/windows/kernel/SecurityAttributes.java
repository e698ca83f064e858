package io.valise.ipc.pipes.windows.kernel;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;

/**
 * A SECURITY_ATTRIBUTES (wtypesbase.h) with the security descriptor that an SDDL string describes; handles are not
 * inherited.
 */
final class SecurityAttributes implements AutoCloseable {
    private static final int SDDL_REVISION_1 = 1;
    private static final int DESCRIPTOR = Native.POINTER_SIZE; // after a DWORD, aligned
    private static final int BYTES = 3 * Native.POINTER_SIZE;

    private final Memory memory = new Memory(BYTES);

    private SecurityAttributes() {
        memory.clear();
        memory.setInt(0, BYTES);
    }

    static SecurityAttributes of(String sddl) throws Win32Exception {
        SecurityAttributes attributes = new SecurityAttributes();
        boolean filled = false;
        try (Memory text = JnaWin32.wide(sddl)) {
            JnaWin32.check(
                    "ConvertStringSecurityDescriptorToSecurityDescriptorW",
                    SecurityFunctions.ConvertStringSecurityDescriptorToSecurityDescriptorW(
                            text, SDDL_REVISION_1, attributes.memory.share(DESCRIPTOR), null));
            filled = true;
            return attributes;
        } finally {
            if (!filled) {
                attributes.memory.close();
            }
        }
    }

    Pointer pointer() {
        return memory;
    }

    @Override
    public void close() {
        Functions.LocalFree(memory.getPointer(DESCRIPTOR));
        memory.close();
    }
}
