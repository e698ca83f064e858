package io.valise.ipc.spi.stream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;

/**
 * Bytes both ways and the ways to wait for them: what {@link StreamLink} needs of a medium. Reading and writing never
 * block and are each done by one thread at a time; {@link #wake} and {@link #close} may be called by any thread.
 *
 * @since 0.1.0
 */
public interface ByteStream extends ByteChannel {
    /** Called once, before anything else: what {@link #arm} calls back, on any thread. It returns quickly. */
    void onReadable(Runnable readable);

    /** Takes what has arrived: 0 when that is nothing, -1 when nothing will come any more. */
    @Override
    int read(ByteBuffer into) throws IOException;

    /** Takes as many bytes as there is room for now. */
    @Override
    int write(ByteBuffer from) throws IOException;

    /** Whether all that {@link #write} took has left this process; pushes it, without waiting for the peer to read. */
    boolean flush() throws IOException;

    /** Blocks until there is something to read or the end, {@link #wake}, an interrupt, or the time is up. */
    void awaitReadable(long nanos);

    /** Makes the current {@link #awaitReadable}, or else the next one, return at once. */
    void wake();

    /** Blocks until {@link #write} or {@link #flush} can make progress, {@link #close}, an interrupt, or the time is up. */
    void awaitWritable(long nanos);

    /** No thread reads for now: what only a reader needs may be freed. */
    void rest();

    /** Asks for one call of the callback as soon as there is something to read or the end; at once if there is already. */
    void arm();

    /** Ends both directions and frees what is held; bytes flushed before reach the peer. Idempotent; threads that wait return. */
    @Override
    void close();
}
