package io.valise.ipc.spi.runtime;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The files by which the servers of this process can be found, such as sockets and endpoint files. Cleaners of temporary
 * directories remove files that look unused (tmpfiles.d(5): after ten days in {@code /tmp}), and people remove
 * directories. While a server listens, one daemon thread
 *
 * <ul>
 *   <li>looks once a second whether each of the files is there, and has a missing one published again;
 *   <li>sets the times of the files, of their folder's own files, and of the runtime directory to now once an hour;
 *   <li>renews the claim that this process uses the runtime directory when its lock file was removed.
 * </ul>
 *
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class PublishedFiles {
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long REFRESH_NANOS = TimeUnit.HOURS.toNanos(1);
    private static final int MAX_PAUSE_LOOKS = 60;

    private static final Logger LOG = SafeLog.of(PublishedFiles.class);
    private static final PublishedFiles SHARED = new PublishedFiles();

    /** Guarded by this. */
    private final Map<Entry, Outage> entries = new HashMap<>();

    private boolean running;
    private long refreshed = System.nanoTime(); // the thread's alone

    private PublishedFiles() {}

    /** One published file and how to publish it again. */
    private static final class Entry implements Kept {
        final Path file;
        final @Nullable Path folder;
        final boolean marked;
        final Publication again;
        private volatile boolean closed;

        Entry(Path file, @Nullable Path folder, Publication again) {
            this.file = file;
            this.folder = folder;
            this.marked = folder != null && OwnFolders.isMarked(folder);
            this.again = again;
        }

        @Override
        public boolean isOpen() {
            return !closed;
        }

        /** Waits for a look that is under way. */
        @Override
        public void close() {
            synchronized (this) {
                closed = true;
            }
            SHARED.remove(this);
        }
    }

    /** How many looks in a row found the file missing, and how many to pass before the next attempt. Confined to the thread. */
    private static final class Outage {
        int failures;
        int pause;
    }

    /** A file that is kept published until closed. Thread-safe. */
    public interface Kept extends AutoCloseable {
        /** Whether {@link #close} has not been called. */
        boolean isOpen();

        /**
         * Leaves the file, its folder and the runtime directory alone from now on: an attempt to publish that is under way
         * has ended when this returns. So do not call it with the folder's lock held, which that attempt may wait for.
         * Idempotent.
         */
        @Override
        void close();
    }

    /** How a file is published again. */
    @FunctionalInterface
    public interface Publication {
        /**
         * Publishes the file, under the folder's lock, unless it is there or {@code kept} is not open any more. It may block
         * for a short time.
         *
         * @return whether it was published
         * @throws IpcException when that is not possible now
         */
        boolean publish(Kept kept);
    }

    /**
     * Keeps a file published.
     *
     * @param file the file, which exists
     * @param folder the folder of the runtime directory for which the file stands
     * @param again publishes the file again, on a thread of this class
     */
    public static Kept keep(Path file, Path folder, Publication again) {
        return keep(new Entry(file, folder, again));
    }

    /** Keeps a file published that lies outside the runtime directory, in a folder that another cares for. */
    static Kept keepAlone(Path file, Publication again) {
        return keep(new Entry(file, null, again));
    }

    private static Kept keep(Entry entry) {
        look(entry, new Outage()); // also loads here what the thread needs: later there may be no descriptor for that
        SHARED.add(entry);
        return entry;
    }

    private synchronized void add(Entry entry) {
        entries.put(entry, new Outage());
        if (!running) {
            try {
                Threads.start(Threads.daemon("valise-published-files", this::run));
                running = true;
            } catch (RuntimeException | Error noThread) { // the server works without it; the next one tries again
                LOG.log(Level.WARNING, "published files are not looked after", noThread);
            }
        }
    }

    private synchronized void remove(Entry entry) {
        entries.remove(entry);
        if (entries.isEmpty()) {
            notifyAll();
        }
    }

    private void run() {
        Threads.repeat("looking after published files", this::step);
    }

    /** Returns whether there is a next step. */
    private boolean step() throws InterruptedException {
        if (!awaitNextLook()) {
            return false;
        }
        Map<Entry, Outage> now = copy();
        now.forEach((entry, outage) -> Threads.run("looking after " + entry.file, () -> look(entry, outage)));
        if (System.nanoTime() - refreshed >= REFRESH_NANOS) {
            refreshed = System.nanoTime();
            refresh(now.keySet());
        }
        return true;
    }

    /** False when nothing is left to keep: the thread ends. */
    private synchronized boolean awaitNextLook() throws InterruptedException {
        long deadline = System.nanoTime() + LOOK_NANOS;
        for (long left = LOOK_NANOS; left > 0 && !entries.isEmpty(); left = deadline - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        running = !entries.isEmpty();
        return running;
    }

    private synchronized Map<Entry, Outage> copy() {
        return Map.copyOf(entries);
    }

    private static void look(Entry entry, Outage outage) {
        synchronized (entry) { // before the folder's lock, always
            if (!entry.isOpen()) {
                return;
            }
            boolean present = Files.exists(entry.file, LinkOption.NOFOLLOW_LINKS);
            if (present && claimed(entry)) {
                outage.failures = 0;
                outage.pause = 0;
            } else if (outage.pause-- <= 0) {
                publishAgain(entry, present, outage);
            }
        }
    }

    /** Whether the files around the published one are there, too. */
    private static boolean claimed(Entry entry) {
        Path folder = entry.folder;
        return folder == null
                || ((!entry.marked || OwnFolders.isMarked(folder))
                        && InUse.of(directory(folder)).isHeld());
    }

    private static void publishAgain(Entry entry, boolean present, Outage outage) {
        try {
            if (entry.folder != null) {
                restore(entry.folder, entry.marked);
            }
            if (!present && entry.again.publish(entry)) {
                LOG.log(Level.WARNING, entry.file + " was removed while its server runs; it is published again");
            }
        } catch (RuntimeException | Error e) {
            Level level = outage.failures++ == 0 ? Level.WARNING : Level.DEBUG;
            outage.pause = Math.min(1 << Math.min(outage.failures, 10), MAX_PAUSE_LOOKS);
            String reason = e instanceof IpcException known ? known.reason() : e.toString();
            LOG.log(level, entry.file + " was removed and cannot be published again yet: " + reason);
        }
    }

    /** The folder, its mark, and the claim on the directory. A directory whose parent was removed stays removed. */
    private static void restore(Path folder, boolean marked) {
        Path directory = directory(folder);
        Path parent = directory.getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new IpcException(
                    IpcStatus.RESOURCE_EXHAUSTED, "the directory of " + directory + " is gone", Delivery.NOT_SENT);
        }
        PrivateDirectory.secure(directory);
        InUse.of(directory).holdForGood();
        PrivateDirectory.secure(folder);
        if (marked && !OwnFolders.isMarked(folder)) {
            OwnFolders.mark(folder);
        }
    }

    private static Path directory(Path folder) {
        return Objects.requireNonNull(folder.getParent(), "a folder lies in the runtime directory");
    }

    /** Sets the times of all files that must last to now. */
    static void refresh(Iterable<Path> files) {
        FileTime now = FileTime.fromMillis(System.currentTimeMillis());
        for (Path file : files) {
            try {
                Files.getFileAttributeView(file, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                        .setTimes(now, now, null);
            } catch (IOException e) { // absent, perhaps: the look finds a file that must be there
                LOG.log(Level.DEBUG, "cannot refresh the times of " + file, e);
            }
        }
    }

    private static void refresh(Set<Entry> entries) {
        Set<Path> lasting = new HashSet<>();
        for (Entry entry : entries) {
            lasting.add(entry.file);
            if (entry.folder != null) {
                lasting.addAll(ofFolder(entry.folder));
            }
        }
        refresh((Iterable<Path>) lasting);
    }

    /** What must last beside the published files of a folder. */
    private static List<Path> ofFolder(Path folder) {
        List<Path> files =
                new ArrayList<>(List.of(folder, folder.resolve(OwnFolders.MARK), folder.resolve(FolderLock.FILE)));
        files.add(directory(folder));
        files.add(directory(folder).resolve(InUse.FILE));
        return files;
    }
}
