package io.valise.ipc.services.hosting;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.services.process.Pauses;
import io.valise.ipc.spi.runtime.LockFile;
import io.valise.ipc.spi.runtime.SafeLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The right to start a service, for one thread of one process at a time; a process that dies loses it. The lock's file
 * says which process was started last. Thread-safe.
 */
final class StartLock implements AutoCloseable {
    private final LockFile file;

    private StartLock(LockFile file) {
        this.file = file;
    }

    /**
     * Waits for the right until a point in time.
     *
     * @throws IpcException {@code TIMEOUT}, {@code CANCELLED} when interrupted, {@code RESOURCE_EXHAUSTED}
     */
    static StartLock acquire(Path path, long deadline) {
        try {
            LockFile file = StartRecord.open(path);
            try {
                lock(file, deadline);
                return new StartLock(file);
            } catch (IOException | RuntimeException e) {
                file.close();
                throw e;
            }
        } catch (IOException e) {
            throw failed("take", e);
        }
    }

    private static void lock(LockFile file, long deadline) throws IOException {
        Pauses pauses = new Pauses(deadline);
        while (file.tryWhole() == null) {
            pauses.pause(() -> file.holder() + " is starting this service, and holds " + file);
        }
    }

    /** The process that was started last, if it still runs. */
    Optional<ProcessHandle> lastStarted() {
        return StartRecord.parse(text()).flatMap(StartRecord::running);
    }

    /** Whether that process has served and stopped serving: then it has cleared the record. */
    boolean isCleared() {
        return text().isEmpty();
    }

    private String text() {
        try {
            return StartRecord.text(file);
        } catch (IOException e) {
            throw failed("read", e);
        }
    }

    /** Records which process was started. */
    void started(ProcessHandle process) {
        try {
            ByteBuffer record = US_ASCII.encode(StartRecord.of(process).format());
            file.use(channel -> channel.truncate(0).write(record, 0));
        } catch (IOException e) {
            throw failed("write", e);
        }
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            SafeLog.of(StartLock.class).log(System.Logger.Level.DEBUG, "the lock is free anyway", e);
        }
    }

    private static IpcException failed(String what, IOException e) {
        return new IpcException(IpcStatus.RESOURCE_EXHAUSTED, "cannot " + what + " a lock: " + e, Delivery.NOT_SENT, e);
    }
}
