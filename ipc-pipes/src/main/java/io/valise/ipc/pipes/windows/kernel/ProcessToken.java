package io.valise.ipc.pipes.windows.kernel;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;

/** The user of a process: OpenProcess, OpenProcessToken, GetTokenInformation (TokenUser), ConvertSidToStringSidW. */
final class ProcessToken {
    private static final int PROCESS_QUERY_LIMITED_INFORMATION = 0x1000;
    private static final int TOKEN_QUERY = 0x8;
    private static final int TOKEN_USER = 1;
    private static final int TOKEN_USER_BYTES = 256; // SECURITY_MAX_SID_SIZE is 68

    private ProcessToken() {}

    static String userOf(int processId) throws Win32Exception {
        Pointer process = Functions.OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, 0, processId);
        if (process == null) {
            throw JnaWin32.failed("OpenProcess");
        }
        try (Memory handle = new Memory(Native.POINTER_SIZE)) {
            JnaWin32.check("OpenProcessToken", SecurityFunctions.OpenProcessToken(process, TOKEN_QUERY, handle));
            return user(handle.getPointer(0));
        } finally {
            Functions.CloseHandle(process);
        }
    }

    private static String user(Pointer token) throws Win32Exception {
        try (Memory user = new Memory(TOKEN_USER_BYTES);
                Memory needed = new Memory(Integer.BYTES)) {
            JnaWin32.check(
                    "GetTokenInformation",
                    SecurityFunctions.GetTokenInformation(token, TOKEN_USER, user, TOKEN_USER_BYTES, needed));
            return text(user.getPointer(0));
        } finally {
            Functions.CloseHandle(token);
        }
    }

    private static String text(Pointer sid) throws Win32Exception {
        try (Memory text = new Memory(Native.POINTER_SIZE)) {
            JnaWin32.check("ConvertSidToStringSidW", SecurityFunctions.ConvertSidToStringSidW(sid, text));
            Pointer wide = text.getPointer(0);
            try {
                return ascii(wide);
            } finally {
                Functions.LocalFree(wide);
            }
        }
    }

    /** A SID is written in ASCII; read so, whatever wchar_t is where this is compiled. */
    private static String ascii(Pointer wide) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; wide.getShort(2L * i) != 0; i++) {
            text.append((char) wide.getShort(2L * i));
        }
        return text.toString();
    }
}
