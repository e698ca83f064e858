package io.valise.ipc.pipes.windows.kernel;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.io.File;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Windows itself, by JNA. Loaded on Windows alone, when the first pipe is asked for. Thread-safe. */
public final class JnaWin32 implements Win32 {
    private static final long INVALID_HANDLE = -1;
    private static final int GENERIC_READ_WRITE = 0xC000_0000;
    private static final int OPEN_EXISTING = 3;
    private static final int SECURITY_IDENTIFICATION = 0x0011_0000; // with SECURITY_SQOS_PRESENT
    private static final int APPMODEL_ERROR_NO_PACKAGE = 15700;
    private static final int HANDLES_BYTES = MAXIMUM_WAIT_OBJECTS * Native.POINTER_SIZE;
    private static final ThreadLocal<Memory> HANDLES = ThreadLocal.withInitial(() -> new Memory(HANDLES_BYTES));

    /** Pipes are associated with it so that their I/O outlives the threads that began it; see ExitThread. */
    private static final @Nullable Pointer PORT =
            Functions.CreateIoCompletionPort(Pointer.createConstant(INVALID_HANDLE), null, null, 1);

    /** Links the libraries. */
    public JnaWin32() {}

    @Override
    public long createNamedPipe(String path, int openMode, int pipeMode, int instances, int bufferBytes, String sddl)
            throws Win32Exception {
        try (SecurityAttributes security = SecurityAttributes.of(sddl);
                Memory name = wide(path)) {
            Pointer pipe = Functions.CreateNamedPipeW(
                    name, openMode, pipeMode, instances, bufferBytes, bufferBytes, 0, security.pointer());
            return associated(checked("CreateNamedPipeW", pipe));
        }
    }

    @Override
    public long openNamedPipe(String path) throws Win32Exception {
        try (Memory name = wide(path)) {
            Pointer pipe = Functions.CreateFileW(
                    name,
                    GENERIC_READ_WRITE,
                    0,
                    null,
                    OPEN_EXISTING,
                    FILE_FLAG_OVERLAPPED | SECURITY_IDENTIFICATION,
                    null);
            return associated(checked("CreateFileW", pipe));
        }
    }

    private long associated(long pipe) throws Win32Exception {
        if (Functions.CreateIoCompletionPort(pointer(pipe), PORT, null, 0) == null) {
            Win32Exception e = failed("CreateIoCompletionPort");
            closeHandle(pipe);
            throw e;
        }
        return pipe;
    }

    @Override
    public void waitNamedPipe(String path, int millis) throws Win32Exception {
        try (Memory name = wide(path)) {
            check("WaitNamedPipeW", Functions.WaitNamedPipeW(name, millis));
        }
    }

    @Override
    public long clientProcessId(long pipe) throws Win32Exception {
        try (Memory id = new Memory(Integer.BYTES)) {
            check("GetNamedPipeClientProcessId", Functions.GetNamedPipeClientProcessId(pointer(pipe), id));
            return Integer.toUnsignedLong(id.getInt(0));
        }
    }

    @Override
    public long serverProcessId(long pipe) throws Win32Exception {
        try (Memory id = new Memory(Integer.BYTES)) {
            check("GetNamedPipeServerProcessId", Functions.GetNamedPipeServerProcessId(pointer(pipe), id));
            return Integer.toUnsignedLong(id.getInt(0));
        }
    }

    /** The pipe file system can be listed like a folder. */
    @Override
    public List<String> pipeNames() {
        String[] names = new File("\\\\.\\pipe\\").list();
        return names == null ? List.of() : List.of(names);
    }

    @Override
    public Operation operation(long pipe, int bufferBytes) throws Win32Exception {
        return new JnaOperation(pointer(pipe), createEvent(), bufferBytes);
    }

    @Override
    public long createEvent() throws Win32Exception {
        return checked("CreateEventW", Functions.CreateEventW(null, 1, 0, null));
    }

    @Override
    public void setEvent(long event) {
        Functions.SetEvent(pointer(event));
    }

    @Override
    public void resetEvent(long event) {
        Functions.ResetEvent(pointer(event));
    }

    @Override
    public int waitForAny(long[] handles, int millis) {
        Memory all = HANDLES.get();
        for (int i = 0; i < handles.length; i++) {
            all.setPointer((long) i * Native.POINTER_SIZE, pointer(handles[i]));
        }
        int result = Functions.WaitForMultipleObjects(handles.length, all, 0, millis);
        return result >= 0 && result < handles.length ? result : notSignalled(result);
    }

    private static int notSignalled(int result) {
        final int timeout = 0x102;
        if (result == timeout) {
            return WAIT_TIMEOUT;
        }
        throw new IllegalStateException("WaitForMultipleObjects: " + Win32Error.text(Native.getLastError()));
    }

    @Override
    public void closeHandle(long handle) {
        Functions.CloseHandle(pointer(handle));
    }

    @Override
    public long currentProcessId() {
        return Integer.toUnsignedLong(Functions.GetCurrentProcessId());
    }

    @Override
    public String userOf(long processId) throws Win32Exception {
        return ProcessToken.userOf((int) processId);
    }

    /** Found by name: Windows before 8 has no such function, and no packages. */
    @Override
    public boolean isPackaged() {
        try (Memory length = new Memory(Integer.BYTES)) {
            length.setInt(0, 0);
            Function asked = NativeLibrary.getInstance("kernel32").getFunction("GetCurrentPackageFullName");
            return asked.invokeInt(new Object[] {length, null}) != APPMODEL_ERROR_NO_PACKAGE;
        } catch (UnsatisfiedLinkError e) {
            return false;
        }
    }

    // ---- what the calls of this package share

    static Pointer pointer(long handle) {
        return new Pointer(handle);
    }

    static Memory wide(String text) {
        Memory memory = new Memory(2L * (text.length() + 1));
        for (int i = 0; i < text.length(); i++) {
            memory.setShort(2L * i, (short) text.charAt(i));
        }
        memory.setShort(2L * text.length(), (short) 0);
        return memory;
    }

    static void check(String function, int succeeded) throws Win32Exception {
        if (succeeded == 0) {
            throw failed(function);
        }
    }

    private static long checked(String function, @Nullable Pointer handle) throws Win32Exception {
        long value = Pointer.nativeValue(handle);
        if (value == 0 || value == INVALID_HANDLE || (value == 0xFFFF_FFFFL && Native.POINTER_SIZE == Integer.BYTES)) {
            throw failed(function);
        }
        return value;
    }

    static Win32Exception failed(String function) {
        return new Win32Exception(function, Native.getLastError());
    }
}
