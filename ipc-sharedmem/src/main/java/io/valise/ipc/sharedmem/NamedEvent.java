package io.valise.ipc.sharedmem;

import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.sharedmem.named.ObjectFile;
import io.valise.ipc.sharedmem.named.ObjectKind;
import io.valise.ipc.sharedmem.named.Signal;
import java.time.Duration;

/**
 * An event among the processes of this user, found by its name or by a handle in a message: one process sets it, others
 * wait for that.
 *
 * <pre>{@code
 * try (NamedEvent ready = NamedEvent.open("ready", NamedEvent.Reset.MANUAL)) {
 *     if (!ready.await(Duration.ofSeconds(10))) {
 *         throw new IllegalStateException("not ready in 10 s");
 *     }
 * }
 * }</pre>
 *
 * <p><b>Reset.</b> A {@code MANUAL} event stays set until {@link #reset}, and every thread that waits when it is set
 * goes on, also if it is reset at once. An {@code AUTOMATIC} event lets one thread go on, and is reset by that. An event does
 * not count: to set it when it is set does nothing.
 *
 * <p><b>Death.</b> A process that ends leaves the event as it is. An automatic event that a process took right before it
 * ended is taken. What lasts is kept as long as a process has the event open: it is not set when it is made.
 *
 * <p>Order, time and life are as {@link NamedMutex} says. Thread-safe.
 *
 * @since 0.1.0
 */
public final class NamedEvent implements AutoCloseable {
    /**
     * What resets an event.
     *
     * @since 0.1.0
     */
    public enum Reset {
        /** A call of {@link NamedEvent#reset}. */
        MANUAL(ObjectKind.MANUAL_EVENT),
        /** The end of one wait. */
        AUTOMATIC(ObjectKind.AUTOMATIC_EVENT);

        private final ObjectKind kind;

        Reset(ObjectKind kind) {
            this.kind = kind;
        }
    }

    private final ObjectFile object;
    private final Signal signal;

    private NamedEvent(ObjectFile object) {
        this.object = object;
        this.signal = new Signal(object);
    }

    /** An event that others reach by its handle only. */
    public static NamedEvent create(Reset reset) {
        return new NamedEvent(ObjectFile.create(reset.kind, 1));
    }

    /** Opens an event in the scope {@link ObjectScope#user}; else as {@link #open(ObjectScope, String, Reset)}. */
    public static NamedEvent open(String name, Reset reset) {
        return open(ObjectScope.user(), name, reset);
    }

    /**
     * Opens the event of a name; it is made, not set, when no process has it open.
     *
     * @param name {@code [A-Za-z0-9][A-Za-z0-9._-]{0,63}}
     * @throws IllegalArgumentException when the name is of another form
     * @throws IpcException {@code TYPE_MISMATCH} when it is reset in another way, or a mutex or semaphore has that name, {@code
     *     RESOURCE_EXHAUSTED} when there is no room for its file, {@code ACCESS_DENIED} when the directory of its file is not
     *     this user's alone, {@code ADDRESS_IN_USE} when a process was stopped while it removed the file
     */
    public static NamedEvent open(ObjectScope scope, String name, Reset reset) {
        return new NamedEvent(ObjectFile.openOrCreate(reset.kind, scope.text(), name, 1));
    }

    /**
     * Opens an event that was handed over.
     *
     * @param handle what {@link #handle} made, as it arrived
     * @throws IpcException {@code ENDPOINT_NOT_FOUND} when no process has it open any more, {@code TYPE_MISMATCH} when it is
     *     the handle of another object, {@code PROTOCOL_ERROR} when it is no handle, {@code ACCESS_DENIED}
     */
    public static NamedEvent open(ValueSet handle) {
        return new NamedEvent(ObjectFile.open(handle, ObjectKind.MANUAL_EVENT, ObjectKind.AUTOMATIC_EVENT));
    }

    /**
     * What a receiver {@link #open(ValueSet) opens} it by: a plain value, to be put into a message. Keep the event open
     * until the receiver has opened it.
     */
    public ValueSet handle() {
        return object.handle();
    }

    /** Its name. */
    public String name() {
        return object.name();
    }

    /** What resets it. */
    public Reset resetBy() {
        return object.kind() == ObjectKind.MANUAL_EVENT ? Reset.MANUAL : Reset.AUTOMATIC;
    }

    /**
     * Sets it.
     *
     * @throws IpcException {@code CONNECTION_CLOSED} when it is closed here
     */
    public void set() {
        signal.set();
    }

    /**
     * Resets it; an automatic one too.
     *
     * @throws IpcException {@code CONNECTION_CLOSED} when it is closed here
     */
    public void reset() {
        signal.reset();
    }

    /**
     * Whether it is set; does not reset it.
     *
     * @throws IpcException {@code CONNECTION_CLOSED} when it is closed here
     */
    public boolean isSet() {
        return signal.isSet();
    }

    /**
     * Waits until it is set, as long as it takes.
     *
     * @throws IpcException {@code CONNECTION_CLOSED} when it is closed here
     * @throws InterruptedException when this thread is interrupted, before it waits or while it does
     */
    public void await() throws InterruptedException {
        signal.await();
    }

    /**
     * Waits until it is set, for some time; else as {@link #await()}.
     *
     * @param timeout 0 or more; 0 only looks, and resets an automatic event that is set
     * @return false when it was not set in time
     * @throws IllegalArgumentException when the timeout is negative
     */
    public boolean await(Duration timeout) throws InterruptedException {
        return signal.await(timeout);
    }

    /** Ends the waits here; the last process to close it removes it. Idempotent. */
    @Override
    public void close() {
        object.close();
    }

    @Override
    public String toString() {
        return "event " + name();
    }
}
