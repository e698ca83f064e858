package io.valise.ipc.sharedmem;

import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.sharedmem.layout.ObjectLayout;
import io.valise.ipc.sharedmem.named.ObjectFile;
import io.valise.ipc.sharedmem.named.ObjectKind;
import io.valise.ipc.sharedmem.named.Slots;
import java.time.Duration;
import java.util.Optional;

/**
 * A number of permits among the processes of this user, found by its name or by a handle in a message.
 *
 * <pre>{@code
 * try (NamedSemaphore licences = NamedSemaphore.open("licences", 3);
 *         Hold licence = licences.acquire(Duration.ofMinutes(1))) {
 *     render();
 * }
 * }</pre>
 *
 * <p><b>Death.</b> The permits of a process that ends are free again, however it ends; each is told of by {@link Hold#abandoned}
 * to the process that gets it, and these permits are given out first. A permit is given back by closing its hold, and by
 * nothing else: the number of permits never changes.
 *
 * <p>Order, time and life are as {@link NamedMutex} says. A thread may have several permits. Thread-safe.
 *
 * @since 0.1.0
 */
public final class NamedSemaphore implements AutoCloseable {
    private final ObjectFile object;
    private final Slots slots;

    private NamedSemaphore(ObjectFile object) {
        this.object = object;
        this.slots = new Slots(object);
    }

    /**
     * A semaphore that others reach by its handle only.
     *
     * @param permits 1 to 256
     */
    public static NamedSemaphore create(int permits) {
        return new NamedSemaphore(ObjectFile.create(ObjectKind.SEMAPHORE, checked(permits)));
    }

    /** Opens a semaphore in the scope {@link ObjectScope#user}; else as {@link #open(ObjectScope, String, int)}. */
    public static NamedSemaphore open(String name, int permits) {
        return open(ObjectScope.user(), name, permits);
    }

    /**
     * Opens the semaphore of a name; it is made when no process has it open.
     *
     * @param name {@code [A-Za-z0-9][A-Za-z0-9._-]{0,63}}
     * @param permits 1 to 256
     * @throws IllegalArgumentException when the name is of another form, or the number out of range
     * @throws IpcException {@code TYPE_MISMATCH} when it has another number of permits, or a mutex or event has that name,
     *     {@code RESOURCE_EXHAUSTED} when there is no room for its file, {@code ACCESS_DENIED} when the directory of its file is
     *     not this user's alone, {@code ADDRESS_IN_USE} when a process was stopped while it removed the file
     */
    public static NamedSemaphore open(ObjectScope scope, String name, int permits) {
        return new NamedSemaphore(ObjectFile.openOrCreate(ObjectKind.SEMAPHORE, scope.text(), name, checked(permits)));
    }

    private static int checked(int permits) {
        if (permits < 1 || permits > ObjectLayout.MOST_SLOTS) {
            throw new IllegalArgumentException(
                    "permits: limit=1 to " + ObjectLayout.MOST_SLOTS + ", actual=" + permits);
        }
        return permits;
    }

    /**
     * Opens a semaphore that was handed over.
     *
     * @param handle what {@link #handle} made, as it arrived
     * @throws IpcException {@code ENDPOINT_NOT_FOUND} when no process has it open any more, {@code TYPE_MISMATCH} when it is
     *     the handle of another object, {@code PROTOCOL_ERROR} when it is no handle, {@code ACCESS_DENIED}
     */
    public static NamedSemaphore open(ValueSet handle) {
        return new NamedSemaphore(ObjectFile.open(handle, ObjectKind.SEMAPHORE));
    }

    /**
     * What a receiver {@link #open(ValueSet) opens} it by: a plain value, to be put into a message. Keep the semaphore
     * open until the receiver has opened it.
     */
    public ValueSet handle() {
        return object.handle();
    }

    /** Its name. */
    public String name() {
        return object.name();
    }

    /** How many permits it has. */
    public int permits() {
        return object.slots();
    }

    /**
     * How many permits no process has, at this moment; those of processes that have ended count only once they were
     * acquired and given back.
     *
     * @throws IpcException {@code CONNECTION_CLOSED} when it is closed here
     */
    public int available() {
        return slots.free();
    }

    /**
     * Acquires a permit, and waits as long as it takes.
     *
     * @throws IpcException {@code CONNECTION_CLOSED} when it is closed here
     * @throws InterruptedException when this thread is interrupted, before it waits or while it does
     */
    public Hold acquire() throws InterruptedException {
        return new Hold(slots.take());
    }

    /**
     * Acquires a permit within some time; else as {@link #acquire()}.
     *
     * @param timeout 0 or more
     * @throws IpcException {@code TIMEOUT}, with the processes that have the permits, {@code CONNECTION_CLOSED}
     * @throws IllegalArgumentException when the timeout is negative
     */
    public Hold acquire(Duration timeout) throws InterruptedException {
        return new Hold(slots.take(timeout));
    }

    /** Acquires a permit if one is free now, also when others wait for one; else as {@link #acquire()}. */
    public Optional<Hold> tryAcquire() {
        return Optional.ofNullable(slots.tryTake()).map(Hold::new);
    }

    /** Ends the waits here; the last process to close it removes it. Holds stay until they are closed. Idempotent. */
    @Override
    public void close() {
        object.close();
    }

    @Override
    public String toString() {
        return "semaphore " + name();
    }
}
