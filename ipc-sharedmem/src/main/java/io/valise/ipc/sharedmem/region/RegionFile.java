package io.valise.ipc.sharedmem.region;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.sharedmem.layout.EndMark;
import io.valise.ipc.sharedmem.layout.ObjectLayout;
import io.valise.ipc.sharedmem.layout.RegionLayout;
import io.valise.ipc.sharedmem.os.MappedWindows;
import io.valise.ipc.sharedmem.os.SegmentFile;
import io.valise.ipc.spi.runtime.LockFile;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.Threads;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The file of a region as this process holds it, however often the region is open here.
 *
 * <h2>Who frees it</h2>
 *
 * <p>Each process that holds a region has a shared lock on one byte of its file, which the kernel takes away when the
 * process dies: the kernel counts the holders. A process that closes the region tries to get the lock exclusively. That
 * succeeds for the last holder only, which then removes the file. Where the last holder died, the next sweep does the
 * same. A process that opens the file while it is being removed does not get the shared lock, or finds no file.
 *
 * <p>The locks are a {@link LockFile}'s: a probe of a file that this JVM holds, under any name and by any copy of this
 * class, finds it held and releases no lock. A new file is locked before it gets its name: no sweep finds a region that
 * has no holder yet.
 *
 * <p>Thread-safe.
 */
public final class RegionFile {
    private static final Map<Path, RegionFile> HELD = new HashMap<>(); // guarded by itself
    private static final int ATTEMPTS = 8;
    private static final long PAUSE_NANOS = 50_000;

    private final Path path;
    private final LockFile file;
    private final RegionLayout layout;

    /** Says that this process holds it. */
    private final LockFile.Lock holding;

    private final Map<MapMode, MappedWindows> mapped = new HashMap<>(2); // guarded by HELD

    /** Held by the thread that writes, or looks whether another process does. */
    private final ReentrantLock writer = new ReentrantLock();

    private LockFile.@Nullable Lock writing; // guarded by writer

    private int uses = 1; // guarded by HELD

    private RegionFile(Path path, LockFile file, RegionLayout layout, LockFile.Lock holding) {
        this.path = path;
        this.file = file;
        this.layout = layout;
        this.holding = holding;
    }

    /**
     * Creates the file of a region, mode 0600, with all its bytes allocated.
     *
     * @throws IpcException {@code ADDRESS_IN_USE} when there is a region of that name, {@code RESOURCE_EXHAUSTED} when
     *     there is no room, {@code ACCESS_DENIED}
     */
    public static RegionFile create(RegionDirectory directory, Path path, RegionLayout layout) {
        try {
            checkRoom(path, layout.fileBytes());
            return makeUnlessTaken(directory, path, layout);
        } catch (IOException e) {
            throw SegmentFile.failed(IpcStatus.RESOURCE_EXHAUSTED, "create", path, layout.fileBytes(), e);
        }
    }

