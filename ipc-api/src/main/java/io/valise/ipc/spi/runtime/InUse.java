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
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which processes use a directory, kept by the kernel: each holds a shared lock on one byte of the file {@value #FILE},
 * the one at the offset of its process id. A process that cleans the directory locks the whole file exclusively, and if
 * it may not, tries the bytes of all processes to learn which use it. However a process ends, its lock ends with it.
 *
 * <p>The locks are a {@link LockFile}'s, so copies of this class under other class loaders share them. Thread-safe.
 */
final class InUse {
    static final String FILE = "in-use.lock";

    private static final long TIMEOUT = TimeUnit.SECONDS.toNanos(10);
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(1);
    /** The offset of no process: only one that cleans up has locked it. */
    private static final long NO_PROCESS = Long.MAX_VALUE - 1;

    private static final Map<Path, InUse> KNOWN = new ConcurrentHashMap<>();

    private final Path directory;
    private volatile @Nullable Object forGood;
    private @Nullable LockFile held; // guarded by this, as the rest
    private int holders;

    private InUse(Path directory) {
        this.directory = directory;
    }

    static InUse of(Path directory) {
        return KNOWN.computeIfAbsent(directory, InUse::new);
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
            BasicFileAttributes file = Files.readAttributes(directory.resolve(FILE), BasicFileAttributes.class);
            return file.fileKey() == null ? FILE : file.fileKey();
        } catch (IOException gone) {
            return null;
        }
    }

    /** Says that this process uses the directory until {@link #release}; counted. */
    synchronized void hold() {
        if (holders == 0) {
            held = undisturbed(this::shared);
        }
        holders++;
    }

    synchronized void release() {
        if (--holders == 0) {
            close(held);
            held = null;
        }
    }

    /** Runs the action if no process uses the directory, nor starts to while it runs. */
    synchronized <T> T alone(Supplier<T> action) {
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

    private void close(@Nullable LockFile file) {
        if (file != null) {
            undisturbed(() -> {
                file.close();
                return file;
            });
        }
    }

    /** Opens and locks it; waits while the directory is being cleaned. */
    private LockFile shared() throws IOException {
        LockFile file = open();
        try {
            long mine = ProcessHandle.current().pid();
            long deadline = System.nanoTime() + TIMEOUT;
            LockFile.Lock lock = file.tryShared(mine);
            while (lock == null && System.nanoTime() - deadline < 0) {
                LockSupport.parkNanos(PAUSE);
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
        return LockFile.open(directory.resolve(FILE), Set.of(CREATE, READ, WRITE, LinkOption.NOFOLLOW_LINKS));
    }

    private IpcException stuck(LockFile file) {
        return new IpcException(
                IpcStatus.RESOURCE_EXHAUSTED,
                "runtime directory " + directory + ": being cleaned up, limit=10 s, actual=locked by " + file.holder()
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
                "runtime directory " + directory + ": not cleaned up, another process is cleaning it up right now",
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
                "runtime directory " + directory + ": not cleaned up, in use by " + who + "; end that first",
                Delivery.NOT_SENT);
    }

    /** An interrupt would close the file while it is used. */
    private <T> T undisturbed(FileAction<T> action) {
        boolean interrupted = Thread.interrupted();
        try {
            return action.run();
        } catch (IOException e) {
            throw FileFailure.of("lock", directory.resolve(FILE), e);
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
