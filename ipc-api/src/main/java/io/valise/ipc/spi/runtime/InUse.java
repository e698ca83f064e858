package io.valise.ipc.spi.runtime;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which processes use something, such as a directory, kept by the kernel: each holds a shared lock on one byte of a file,
 * the one at the offset of its process id. A process that removes the thing locks the whole file exclusively, and if it may
 * not, tries the bytes of all processes to learn which use it. However a process ends, its lock ends with it.
 *
 * <p>The locks are a {@link LockFile}'s, so copies of this class under other class loaders share them. Thread-safe.
 *
 * @since 0.1.0
 */
public final class InUse {
    static final String FILE = "in-use.lock";

    private static final long TIMEOUT = TimeUnit.SECONDS.toNanos(10);
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(1);
    /** The offset of no process: only one that cleans up has locked it. */
    private static final long NO_PROCESS = Long.MAX_VALUE - 1;

    private static final Map<Path, InUse> KNOWN = new ConcurrentHashMap<>();

    private final Path lock;
    private final String what;
    private final String removed;
    private volatile @Nullable Object forGood;
    private @Nullable LockFile held; // guarded by this, as the rest
    private int holders;

    private InUse(Path lock, String what, String removed) {
        this.lock = lock;
        this.what = what;
        this.removed = removed;
    }

    /** Of a runtime directory. */
    static InUse of(Path directory) {
        return of(directory.resolve(FILE), "runtime directory " + directory, "cleaned up");
    }

    /**
     * Of something that has a lock file.
     *
     * @param lock the lock file, in a folder that exists; it is created if absent
     * @param what the thing, for messages
     * @param removed what its removal is called, for messages: a past participle
     */
    public static InUse of(Path lock, String what, String removed) {
        return KNOWN.computeIfAbsent(lock, file -> new InUse(file, what, removed));
    }

    /** Says that this process uses the directory until it ends; anew when the file was deleted meanwhile. */
    void holdForGood() {
        if (!isHeld()) {
            holdAnew();
        }
    }

    /** Whether the lock file by which this process holds the directory for good is still the one of that name. */
    boolean isHeld() {
        Object known = forGood;
        return known != null && known.equals(fileKey());
    }

    private synchronized void holdAnew() {
        Object known = forGood;
        if (known == null) {
            hold();
        } else if (!known.equals(fileKey())) {
            LockFile old = held;
            held = undisturbed(this::shared);
            close(old);
        }
        forGood = fileKey();
    }

    /** What tells the file from another of its name; something where the system has no such thing. */
    private @Nullable Object fileKey() {
        try {
            BasicFileAttributes file = Files.readAttributes(lock, BasicFileAttributes.class);
            return file.fileKey() == null ? FILE : file.fileKey();
        } catch (IOException gone) {
            return null;
        }
    }

    /**
     * Says that this process uses the thing until {@link #release}; counted.
     *
     * @throws IpcException {@code RESOURCE_EXHAUSTED} when another process removes it for 10 seconds, or the file system
     *     cannot lock
     */
    public synchronized void hold() {
        if (holders == 0) {
            held = undisturbed(this::shared);
        }
        holders++;
    }

    /** Ends one {@link #hold}. */
    public synchronized void release() {
        if (--holders == 0) {
            close(held);
            held = null;
        }
    }

    /**
     * Runs the action if no process uses the thing, nor starts to while it runs.
     *
     * @throws IpcException {@code ADDRESS_IN_USE} when one does, this one perhaps; the message names its pid
     */
    public synchronized <T> T alone(Supplier<T> action) {
        LockFile file = undisturbed(this::open);
        try {
            if (undisturbed(() -> Optional.ofNullable(file.tryWhole())).isEmpty()) {
                throw undisturbed(() -> obstacle(file));
            }
            return action.get();
        } finally {
            close(file);
        }
    }

    /**
     * The ids of the processes that use it, as far as they are seen from here. To try a byte is to lock it for a moment: the
     * caller sees to it that no other process does the same, or runs {@link #alone}, meanwhile.
     */
    public synchronized List<Long> users() {
        LockFile file = undisturbed(this::open);
        try {
            return undisturbed(() -> users(file));
        } finally {
            close(file);
        }
    }

    private void close(@Nullable LockFile file) {
        if (file != null) {
            undisturbed(() -> {
                file.close();
                return file;
            });
        }
    }

    /** Opens and locks it; waits while the thing is being removed. */
    private LockFile shared() throws IOException {
        LockFile file = open();
        try {
            long mine = ProcessHandle.current().pid();
            long deadline = System.nanoTime() + TIMEOUT;
            LockFile.Lock lock = file.tryShared(mine);
            while (lock == null && System.nanoTime() - deadline < 0) {
                Threads.pause(PAUSE);
                lock = file.tryShared(mine);
            }
            if (lock == null) {
                throw stuck(file);
            }
            return file;
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private LockFile open() throws IOException {
        return LockFile.open(lock, Set.of(CREATE, READ, WRITE, LinkOption.NOFOLLOW_LINKS));
    }

    private IpcException stuck(LockFile file) {
        return new IpcException(
                IpcStatus.RESOURCE_EXHAUSTED,
                what + ": being " + removed + ", limit=10 s, actual=locked by " + file.holder()
                        + ": end that if it is stopped",
                Delivery.NOT_SENT);
    }

    /** Why it may not be locked as a whole: a process that cleans up has all offsets, and is not every process. */
    private IpcException obstacle(LockFile file) throws IOException {
        try (LockFile.Lock free = file.tryExclusive(NO_PROCESS)) {
            if (free != null) {
                return inUse(users(file));
            }
        }
        return new IpcException(
                IpcStatus.ADDRESS_IN_USE,
                what + ": not " + removed + ", it is being " + removed + " by another process right now",
                Delivery.NOT_SENT);
    }

    private static List<Long> users(LockFile file) throws IOException {
        List<Long> users = new ArrayList<>();
        for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
            try (LockFile.Lock free = file.tryExclusive(process.pid())) {
                if (free == null) {
                    users.add(process.pid());
                }
            }
        }
        return users;
    }

    private IpcException inUse(List<Long> pids) {
        String who = pids.isEmpty()
                ? "a process that is not seen from here, in a container perhaps"
                : pids.stream().map(LockHolder::describe).collect(Collectors.joining(", "));
        return new IpcException(
                IpcStatus.ADDRESS_IN_USE,
                what + ": not " + removed + ", in use by " + who + "; end that first",
                Delivery.NOT_SENT);
    }

    /** An interrupt would close the file while it is used. */
    private <T> T undisturbed(FileAction<T> action) {
        boolean interrupted = Thread.interrupted();
        try {
            return action.run();
        } catch (IOException e) {
            throw FileFailure.of("lock", lock, e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** What may fail with the file. */
    @FunctionalInterface
    private interface FileAction<T> {
        T run() throws IOException;
    }
}
