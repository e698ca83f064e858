package io.valise.ipc.services.hosting;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.services.process.Pauses;
import io.valise.ipc.spi.runtime.SafeLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The right to start a service, for one thread of one process at a time; a process that dies loses it. The lock's file
 * says which process was started last. It is read and written through the locked channel, since closing any other
 * descriptor of it would drop the lock (fcntl(2)).
 */
final class StartLock implements AutoCloseable {
    private static final Map<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

    private final ReentrantLock thread;
    private final FileChannel channel;

    private StartLock(ReentrantLock thread, FileChannel channel) {
        this.thread = thread;
        this.channel = channel;
    }

    /**
     * Waits for the right until a point in time.
     *
     * @throws IpcException {@code TIMEOUT}, {@code CANCELLED} when interrupted, {@code RESOURCE_EXHAUSTED}
     */
    static StartLock acquire(Path file, long deadline) {
        ReentrantLock thread = THREADS.computeIfAbsent(file, path -> new ReentrantLock());
        lock(thread, file, deadline);
        try {
            return new StartLock(thread, locked(file, deadline));
        } catch (IOException e) {
            thread.unlock();
            throw failed("take", e);
        } catch (RuntimeException e) {
            thread.unlock();
            throw e;
        }
    }

    private static FileChannel locked(Path file, long deadline) throws IOException {
        FileChannel channel = FileChannel.open(file, Set.of(CREATE, READ, WRITE, LinkOption.NOFOLLOW_LINKS));
        try {
            lock(channel, file, deadline);
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static void lock(ReentrantLock thread, Path file, long deadline) {
        try {
            if (!thread.tryLock(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                throw new IpcException(IpcStatus.TIMEOUT, busy(file), Delivery.NOT_SENT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IpcException(IpcStatus.CANCELLED, "interrupted: " + busy(file), Delivery.NOT_SENT, e);
        }
    }

    private static void lock(FileChannel channel, Path file, long deadline) throws IOException {
        Pauses pauses = new Pauses(deadline);
        while (!tryLock(channel)) {
            pauses.pause(busy(file));
        }
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock(); // released with the channel
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // another copy of this class in this process has it
        }
    }

    /** The process that was started last, if it still runs. */
    Optional<ProcessHandle> lastStarted() {
        return StartRecord.parse(text()).flatMap(StartRecord::running);
    }

    /** Whether that one served, and has stopped serving since: then it has cleared the record. */
    boolean isCleared() {
        return text().isEmpty();
    }

    private String text() {
        try {
            ByteBuffer bytes = ByteBuffer.allocate(StartRecord.MOST_BYTES);
            channel.read(bytes, 0);
            return US_ASCII.decode(bytes.flip()).toString();
        } catch (IOException e) {
            throw failed("read", e);
        }
    }

    /** Says which process was started. */
    void started(ProcessHandle process) {
        try {
            channel.truncate(0);
            channel.write(US_ASCII.encode(StartRecord.of(process).format()), 0);
        } catch (IOException e) {
            throw failed("write", e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            SafeLog.of(StartLock.class).log(System.Logger.Level.DEBUG, "the lock is free anyway", e);
        } finally {
            thread.unlock();
        }
    }

    private static String busy(Path file) {
        return "another process is starting this service, and holds " + file;
    }

    private static IpcException failed(String what, IOException e) {
        return new IpcException(IpcStatus.RESOURCE_EXHAUSTED, "cannot " + what + " a lock: " + e, Delivery.NOT_SENT, e);
    }
}
