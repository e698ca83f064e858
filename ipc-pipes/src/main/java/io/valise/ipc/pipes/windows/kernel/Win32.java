package io.valise.ipc.pipes.windows.kernel;

import java.util.List;

/**
 * All functions of Windows that {@code pipe:} calls: each method is one documented function, or one fixed sequence of
 * them, with its documented results. Handles are numbers. Thread-safe.
 *
 * <p>The caller must make sure that a handle is closed once, and not while a thread waits for it; no implementation
 * checks that.
 */
public interface Win32 {
    /** {@code PIPE_ACCESS_DUPLEX}: both ends read and write. */
    int PIPE_ACCESS_DUPLEX = 0x3;
    /** {@code FILE_FLAG_FIRST_PIPE_INSTANCE}: fails with {@code ERROR_ACCESS_DENIED} if the name has an instance. */
    int FILE_FLAG_FIRST_PIPE_INSTANCE = 0x0008_0000;
    /** {@code FILE_FLAG_OVERLAPPED}: reading and writing do not wait for each other. */
    int FILE_FLAG_OVERLAPPED = 0x4000_0000;
    /** {@code PIPE_REJECT_REMOTE_CLIENTS}; type, read mode and wait mode are bytes and wait, all zero. */
    int PIPE_REJECT_REMOTE_CLIENTS = 0x8;
    /** {@code PIPE_UNLIMITED_INSTANCES}. */
    int PIPE_UNLIMITED_INSTANCES = 255;
    /** How many handles {@link #waitForAny} takes ({@code MAXIMUM_WAIT_OBJECTS}). */
    int MAXIMUM_WAIT_OBJECTS = 64;
    /** No limit of time. */
    int INFINITE = -1;
    /** What {@link #waitForAny} returns when the time is up. */
    int WAIT_TIMEOUT = -1;

    /**
     * {@code CreateNamedPipeW}: a new instance, which listens at once. I/O on it outlives the thread that began it (the
     * handle is associated with a completion port that is not read).
     *
     * @param sddl owner and access list of the pipe, if this creates it
     * @throws Win32Exception {@code ERROR_ACCESS_DENIED}, {@code ERROR_PIPE_BUSY} when there are {@code instances} already
     */
    long createNamedPipe(String path, int openMode, int pipeMode, int instances, int bufferBytes, String sddl)
            throws Win32Exception;

    /**
     * {@code CreateFileW} for reading and writing, overlapped, letting the server identify the caller but not act as it.
     *
     * @throws Win32Exception {@code ERROR_FILE_NOT_FOUND}, {@code ERROR_PIPE_BUSY} when no instance listens,
     *     {@code ERROR_ACCESS_DENIED}
     */
    long openNamedPipe(String path) throws Win32Exception;

    /**
     * {@code WaitNamedPipeW}: waits until an instance listens. Another process may still take it first.
     *
     * @throws Win32Exception {@code ERROR_FILE_NOT_FOUND}, {@code ERROR_SEM_TIMEOUT}
     */
    void waitNamedPipe(String path, int millis) throws Win32Exception;

    /** {@code GetNamedPipeClientProcessId}, of a server's handle. */
    long clientProcessId(long pipe) throws Win32Exception;

    /** {@code GetNamedPipeServerProcessId}, of a client's handle. */
    long serverProcessId(long pipe) throws Win32Exception;

    /** The names of all pipes there are, without {@code \\.\pipe\}. */
    List<String> pipeNames();

    /** An {@code OVERLAPPED} with an event and a buffer of its own, for one direction of a pipe. */
    Operation operation(long pipe, int bufferBytes) throws Win32Exception;

    /** {@code CreateEventW}: manual reset, not signalled. */
    long createEvent() throws Win32Exception;

    /** {@code SetEvent}. */
    void setEvent(long event);

    /** {@code ResetEvent}. */
    void resetEvent(long event);

    /**
     * {@code WaitForMultipleObjects} for any of them.
     *
     * @param millis how long, or {@link #INFINITE}
     * @return the index of the first that is signalled, or {@link #WAIT_TIMEOUT}
     */
    int waitForAny(long[] handles, int millis);

    /** {@code CloseHandle}. What a pipe holds stays readable at its other end. */
    void closeHandle(long handle);

    /** {@code GetCurrentProcessId}. */
    long currentProcessId();

    /** The user's SID ("S-1-5-21-…") in the token of a process: {@code OpenProcessToken}, {@code GetTokenInformation}. */
    String userOf(long processId) throws Win32Exception;

    /** Whether this process has package identity ({@code GetCurrentPackageFullName}): its pipes are under {@code LOCAL\}. */
    boolean isPackaged();
}
