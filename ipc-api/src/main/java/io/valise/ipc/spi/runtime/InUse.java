package io.valise.ipc.spi.runtime;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
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
 * the one at the offset of its process id. Whoever wants the directory for itself locks the whole file exclusively, and
 * if it may not, tries the bytes of all processes to learn who is there. However a process ends, its lock ends with it.
 *
 * <p>The file's channel is never closed: closing one drops all locks that this process has on the file (fcntl(2)), also
 * those of another copy of this class under another class loader. Thread-safe.
 */
final class InUse {
    static final String FILE = "in-use.lock";

    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(10);
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(1);
    /** The offset of no process: only who cleans up has locked it. */
    private static final long NOBODYS = Long.MAX_VALUE - 1;

    private static final Map<Path, InUse> KNOWN = new ConcurrentHashMap<>();

    private final Path directory;
    private volatile @Nullable Object forGood;
    private @Nullable FileChannel channel;
    private Optional<FileLock> lock = Optional.empty();
    private int holders;

    private InUse(Path directory) {
        this.directory = directory;
    }

    static InUse of(Path directory) {
        return KNOWN.computeIfAbsent(directory, InUse::new);
    }

    /** Says that this process uses the directory until it ends; anew when somebody swept the file away meanwhile. */
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
            channel = null;
            lock = undisturbed(this::shared);
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
            lock = undisturbed(this::shared);
        }
        holders++;
    }

    synchronized void release() {
        if (--holders == 0) {
            lock.ifPresent(this::release);
            lock = Optional.empty();
        }
    }

    /** Runs the action if no process uses the directory, nor starts to while it runs. */
    synchronized <T> T alone(Supplier<T> action) {
        if (holders > 0) {
            throw inUse(List.of(ProcessHandle.current().pid()));
        }
        FileLock whole =
                undisturbed(() -> tryLock(0, Long.MAX_VALUE, false)).orElseThrow(() -> undisturbed(this::obstacle));
        try {
            return action.get();
        } finally {
            release(whole);
        }
    }

    private void release(FileLock held) {
        undisturbed(() -> {
            held.release();
            return held;
        });
    }

    /** Waits while the directory is being cleaned. */
    private Optional<FileLock> shared() throws IOException {
        long mine = ProcessHandle.current().pid();
        long deadline = System.nanoTime() + PATIENCE;
        try {
            Optional<FileLock> held = tryLock(mine, 1, true);
            while (held.isEmpty() && System.nanoTime() - deadline < 0) {
                LockSupport.parkNanos(PAUSE);
                held = tryLock(mine, 1, true);
            }
            return Optional.of(held.orElseThrow(this::stuck));
        } catch (OverlappingFileLockException e) {
            return Optional.empty(); // another copy of this class holds it for this process
        }
    }

    private IpcException stuck() {
        return new IpcException(
                IpcStatus.RESOURCE_EXHAUSTED,
                "runtime directory " + directory + ": being cleaned up, limit=10 s: is that process stopped?",
                Delivery.NOT_SENT);
    }

    /** Why it may not be locked as a whole. Another who cleans up has all offsets, and is not every process. */
    private IpcException obstacle() throws IOException {
        Optional<FileLock> free = tryLock(NOBODYS, 1, false);
        if (free.isPresent()) {
            free.get().release();
            return inUse(users());
        }
        return new IpcException(
                IpcStatus.ADDRESS_IN_USE,
                "runtime directory " + directory + ": not cleaned up, another process is cleaning it up right now",
                Delivery.NOT_SENT);
    }

    private List<Long> users() throws IOException {
        List<Long> users = new ArrayList<>();
        for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
            Optional<FileLock> free = tryLock(process.pid(), 1, false);
            if (free.isPresent()) {
                free.get().release();
            } else {
                users.add(process.pid());
            }
        }
        return users;
    }

    private Optional<FileLock> tryLock(long position, long size, boolean sharing) throws IOException {
        FileChannel open = channel;
        if (open == null) {
            Path file = directory.resolve(FILE);
            open = FileChannel.open(file, Set.of(CREATE, READ, WRITE, LinkOption.NOFOLLOW_LINKS));
            channel = open;
        }
        return Optional.ofNullable(open.tryLock(position, size, sharing));
    }

    private IpcException inUse(List<Long> pids) {
        String who = pids.isEmpty()
                ? "a process that is not seen from here, in a container perhaps"
                : pids.stream().map(InUse::describe).collect(Collectors.joining(", "));
        return new IpcException(
                IpcStatus.ADDRESS_IN_USE,
                "runtime directory " + directory + ": not cleaned up, in use by " + who + "; end that first",
                Delivery.NOT_SENT);
    }

    private static String describe(long pid) {
        String command = ProcessHandle.of(pid)
                .flatMap(process -> process.info().command())
                .orElse("?");
        return "pid " + pid + " (" + command + ')';
    }

    /** An interrupt would close the file under our feet. */
    private <T> T undisturbed(FileAction<T> action) {
        boolean interrupted = Thread.interrupted();
        try {
            return action.run();
        } catch (IOException e) {
            throw PrivateDirectory.failed("lock", directory.resolve(FILE), e);
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
