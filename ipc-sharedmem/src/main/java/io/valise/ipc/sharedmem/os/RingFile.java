package io.valise.ipc.sharedmem.os;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.sharedmem.layout.RingFileLayout;
import io.valise.ipc.spi.runtime.LateFaults;
import io.valise.ipc.spi.runtime.LockFile;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The file of a ring that programs open by its path: mapped, and kept open for the locks that record which process has
 * which end. The kernel releases a lock when its process ends for any reason. Thread-safe.
 */
public final class RingFile implements AutoCloseable {
    private final Path path;
    private final LockFile file;
    private final RingFileLayout layout;
    private final SharedMemory memory;

    private RingFile(Path path, LockFile file, RingFileLayout layout, FileChannel channel) throws IOException {
        this.path = path;
        this.file = file;
        this.layout = layout;
        this.memory = MemoryKind.ofThisJvm().mapUntilCollected(channel, layout.fileBytes());
    }

    /**
     * Creates the file, mode 0600, with every byte of it allocated.
     *
     * @throws IpcException {@code ADDRESS_IN_USE} when there is one, {@code RESOURCE_EXHAUSTED}, {@code ACCESS_DENIED},
     *     {@code PROTOCOL_ERROR} when another process truncated it meanwhile
     */
    public static RingFile create(Path path, RingFileLayout layout) {
        try {
            LockFile file = LockFile.open(path, Set.of(CREATE_NEW, READ, WRITE));
            return closedUnlessDone(file, path, channel -> {
                SegmentFile.allocate(channel, layout.fileBytes());
                RingFile ring = new RingFile(path, file, layout, channel);
                return ring.whole(() -> layout.writeHeader(ring.memory));
            });
        } catch (FileAlreadyExistsException e) {
            throw new IpcException(
                    IpcStatus.ADDRESS_IN_USE,
                    "ring " + path + ": it exists; open it, or delete it when no process uses it",
                    Delivery.NOT_SENT,
                    e);
        } catch (IOException e) {
            throw SegmentFile.failed(IpcStatus.RESOURCE_EXHAUSTED, "create", path, layout.fileBytes(), e);
        }
    }

    /**
     * Opens the file of a ring.
     *
     * @throws IpcException {@code ENDPOINT_NOT_FOUND}, {@code PROTOCOL_ERROR} when it holds no ring,
     *     {@code VERSION_MISMATCH}, {@code ACCESS_DENIED}
     */
    public static RingFile open(Path path) {
        try {
            if (!Files.isRegularFile(path, NOFOLLOW_LINKS)) {
                throw new NoSuchFileException(path.toString());
            }
            LockFile file = LockFile.open(path, Set.of(READ, WRITE, NOFOLLOW_LINKS));
            return closedUnlessDone(file, null, channel -> {
                RingFile ring = new RingFile(path, file, RingFileLayout.ofFile(channel.size()), channel);
                return ring.whole(() -> ring.layout.checkHeader(ring.memory));
            });
        } catch (NoSuchFileException e) {
            throw new IpcException(
                    IpcStatus.ENDPOINT_NOT_FOUND,
                    "ring " + path + ": no such file; create it first",
                    Delivery.NOT_SENT,
                    e);
        } catch (IOException e) {
            throw SegmentFile.failed(IpcStatus.RESOURCE_EXHAUSTED, "open", path, 0, e);
        }
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /** Its layout. */
    public RingFileLayout layout() {
        return layout;
    }

    /** Its memory, usable even after {@link #close}. */
    public SharedMemory memory() {
        return memory;
    }

    /**
     * Locks a byte until {@link #unlock}, {@link #close} or the end of this process.
     *
     * @return null when another process, or this one, has it
     */
    public LockFile.@Nullable Lock lock(long at) {
        try {
            return file.tryExclusive(at);
        } catch (IOException e) {
            throw SegmentFile.failed(IpcStatus.RESOURCE_EXHAUSTED, "lock", path, layout.fileBytes(), e);
        }
    }

    /** Frees a byte. */
    public void unlock(LockFile.Lock lock) {
        try {
            lock.close();
        } catch (IOException e) {
            throw SegmentFile.failed(IpcStatus.RESOURCE_EXHAUSTED, "unlock", path, layout.fileBytes(), e);
        }
    }

    /** Uses the memory once, and has the JVM say now if it is gone. */
    private RingFile whole(Runnable use) {
        try {
            use.run();
            LateFaults.report();
            return this;
        } catch (InternalError fault) {
            throw cut(fault);
        }
    }

    /** Whether the file is as it was made; yes after the close, when its size is not known. */
    public boolean isWhole() {
        try {
            return file.use(layout::isWhole);
        } catch (ClosedChannelException closedHere) {
            return true;
        } catch (IOException e) {
            throw SegmentFile.failed(IpcStatus.RESOURCE_EXHAUSTED, "inspect", path, layout.fileBytes(), e);
        }
    }

    /** The error for a file that another process has truncated. */
    public IpcException cut(@Nullable Throwable cause) {
        LateFaults.settle(); // there may be more of them, which would come up anywhere
        return new IpcException(
                IpcStatus.PROTOCOL_ERROR,
                "ring " + path + ": limit=" + layout.fileBytes() + " bytes, actual=it was truncated or overwritten by"
                        + " another process; close it in each process, delete it, and create it anew",
                Delivery.NOT_SENT,
                cause);
    }

    /** Releases all locks; the file stays. Idempotent. */
    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw SegmentFile.failed(IpcStatus.RESOURCE_EXHAUSTED, "close", path, layout.fileBytes(), e);
        }
    }

    private static RingFile closedUnlessDone(LockFile file, @Nullable Path toRemove, LockFile.Step<RingFile> step)
            throws IOException {
        boolean done = false;
        try {
            RingFile ring = file.use(step);
            done = true;
            return ring;
        } finally {
            if (!done) {
                file.close();
                if (toRemove != null) {
                    SegmentFile.remove(toRemove);
                }
            }
        }
    }
}
