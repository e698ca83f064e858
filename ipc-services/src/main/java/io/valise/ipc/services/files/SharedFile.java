package io.valise.ipc.services.files;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.spi.runtime.PrivateFile;
import io.valise.ipc.spi.runtime.SafeLog;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.concurrent.Flow;

/**
 * A file of another process, read once from begin to end. At most 1 MiB of it is buffered here: the peer sends more as
 * it is read. {@link #read} waits for the peer without a limit of its own; it ends when the connection does. Reading is
 * for one thread at a time; {@link #close} for any.
 *
 * <p>The peer is told that all bytes have arrived, and the token is spent, by {@link #copyTo} when the file is there
 * whole, and by the {@link #read} that returns -1, that is, after the caller has processed the earlier bytes. Without
 * that the token can be redeemed again. The bytes read are valid even when the peer can no longer be told.
 *
 * @since 0.1.0
 */
public final class SharedFile implements ReadableByteChannel {
    private static final Logger LOG = SafeLog.of("io.valise.ipc.services.files");
    private static final int COPY_BYTES = 64 * 1024;

    private final Arrivals arrivals = new Arrivals();
    private String name = "";
    private long size;
    private long read;
    private ByteBuffer chunk = ByteBuffer.allocate(0);
    private Progress progress = (bytes, total) -> {};
    private final Runnable confirmation;
    private boolean confirmed;

    /**
     * Is told how far a transfer has come.
     *
     * @since 0.1.0
     */
    @FunctionalInterface
    public interface Progress {
        /** So many of all bytes have been read; called by the thread that reads. */
        void transferred(long bytes, long total);
    }

    private SharedFile(Runnable confirmation) {
        this.confirmation = confirmation;
    }

    static SharedFile receive(Flow.Publisher<ValueSet> stream, Runnable confirmation) {
        SharedFile file = new SharedFile(confirmation);
        stream.subscribe(file.arrivals);
        ValueSet first = file.arrivals.first();
        try {
            file.name = first.getString(FileSource.NAME);
            file.size = first.getLong(FileSource.SIZE);
            return file;
        } catch (RuntimeException e) { // the peer does not share files: it need not send more
            file.close();
            throw e;
        }
    }

    /** Its name at the peer, without folders. Do not use it as a path without a check. */
    public String name() {
        return name;
    }

    /** How many bytes it has. */
    public long size() {
        return size;
    }

    /** Reports progress to this listener from now on, instead of the earlier one. */
    public SharedFile onProgress(Progress listener) {
        progress = listener;
        return this;
    }

    /**
     * Reads the bytes that have arrived; waits when none have. When all have been read, tells the peer and returns -1.
     *
     * @throws IpcException the reason for which the rest will not come, such as {@code PEER_DIED}
     * @throws ClosedChannelException when it was closed
     */
    @Override
    public int read(ByteBuffer target) throws IOException {
        if (!chunk.hasRemaining() && !next()) {
            confirm();
            return -1;
        }
        int count = Math.min(chunk.remaining(), target.remaining());
        target.put(chunk.slice().limit(count));
        chunk.position(chunk.position() + count);
        read += count;
        if (count > 0) {
            progress.transferred(read, size);
        }
        return count;
    }

    private void confirm() {
        if (confirmed) {
            return;
        }
        confirmed = true;
        try {
            confirmation.run();
        } catch (IpcException e) { // all bytes have arrived all the same; the token may be redeemable again
            LOG.log(Level.DEBUG, "shared file " + name + ": its owner was not told that it has arrived", e);
        }
    }

    private boolean next() throws IOException {
        if (read >= size && isOpen()) {
            return false;
        }
        ValueSet item = arrivals.next();
        if (item == null) {
            throw new IpcException(
                    IpcStatus.PROTOCOL_ERROR, "shared file " + name + ": size=" + size + ", actual=" + read);
        }
        chunk = ByteBuffer.wrap(item.getBytes(FileSource.DATA));
        return true;
    }

    /**
     * Reads all of it into a new file, which is there when all of it is: until then it lies beside it under a name that
     * begins with {@code .draft-}, and is deleted when the transfer fails.
     *
     * @throws IOException when that exists already, or cannot be written
     */
    public void copyTo(Path target) throws IOException {
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(target.toString());
        }
        Path draft = target.resolveSibling(PrivateFile.DRAFT_PREFIX + UUID.randomUUID());
        try {
            copyToNew(draft);
            Files.move(draft, target);
            confirm();
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    private void copyToNew(Path target) throws IOException {
        try (FileChannel out = FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(COPY_BYTES);
            while (read < size) { // not up to the -1 that confirms
                read(buffer);
                buffer.flip();
                while (buffer.hasRemaining()) {
                    out.write(buffer);
                }
                buffer.clear();
            }
        }
    }

    /** Reads what is left of it. */
    public byte[] readAll() throws IOException {
        return Channels.newInputStream(this).readAllBytes();
    }

    @Override
    public boolean isOpen() {
        return arrivals.isOpen();
    }

    /** Ends the transfer; the peer stops sending, and a token that is not spent can be redeemed again. Idempotent. */
    @Override
    public void close() {
        arrivals.close();
    }
}
