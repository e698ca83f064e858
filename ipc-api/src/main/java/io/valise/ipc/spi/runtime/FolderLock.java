package io.valise.ipc.spi.runtime;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.io.IOException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Exclusion among processes, threads and copies of this class by a {@link LockFile}'s lock on a folder's {@code .lock}
 * file. Each thread waits 10 s at most, counted from when it asked. A thread that has the lock may take it again.
 *
 * @since 0.1.0
 */
public final class FolderLock {
    static final String FILE = ".lock";

    private static final long TIMEOUT = TimeUnit.SECONDS.toNanos(10);
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(1);

    /** The files that this thread has locked. */
    private static final ThreadLocal<Set<Path>> MINE = ThreadLocal.withInitial(HashSet::new);

    private FolderLock() {}

    /**
     * Runs an action while no other process and no other thread runs one under the same folder. An interrupt does not end
     * the wait.
     *
     * @throws IpcException {@code RESOURCE_EXHAUSTED} when another keeps the lock for 10 seconds, or the file system
     *     cannot lock; the message names the process
     */
    public static <T> T locked(Path folder, Supplier<T> action) {
        return locked(folder, TIMEOUT, action);
    }

    /** Waits so many nanoseconds at most. */
    static <T> T locked(Path folder, long timeout, Supplier<T> action) {
        boolean interrupted = Thread.interrupted(); // An interrupt would close the file while it is used.
        try {
            Path file = folder.toRealPath().resolve(FILE);
            return lockedFile(file, timeout, action);
        } catch (IOException e) {
            throw FileFailure.of("lock", folder, e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static <T> T lockedFile(Path file, long timeout, Supplier<T> action) throws IOException {
        Set<Path> mine = MINE.get();
        if (mine.contains(file)) {
            return action.get();
        }
        try (LockFile open = LockFile.open(file, Set.of(CREATE, READ, WRITE, LinkOption.NOFOLLOW_LINKS))) {
            acquire(open, timeout); // freed with the file
            mine.add(file);
            return action.get();
        } finally {
            mine.remove(file);
            if (mine.isEmpty()) {
                MINE.remove();
            }
        }
    }

    /** Polls, because a blocking lock can neither be bounded nor survive an interrupt. Contention is rare and short. */
    private static void acquire(LockFile file, long timeout) throws IOException {
        long deadline = System.nanoTime() + timeout;
        LockFile.Lock lock = file.tryWhole();
        while (lock == null && System.nanoTime() - deadline < 0) {
            Threads.pause(PAUSE);
            lock = file.tryWhole();
        }
        if (lock == null) {
            throw new IpcException(
                    IpcStatus.RESOURCE_EXHAUSTED,
                    "lock " + file + ": limit=" + TimeUnit.NANOSECONDS.toSeconds(TIMEOUT) + " s, actual=held by "
                            + file.holder() + ": end that if it is stopped",
                    Delivery.NOT_SENT);
        }
    }
}
