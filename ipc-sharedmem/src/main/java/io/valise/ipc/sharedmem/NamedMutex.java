package io.valise.ipc.sharedmem;

import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.sharedmem.named.ObjectFile;
import io.valise.ipc.sharedmem.named.ObjectKind;
import io.valise.ipc.sharedmem.named.Slots;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A mutex among the processes of this user, found by its name or by a handle in a message: one thread of one process has it
 * at a time.
 *
 * <pre>{@code
 * try (NamedMutex mutex = NamedMutex.open("index");
 *         Hold hold = mutex.acquire(Duration.ofSeconds(10))) {
 *     if (hold.abandoned()) {
 *         index.rebuild(); // the process that had it died
 *     }
 *     index.add(document);
 * }
 * }</pre>
 *
 * <p><b>Death.</b> The kernel knows who has it, and frees it when that process ends, however it does; the next one that
 * acquires it is told by {@link Hold#abandoned}. A thread that ends without closing its hold keeps it for its process. A process
 * that is stopped keeps it.
 *
 * <p><b>Order.</b> Who waits gets it in no order. A process that gives it back and acquires it again at once lets those that
 * wait go first, for 50 ms at most. A waiter notices that the mutex is free at once where futexes work (Linux, before Java
 * 24 or with native access enabled), else within 10 ms; that the holder died, within 10 ms.
 *
 * <p><b>Threads.</b> It is not re-entrant: a thread that has it and acquires it by the same object again gets an {@link
 * IllegalStateException}. Hold and mutex are thread-safe.
 *
 * <p><b>Life.</b> A mutex lives as long as a process has it open; if a process died with it, until the next one has acquired
 * it, unless it was made by {@link #create}. {@link #close} ends the waits here with {@code
 * CONNECTION_CLOSED}; a hold stays until it is closed itself.
 *
 * @since 0.1.0
 */
public final class NamedMutex implements AutoCloseable {
    private final ObjectFile object;
    private final Slots slots;
    private final AtomicReference<@Nullable Thread> owner = new AtomicReference<>();

    private NamedMutex(ObjectFile object) {
        this.object = object;
        this.slots = new Slots(object);
    }

    /** A mutex that others reach by its handle only. */
    public static NamedMutex create() {
        return new NamedMutex(ObjectFile.create(ObjectKind.MUTEX, 1));
    }

    /** Opens a mutex in the scope {@link ObjectScope#user}; else as {@link #open(ObjectScope, String)}. */
    public static NamedMutex open(String name) {
        return open(ObjectScope.user(), name);
    }

    /**
     * Opens the mutex of a name; it is made when no process has it open.
     *
     * @param name {@code [A-Za-z0-9][A-Za-z0-9._-]{0,63}}
     * @throws IllegalArgumentException when the name is of another form
     * @throws IpcException {@code TYPE_MISMATCH} when a semaphore or event has that name, {@code RESOURCE_EXHAUSTED} when there
     *     is no room for its file, {@code ACCESS_DENIED} when the directory of its file is not this user's alone, {@code
     *     ADDRESS_IN_USE} when a process was stopped while it removed the file
     */
    public static NamedMutex open(ObjectScope scope, String name) {
        return new NamedMutex(ObjectFile.openOrCreate(ObjectKind.MUTEX, scope.text(), name, 1));
    }

    /**
     * Opens a mutex that was handed over.
     *
     * @param handle what {@link #handle} made, as it arrived
     * @throws IpcException {@code ENDPOINT_NOT_FOUND} when no process has it open any more, {@code TYPE_MISMATCH} when it is
     *     the handle of another object, {@code PROTOCOL_ERROR} when it is no handle, {@code ACCESS_DENIED}
     */
    public static NamedMutex open(ValueSet handle) {
        return new NamedMutex(ObjectFile.open(handle, ObjectKind.MUTEX));
    }

    /**
     * What a receiver {@link #open(ValueSet) opens} it by: a plain value, to be put into a message. Keep the mutex open
     * until the receiver has opened it.
     */
    public ValueSet handle() {
        return object.handle();
    }

    /** Its name. */
    public String name() {
        return object.name();
    }

    /**
     * Acquires it, and waits as long as it takes.
     *
     * @throws IpcException {@code CONNECTION_CLOSED} when it is closed here
     * @throws IllegalStateException when this thread has it
     * @throws InterruptedException when this thread is interrupted, before it waits or while it does
     */
    public Hold acquire() throws InterruptedException {
        checkOwner();
        return hold(slots.take());
    }

    /**
     * Acquires it within some time; else as {@link #acquire()}.
     *
     * @param timeout 0 or more
     * @throws IpcException {@code TIMEOUT}, with the process that has it, {@code CONNECTION_CLOSED}
     * @throws IllegalArgumentException when the timeout is negative
     */
    public Hold acquire(Duration timeout) throws InterruptedException {
        checkOwner();
        return hold(slots.take(timeout));
    }

    /** Acquires it if it is free now, also when others wait for it; else as {@link #acquire()}. */
    public Optional<Hold> tryAcquire() {
        checkOwner();
        return Optional.ofNullable(slots.tryTake()).map(this::hold);
    }

    private Hold hold(Slots.Slot slot) {
        owner.set(Thread.currentThread());
        return new Hold(slot, () -> owner.set(null));
    }

    private void checkOwner() {
        if (owner.get() == Thread.currentThread()) {
            throw new IllegalStateException("mutex \"" + name()
                    + "\": limit=1 hold of a thread, this one has it already; it is not re-entrant");
        }
    }

    /** Ends the waits here; the last process to close it removes it. Idempotent. */
    @Override
    public void close() {
        object.close();
    }

    @Override
    public String toString() {
        return "mutex " + name();
    }
}