    private static RegionFile makeUnlessTaken(RegionDirectory directory, Path path, RegionLayout layout)
            throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            RegionFile made = make(directory, path, layout);
            if (made != null) {
                return made;
            }
        }
        throw new IpcException(
                IpcStatus.ADDRESS_IN_USE,
                "region " + path + ": it exists; open it, or take another name",
                Delivery.NOT_SENT);
    }

    /**
     * Opens the file of a region once more, and maps it.
     *
     * @throws IpcException {@code ENDPOINT_NOT_FOUND}, {@code PROTOCOL_ERROR}, {@code VERSION_MISMATCH},
     *     {@code ACCESS_DENIED}
     */
    public static RegionFile open(Path path, MapMode mode) {
        synchronized (HELD) {
            RegionFile held = HELD.get(path);
            if (held != null) {
                held.uses++;
                return held;
            }
            try {
                RegionFile opened = hold(path, mode);
                HELD.put(path, opened);
                return opened;
            } catch (NoSuchFileException e) {
                throw gone(path, e);
            } catch (IOException e) {
                throw SegmentFile.failed(IpcStatus.RESOURCE_EXHAUSTED, "open", path, 0, e);
            }
        }
    }

    /** Ends one use; removes the file after the last use of the last process. */
    public void close() {
        synchronized (HELD) {
            if (--uses == 0) {
                HELD.remove(path, this); // if its file was removed, another file may have its name
                try {
                    mapped.values().forEach(MappedWindows::unmap);
                } finally {
                    letGo();
                }
            }
        }
    }

    private void letGo() {
        try (file) {
            holding.close();
            removeIfUnheld(path, file);
        } catch (IOException e) {
            whyItStays(path, e);
        }
    }

    /** The mapping of header and content: one for each mode, shared by all uses, for as long as there are any. */
    public MappedWindows windows(MapMode mode) throws IOException {
        synchronized (HELD) {
            MappedWindows known = mapped.get(mode);
            if (known == null) {
                known = file.use(channel -> map(channel, mode, layout));
                mapped.put(mode, known);
            }
            return known;
        }
    }

    private static MappedWindows map(FileChannel channel, MapMode mode, RegionLayout layout) throws IOException {
        return new MappedWindows(channel, mode, RegionLayout.HEADER_BYTES, layout.bytes(), layout.endAt());
    }

    /** Removes a region's file if no process holds it. */
    static void removeIfAbandoned(Path path) {
        try (LockFile probe = LockFile.open(path, Set.of(READ, WRITE, NOFOLLOW_LINKS))) {
            removeIfUnheld(path, probe);
        } catch (IOException e) {
            whyItStays(path, e);
        }
    }

    /**
     * A process that gets the lock alone is the only holder, or there is none. A named object that a process died with
     * stays until the next one has acquired it, and was told.
     */
    private static void removeIfUnheld(Path path, LockFile file) throws IOException {
        if (file.tryExclusive(RegionLayout.HOLDER_LOCK) != null && file.isAt(path) && !isToBeTold(path, file)) {
            Files.deleteIfExists(path);
        }
    }

    private static boolean isToBeTold(Path path, LockFile file) throws IOException {
        try {
            return RegionDirectory.isOpenedByName(path) && file.<Boolean>use(ObjectLayout::isMarked);
        } catch (IpcException e) { // no file of ours
            return false;
        }
    }

    private static void whyItStays(Path path, IOException e) {
        log(e instanceof NoSuchFileException ? "others removed it" : "left to the next sweep", path, e);
    }

    /** Whether it is as it was made. */
    public boolean isWhole() {
        try {
            return file.use(layout::isWhole);
        } catch (IOException e) {
            throw SegmentFile.failed(IpcStatus.RESOURCE_EXHAUSTED, "inspect", path, layout.fileBytes(), e);
        }
    }

    /** What it holds. */
    public RegionLayout layout() {
        return layout;
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /**
     * Becomes the writer, among all processes, until {@link #endWriting}; waits for another that is.
     *
     * @throws IllegalStateException when this thread is it already
     */
    public void beginWriting() {
        if (writer.isHeldByCurrentThread()) {
            throw new IllegalStateException("region " + path + ": limit=1 write at a time, this thread writes already");
        }
        writer.lock();
        boolean locked = false;
        try {
            writing = writersLock();
            locked = true;
        } catch (IOException e) {
            throw SegmentFile.failed(IpcStatus.RESOURCE_EXHAUSTED, "lock", path, layout.fileBytes(), e);
        } finally {
            if (!locked) { // an Error too, or no thread here could write any more
                writer.unlock();
            }
        }
    }

    /**
     * Polls: an interrupt during a blocking lock call would close the file for all its holders here; during a try it
     * does not.
     */
    private LockFile.Lock writersLock() throws IOException {
        LockFile.Lock lock = file.tryExclusive(RegionLayout.WRITER_LOCK);
        while (lock == null) {
            Threads.pause(PAUSE_NANOS);
            lock = file.tryExclusive(RegionLayout.WRITER_LOCK);
        }
        return lock;
    }

    /** Ends the turn of this thread as the writer. */
    public void endWriting() {
        LockFile.Lock lock = writing;
        writing = null;
        try {
            if (lock != null) {
                lock.close();
            }
        } catch (IOException e) {
            log("the writer's lock stays until it is closed", path, e);
        } finally {
            writer.unlock();
        }
    }

    /**
     * Locks a byte for this process, until the lock is closed or the process ends.
     *
     * @return null when another process, or this one, has locked it
     */
    public LockFile.@Nullable Lock tryLock(long position) {
        try {
            return file.tryExclusive(position);
        } catch (IOException e) {
            throw SegmentFile.failed(IpcStatus.RESOURCE_EXHAUSTED, "lock", path, layout.fileBytes(), e);
        }
    }

    /** Whether this thread is the writer. */
    public boolean isWrittenHere() {
        return writer.isHeldByCurrentThread();
    }

    /** Whether another thread writes now, in any process. */
    public boolean isBeingWritten() {
        if (!writer.tryLock()) {
            return true;
        }
        try (LockFile.Lock free = file.tryExclusive(RegionLayout.WRITER_LOCK)) {
            return free == null;
        } catch (IOException e) {
            throw SegmentFile.failed(IpcStatus.RESOURCE_EXHAUSTED, "probe", path, layout.fileBytes(), e);
        } finally {
            writer.unlock();
        }
    }

    /** Makes the file under another name; null when the name it shall have is taken, or a sweep was faster. */
    private static @Nullable RegionFile make(RegionDirectory directory, Path path, RegionLayout layout)
            throws IOException {
        Path unfinished = directory.unfinished();
        try (Making making = new Making(LockFile.open(unfinished, Set.of(CREATE_NEW, READ, WRITE)))) {
            LockFile.Lock holding = making.file.tryShared(RegionLayout.HOLDER_LOCK);
            if (holding == null || !making.file.isAt(unfinished)) {
                return null;
            }
            making.file.use(channel -> {
                SegmentFile.allocate(channel, layout.fileBytes());
                channel.write(EndMark.bytes(), layout.endAt());
                return channel.write(layout.header(), 0);
            });
            return publish(making, path, layout, holding);
        } finally {
            SegmentFile.remove(unfinished);
        }
    }

    private static @Nullable RegionFile publish(Making making, Path path, RegionLayout layout, LockFile.Lock holding)
            throws IOException {
        synchronized (HELD) {
            try {
                Files.createLink(path, making.file.path());
            } catch (FileAlreadyExistsException taken) {
                removeIfAbandoned(path);
                return null;
            }
            RegionFile made = new RegionFile(path, making.handOver(), layout, holding);
            HELD.put(path, made);
            return made;
        }
    }

    private static RegionFile hold(Path path, MapMode mode) throws IOException {
        if (!Files.isRegularFile(path, NOFOLLOW_LINKS)) {
            throw new NoSuchFileException(path.toString());
        }
        try (Making opening = new Making(LockFile.open(path, Set.of(READ, WRITE, NOFOLLOW_LINKS)))) {
            LockFile.Lock holding = opening.file.tryShared(RegionLayout.HOLDER_LOCK);
            if (holding == null || !opening.file.isAt(path)) {
                throw new NoSuchFileException(path.toString());
            }
            return opening.file.use(channel -> map(path, mode, opening, holding, channel));
        }
    }

    private static RegionFile map(Path path, MapMode mode, Making opening, LockFile.Lock holding, FileChannel channel)
            throws IOException {
        RegionLayout layout = RegionLayout.read(channel);
        MappedWindows windows = map(channel, mode, layout);
        RegionFile held = new RegionFile(path, opening.handOver(), layout, holding);
        held.mapped.put(mode, windows);
        return held;
    }

    private static void checkRoom(Path path, long bytes) throws IOException {
        Path directory = path.getParent();
        if (directory != null && Files.getFileStore(directory).getUsableSpace() < bytes) {
            throw new IOException("not enough room");
        }
    }

    private static IpcException gone(Path path, @Nullable Throwable cause) {
        return new IpcException(
                IpcStatus.ENDPOINT_NOT_FOUND,
                "region " + path + ": not found; its last holder has closed it, or it is in another runtime directory",
                Delivery.NOT_SENT,
                cause);
    }

    private static void closeQuietly(LockFile file) {
        try {
            file.close();
        } catch (IOException e) {
            log("closing failed, its descriptor is free anyway", file.path(), e);
        }
    }

    private static void log(String what, Path path, Exception cause) {
        SafeLog.of(RegionFile.class).log(Level.DEBUG, "region " + path + ": " + what, cause);
    }

    /** A file that is closed unless it was handed over. */
    private static final class Making implements AutoCloseable {
        final LockFile file;
        private boolean handedOver;

        Making(LockFile file) {
            this.file = file;
        }

        LockFile handOver() {
            handedOver = true;
            return file;
        }

        @Override
        public void close() {
            if (!handedOver) {
                closeQuietly(file);
            }
        }
    }
}
