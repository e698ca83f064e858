package io.valise.ipc.pipes.windows.kernel;

import java.nio.ByteBuffer;

/**
 * One overlapped operation at a time on a pipe, again and again. Its event is signalled while none is pending, once one
 * was started. Not thread-safe, but for {@link #event}; one thread may wait for the event while another uses the rest.
 */
public interface Operation {
    /** The buffer that is written from and read into; not to be touched while an operation is pending. */
    ByteBuffer buffer();

    /** Signalled when the operation ends; its handle belongs to this. */
    long event();

    /**
     * {@code ConnectNamedPipe}.
     *
     * @return {@code ERROR_IO_PENDING}, {@code ERROR_PIPE_CONNECTED} when a client connected before, {@code
     *     ERROR_NO_DATA} when it has closed its handle again
     */
    int connect();

    /**
     * {@code ReadFile} of what has arrived, at most the buffer's capacity.
     *
     * @return 0 when it is done, {@code ERROR_IO_PENDING}, {@code ERROR_MORE_DATA} when it is done but for the rest of a
     *     message, {@code ERROR_BROKEN_PIPE}, …
     */
    int read();

    /**
     * {@code WriteFile} of the buffer's first bytes.
     *
     * @return 0 when it is done, {@code ERROR_IO_PENDING}, {@code ERROR_NO_DATA} when the other end is closed, …
     */
    int write(int length);

    /** {@code GetOverlappedResult} without waiting: 0, {@code ERROR_IO_INCOMPLETE}, {@code ERROR_OPERATION_ABORTED}, … */
    int result();

    /** How many bytes the operation moved, once {@link #result} is 0 or {@code ERROR_MORE_DATA}. */
    int transferred();

    /** {@code CancelIoEx}, then waits until the system no longer uses the buffer. Nothing is pending afterwards. */
    void cancel();

    /** Frees buffer and event; nothing is pending and no thread waits. */
    void free();
}
