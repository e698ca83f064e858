package io.valise.ipc.services.files;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.spi.runtime.PrivateFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
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
 * <p>The token is spent before the last byte is handed over, and not sooner: so no two processes that read with this class get all
 * of a file by one token, and a reader that fails or is killed before, because its disk is full for example, leaves the token as it was. {@link
 * #copyTo} spends it when the file is on the disk whole. A reader that cannot learn whether the token is spent, because the
 * connection ended just then, does not get the last byte.
 *
 * @since 0.1.0
 */
public final class SharedFile implements ReadableByteChannel {
    private static final int COPY_BYTES = 64 * 1024;

    private final Arrivals arrivals = new Arrivals();
    private String name = "";
    private long size;
    private long read;
    private ByteBuffer chunk = ByteBuffer.allocate(0);
    private Progress progress = (bytes, total) -> {};
    private final Runnable spending;
    private boolean spent;

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

    private SharedFile(Runnable spending) {
        this.spending = spending;
    }

    /** @param spending spends the token, or throws an IpcException; called when all bytes have arrived */
    static SharedFile receive(Flow.Publisher<ValueSet> stream, Runnable spending) {
        SharedFile file = new SharedFile(spending);
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

    /** Whether the token is spent by this reader: all bytes have been handed over, or all but the last. */
    public boolean isSpent() {
        return spent;
    }

    /**
     * Reads the bytes that have arrived; waits when none have. Spends the token before the last byte.
     *
     * @return how many, at least 1 where there is room; -1 when all have been read
     * @throws IpcException the reason for which the rest will not come, such as {@code PEER_DIED}; {@code ACCESS_DENIED}
     *     when the token was revoked or has expired meanwhile
     * @throws ClosedChannelException when it was closed
     */
    @Override
    public int read(ByteBuffer target) throws IOException {
        if (!chunk.hasRemaining() && !next()) {
            spend(); // an empty file
            return -1;
        }
        if (!spent && target.hasRemaining() && read + 1 == size) {
            spend();
        }
        int most = Math.min(chunk.remaining(), target.remaining());
        return take(target, !spent && read + most == size ? most - 1 : most);
    }

    private int take(ByteBuffer target, int count) {
        target.put(chunk.slice().limit(count));
        chunk.position(chunk.position() + count);
        read += count;
        if (count > 0 && read + 1 != size) { // the last byte is about to follow
            progress.transferred(read, size);
        }
        return count;
    }

    private void spend() {
        if (!spent) {
            try {
                spending.run();
            } catch (IpcException e) {
                boolean refused = e.status() == IpcStatus.ACCESS_DENIED || e.delivery() != Delivery.UNKNOWN;
                throw refused ? e : inDoubt(e);
            }
            spent = true;
        }
    }

    private IpcException inDoubt(IpcException e) {
        return new IpcException(
                e.status(),
                "shared file " + name
                        + ": its token may be spent; redeem it again, and ask for another if that is refused: "
                        + e.reason(),
                e.delivery(),
                e);
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
        byte[] data = item.getBytes(FileSource.DATA);
        if (data.length > size - read) {
            throw new IpcException(
                    IpcStatus.PROTOCOL_ERROR,
                    "shared file " + name + ": size=" + size + ", actual=" + (read + data.length) + " or more");
        }
        chunk = ByteBuffer.wrap(data);
        return true;
    }

    /**
     * Reads all of it into a new file, which is there when all of it is on the disk, and never replaces another: until then it
     * lies beside it under a name that begins with {@code .draft-}, and is deleted when the transfer fails. A process that is
     * killed leaves the draft; if that was after the token was spent, the draft is whole.
     *
     * @throws IllegalStateException when bytes of it have been read before, by a copy that failed for example: redeem the token again
     * @throws IpcException as {@link #read}
     * @throws IOException when that exists already ({@link FileAlreadyExistsException}), or cannot be written; when it is made by
     *     another program at the very end, after the token was spent, the message names the draft, which is kept
     */
    public void copyTo(Path target) throws IOException {
        if (read > 0) {
            throw new IllegalStateException("shared file " + name + ": expected to copy all of it, but " + read
                    + " bytes were read before; redeem the token again");
        }
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(target.toString());
        }
        Path absolute = target.toAbsolutePath();
        Path draft = absolute.resolveSibling(PrivateFile.DRAFT_PREFIX + UUID.randomUUID());
        boolean whole = false;
        try {
            copyToNew(draft);
            syncFolderOf(draft);
            spend();
            whole = true;
        } finally {
            if (!whole) {
                Files.deleteIfExists(draft);
            }
        }
        finish(draft, absolute);
    }

    private static void finish(Path draft, Path target) throws IOException {
        try {
            rename(draft, target);
            syncFolderOf(target);
        } catch (IOException e) {
            Path whole = Files.exists(draft) ? draft : target;
            IOException kept = new FileSystemException(
                    target.toString(), null, "the token is spent, and " + whole + " is whole: " + e);
            kept.initCause(e);
            throw kept;
        }
    }

    /** Without replacing what has come there meanwhile: rename(2) would. */
    private static void rename(Path draft, Path target) throws IOException {
        boolean linked = false;
        try {
            Files.createLink(target, draft);
            linked = true;
        } catch (FileAlreadyExistsException taken) {
            throw taken;
        } catch (IOException | UnsupportedOperationException noHardLinks) { // as on FAT
            Files.move(draft, target);
        }
        if (linked) {
            Files.delete(draft);
        }
    }

    /** Nothing for a folder in which this user may write and not read, which the system cannot sync for it. */
    private static void syncFolderOf(Path file) throws IOException {
        Path folder = requireNonNull(file.getParent(), "a file lies in a folder");
        if (Files.isReadable(folder)) {
            PrivateFile.syncFolder(folder);
        }
    }

    private void copyToNew(Path target) throws IOException {
        try (FileChannel out = FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(COPY_BYTES);
            while (chunk.hasRemaining() || next()) {
                take(buffer, Math.min(chunk.remaining(), buffer.remaining()));
                buffer.flip();
                while (buffer.hasRemaining()) {
                    out.write(buffer);
                }
                buffer.clear();
            }
            out.force(true);
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
