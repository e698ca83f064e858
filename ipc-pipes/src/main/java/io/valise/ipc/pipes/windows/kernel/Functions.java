package io.valise.ipc.pipes.windows.kernel;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * The functions of kernel32.dll, as winbase.h, namedpipeapi.h, ioapiset.h and synchapi.h declare them: a HANDLE or any
 * other pointer is a {@code Pointer}, a DWORD or BOOL an {@code int}, a string a pointer to UTF-16.
 */
final class Functions {
    static {
        Native.register(Functions.class, "kernel32");
    }

    private Functions() {}

    static native @Nullable Pointer CreateNamedPipeW(
            Pointer name,
            int openMode,
            int pipeMode,
            int maxInstances,
            int outBytes,
            int inBytes,
            int timeout,
            Pointer security);

    static native @Nullable Pointer CreateFileW(
            Pointer name,
            int access,
            int share,
            @Nullable Pointer security,
            int creation,
            int flags,
            @Nullable Pointer template);

    static native int WaitNamedPipeW(Pointer name, int millis);

    static native int ConnectNamedPipe(Pointer pipe, Pointer overlapped);

    static native int GetNamedPipeClientProcessId(Pointer pipe, Pointer id);

    static native int GetNamedPipeServerProcessId(Pointer pipe, Pointer id);

    static native int ReadFile(Pointer file, Pointer buffer, int bytes, @Nullable Pointer read, Pointer overlapped);

    static native int WriteFile(Pointer file, Pointer buffer, int bytes, @Nullable Pointer written, Pointer overlapped);

    static native int GetOverlappedResult(Pointer file, Pointer overlapped, Pointer transferred, int wait);

    static native int CancelIoEx(Pointer file, Pointer overlapped);

    static native @Nullable Pointer CreateIoCompletionPort(
            Pointer file, @Nullable Pointer port, @Nullable Pointer key, int threads);

    static native @Nullable Pointer CreateEventW(
            @Nullable Pointer security, int manualReset, int initialState, @Nullable Pointer name);

    static native int SetEvent(Pointer event);

    static native int ResetEvent(Pointer event);

    static native int WaitForMultipleObjects(int count, Pointer handles, int waitAll, int millis);

    static native int CloseHandle(Pointer handle);

    static native @Nullable Pointer OpenProcess(int access, int inherit, int id);

    static native int GetCurrentProcessId();

    static native @Nullable Pointer LocalFree(Pointer memory);
}
