package io.valise.ipc.pipes.windows.kernel;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import org.jspecify.annotations.Nullable;

/** The functions of advapi32.dll, as sddl.h, securitybaseapi.h and processthreadsapi.h declare them. */
final class SecurityFunctions {
    static {
        Native.register(SecurityFunctions.class, "advapi32");
    }

    private SecurityFunctions() {}

    static native int ConvertStringSecurityDescriptorToSecurityDescriptorW(
            Pointer sddl, int revision, Pointer descriptor, @Nullable Pointer size);

    static native int ConvertSidToStringSidW(Pointer sid, Pointer text);

    static native int OpenProcessToken(Pointer process, int access, Pointer token);

    static native int GetTokenInformation(Pointer token, int what, Pointer into, int bytes, Pointer needed);
}
