package io.valise.ipc.spi.runtime;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE_NEW;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A file on which this process takes locks of the kernel. All file locks of the library go through this class.
 *
 * <p>A lock of fcntl(2) belongs to the process, and the process loses it when it closes <em>any</em> descriptor of the
 * file. So there is one descriptor for each locked file in the JVM, however often the file is open and whatever name it
 * has, and it is closed with the last use. Several copies of this library in one JVM, each in a class loader of its own,
 * share it: what is open is in a map of JDK types among the system properties, under {@value #TABLE}, while a file is
 * open. That map holds no class of this library, so it keeps no class loader.
 *
 * <p>A lock is counted, for the process: a shared lock on a byte is given again where this JVM has it, and the kernel
 * frees it with the last {@link Lock#close}. An exclusive lock is refused where this JVM has one on that byte, whichever
 * thread or copy of the library took it. Waits are the caller's: no lock is waited for here. An interrupt does no harm:
 * the channel, whose closing would drop all locks, is used by {@link #use} alone.
 *
 * <p>Thread-safe.
 *
 * @since 0.1.0
 */
public final class LockFile implements AutoCloseable {
    static final String TABLE = "valise.locks";

    private static final String CHANNEL = "channel";
    private static final String USES = "uses";
    private static final Long WHOLE = -1L;
    private static final int ATTEMPTS = 8;

    /** Guards the table, for all copies of this class: a constant string is one object in the whole JVM. */
    private static final Object ALL = TABLE;

    private static Map<Object, Map<Object, Object>> remembered = Map.of();

    private final Path path;
    private final Object key;
    private final Map<Object, Object> file; // its own monitor
    private final Set<Lock> mine = new HashSet<>(2); // guarded by file
    private boolean closed; // guarded by file

    private LockFile(Path path, Object key, Map<Object, Object> file) {
        this.path = path;
        this.key = key;
        this.file = file;
    }

    /**
     * Open files by file key, guarded by {@link #ALL}; in each its channel, its uses, and by their offset the locks: lock,
     * holders, sharing. Locks change under the monitor of the file, uses under that of all; so each file is concurrent. It
     * is remembered as long as there is something in it: programs replace all system properties at times.
     */
    @SuppressWarnings("unchecked") // no other class has a property of that name
    private static Map<Object, Map<Object, Object>> table() {
        if (remembered.isEmpty()) {
            remembered = (Map<Object, Map<Object, Object>>)
                    System.getProperties().computeIfAbsent(TABLE, absent -> new HashMap<>());
        }
        return remembered;
    }

    /** Takes the property away while nothing is in it: {@code Properties.list} and {@code store} fail on such a value. */
    private static void removeEmptyTable() {
        if (table().isEmpty()) {
            System.getProperties().remove(TABLE);
        }
    }

    /**
     * Opens a file, or uses once more what this JVM has open of it. Symbolic links are not followed when it looks which
     * file it is; the options should say so too. A file that is created is for this user alone.
     *
     * @param options as for {@link FileChannel#open}; with {@code READ} and {@code WRITE}, since others may share it
     */
    public static LockFile open(Path path, Set<? extends OpenOption> options) throws IOException {
        synchronized (ALL) {
            try {
                for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                    LockFile opened = tryOpen(path, options);
                    if (opened != null) {
                        return opened;
                    }
                }
            } finally {
                removeEmptyTable();
            }
        }
        throw new IOException(path + ": another file took its name " + ATTEMPTS + " times while it was opened");
    }

    private static @Nullable LockFile tryOpen(Path path, Set<? extends OpenOption> options) throws IOException {
        Map<Object, Map<Object, Object>> files = table();
        Object before = keyOrNull(path);
        Map<Object, Object> known = before == null ? null : files.get(before);
        if (before != null
                && known != null
                && !options.contains(CREATE_NEW)
                && channel(known).isOpen()) {
            known.merge(USES, 1, (now, one) -> (Integer) now + (Integer) one);
            return new LockFile(path, before, known);
        }
        FileChannel channel = FileChannel.open(path, options, PrivateFile.ownerOnly(path));
        Map<Object, Object> fresh = null;
        try {
            Object key = keyOrNull(path);
            boolean certain = key != null && (before == null ? !files.containsKey(key) : before.equals(key));
            if (key == null || !certain) {
                return null;
            }
            fresh = new ConcurrentHashMap<>(Map.of(CHANNEL, channel, USES, 1));
            files.put(key, fresh);
            return new LockFile(path, key, fresh);
        } finally {
            if (fresh == null) { // an Error too
                setAside(channel);
            }
        }
    }

    /** Which file it is, is not known, so it may be one on which this JVM has locks: it stays open until there are none. */
    private static void setAside(FileChannel channel) throws IOException {
        if (table().isEmpty()) {
            channel.close();
        } else {
            table().put(channel, new ConcurrentHashMap<>(Map.of(CHANNEL, channel, USES, 0)));
        }
    }

    private static FileChannel channel(Map<Object, Object> file) {
        return (FileChannel) Objects.requireNonNull(file.get(CHANNEL));
    }

    /**
     * What tells a file from others, whatever its name; where the system has no such thing, its path. A symbolic link is
     * a file of its own.
     *
     * @throws NoSuchFileException when there is none
     */
    public static Object key(Path path) throws IOException {
        Object key = Files.readAttributes(path, BasicFileAttributes.class, NOFOLLOW_LINKS)
                .fileKey();
        return Objects.requireNonNullElseGet(key, () -> path.toAbsolutePath().normalize());
    }

    private static @Nullable Object keyOrNull(Path path) throws IOException {
        try {
            return key(path);
        } catch (NoSuchFileException absent) {
            return null;
        }
    }

    /** Whether a path names this file now; false where the file was deleted or replaced. */
    public boolean isAt(Path name) throws IOException {
        return key.equals(keyOrNull(name));
    }

    /** Where it was when it was opened. */
    public Path path() {
        return path;
    }

    /** What is done with the channel of a file. */
    @FunctionalInterface
    public interface Step<T> {
        /** Does it; never closes the channel. */
        T take(FileChannel channel) throws IOException;
    }

    /**
     * Reads, writes or maps by the channel that all users of the file in this JVM share, on a thread that is never
     * interrupted ({@link Uninterruptibly#callOnOtherThread}). An interrupt of the caller stays set.
     *
     * @param step takes no lock of the caller's
     */
    public <T> T use(Step<T> step) throws IOException {
        return Uninterruptibly.callOnOtherThread(() -> step.take(channel(file)));
    }

    /** Whether this JVM has a lock on a byte of it, other than on the whole. */
    public boolean isLockedHere() {
        synchronized (file) {
            return file.keySet().stream().anyMatch(at -> at instanceof Long && !at.equals(WHOLE));
        }
    }

    /** Which process has a lock on it, for a message; Linux alone says so. */
    public String holder() {
        return LockHolder.of(path).map(LockHolder::describe).orElse("another process or thread");
    }

    /**
     * Locks a byte for this process, beside others who share it.
     *
     * @return null when another process, or this one, has locked it exclusively
     */
    public @Nullable Lock tryShared(long position) throws IOException {
        return tryLock(position, 1, true);
    }

    /**
     * Locks a byte alone.
     *
     * @return null when another process, or this one, has locked it
     */
    public @Nullable Lock tryExclusive(long position) throws IOException {
        return tryLock(position, 1, false);
    }

    /**
     * Locks all bytes alone.
     *
     * @return null when another process, or this one, has locked one of them
     */
    public @Nullable Lock tryWhole() throws IOException {
        return tryLock(WHOLE, Long.MAX_VALUE, false);
    }

    private @Nullable Lock tryLock(Long at, long size, boolean sharing) throws IOException {
        synchronized (file) {
            if (closed) {
                throw new IOException(path + ": closed here");
            }
            if (file.containsKey(WHOLE) || (at.equals(WHOLE) && isLockedHere())) {
                return null;
            }
            Object[] held = (Object[]) file.get(at);
            if (held != null && !(sharing && (Boolean) held[2])) {
                return null;
            }
            Lock mineToo = new Lock(at);
            mine.add(mineToo);
            boolean done = false;
            try {
                done = held != null || lockAndKeep(at, size, sharing);
                if (held != null) {
                    held[1] = (Integer) held[1] + 1;
                }
                return done ? mineToo : null;
            } finally {
                if (!done) {
                    mine.remove(mineToo);
                }
            }
        }
    }

    /** A lock that is not kept, for lack of memory perhaps, is freed: there would be no way to do so later. */
    private boolean lockAndKeep(Long at, long size, boolean sharing) throws IOException {
        FileLock lock = lock(channel(file), Math.max(0, at), size, sharing);
        if (lock == null) {
            return false;
        }
        boolean kept = false;
        try {
            file.put(at, new Object[] {lock, 1, sharing});
            kept = true;
            return true;
        } finally {
            if (!kept) {
                lock.release();
            }
        }
    }

    private static @Nullable FileLock lock(FileChannel channel, long at, long size, boolean sharing)
            throws IOException {
        try {
            return channel.tryLock(at, size, sharing);
        } catch (OverlappingFileLockException held) { // by code of this process that goes another way
            return null;
        }
    }

    /** Frees the locks that were taken through this object; the last use in this JVM closes the file. Idempotent. */
    @Override
    public void close() throws IOException {
        synchronized (ALL) {
            synchronized (file) {
                if (closed) {
                    return;
                }
                closed = true;
                try {
                    for (Lock lock : List.copyOf(mine)) {
                        lock.release();
                    }
                } finally {
                    closeIfLast();
                    removeEmptyTable();
                }
            }
        }
    }

    private void closeIfLast() throws IOException {
        int left = (Integer) Objects.requireNonNull(file.get(USES)) - 1;
        file.put(USES, left);
        if (left > 0) {
            return;
        }
        Map<Object, Map<Object, Object>> files = table();
        files.remove(key, file);
        List<FileChannel> unused = new ArrayList<>(List.of(channel(file)));
        if (files.values().stream().allMatch(other -> Integer.valueOf(0).equals(other.get(USES)))) {
            files.values().forEach(aside -> unused.add(channel(aside)));
            files.clear();
        }
        for (FileChannel channel : unused) {
            channel.close();
        }
    }

    @Override
    public String toString() {
        return path.toString();
    }

    /** A lock that this process has. Thread-safe. */
    public final class Lock implements AutoCloseable {
        private final Long at;

        private Lock(Long at) {
            this.at = at;
        }

        /** Frees it, unless others in this JVM share it. Idempotent. */
        @Override
        public void close() throws IOException {
            synchronized (file) {
                release();
            }
        }

        private void release() throws IOException {
            Object[] held = mine.remove(this) ? (Object[]) file.get(at) : null;
            if (held == null) {
                return;
            }
            int left = (Integer) held[1] - 1;
            held[1] = left;
            if (left == 0) {
                file.remove(at);
                if (channel(file).isOpen()) {
                    ((FileLock) held[0]).release();
                }
            }
        }
    }
}
