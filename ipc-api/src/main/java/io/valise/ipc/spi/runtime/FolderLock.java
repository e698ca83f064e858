package io.valise.ipc.spi.runtime;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.io.IOException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Exclusion among processes by a lock on a folder's {@code .lock} file, and among threads by a monitor.
 *
 * <p>The lock is a {@link LockFile}'s. The monitor is an interned string: unlike a static field it is the same for two
 * copies of this class under two class loaders.
 */
final class FolderLock {
    static final String FILE = ".lock";

    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(10);
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(1);

    private FolderLock() {}

    static <T> T locked(Path folder, Supplier<T> action) {
        boolean interrupted = Thread.interrupted(); // An interrupt would close the file while it is used.
        try {
            Path file = folder.toRealPath().resolve(FILE);
            return lockedFile(file, action);
        } catch (IOException e) {
            throw PrivateDirectory.failed("lock", folder, e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static <T> T lockedFile(Path file, Supplier<T> action) throws IOException {
        Object monitor = (FolderLock.class.getName() + ':' + file).intern();
        if (Thread.holdsLock(monitor)) {
            return action.get();
        }
        synchronized (monitor) {
            try (LockFile open = LockFile.open(file, Set.of(CREATE, READ, WRITE, LinkOption.NOFOLLOW_LINKS));
                    LockFile.Lock lock = acquire(open)) {
                assert lock != null;
                return action.get();
            }
        }
    }

    /** Polls, because a blocking lock can neither be bounded nor survive an interrupt. Contention is rare and short. */
    private static LockFile.Lock acquire(LockFile file) throws IOException {
        long deadline = System.nanoTime() + PATIENCE;
        LockFile.Lock lock = file.tryWhole();
        while (lock == null && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(PAUSE);
            lock = file.tryWhole();
        }
        if (lock == null) {
            throw new IpcException(
                    IpcStatus.RESOURCE_EXHAUSTED,
                    "lock " + file + ": held by another process, limit=10 s: is one stopped? `lsof " + file
                            + "` names it");
        }
        return lock;
    }
}
