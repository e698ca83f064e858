package io.valise.ipc.spi;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.util.Optional;

/**
 * Whether a transport works here, as a value with its cause. Immutable.
 *
 * @param available whether it works
 * @param detail one line for people: how it works here ("futex doorbell, /dev/shm 64 MiB free") or why not
 * @param cause what was thrown when it was tried, if anything
 */
public record Availability(boolean available, String detail, Optional<Throwable> cause) {
    /**
     * Whether a transport works here; one that fails even to say so, such as one whose library is missing, does not.
     *
     * @since 0.1.0
     */
    public static Availability of(Transport transport) {
        try {
            return transport.availability();
        } catch (RuntimeException | LinkageError e) {
            return no(e.toString(), e);
        }
    }

    /** It works; {@code detail} says how. */
    public static Availability yes(String detail) {
        return new Availability(true, detail, Optional.empty());
    }

    /** It does not work; {@code detail} says why. */
    public static Availability no(String detail) {
        return new Availability(false, detail, Optional.empty());
    }

    /** It does not work because something was thrown. */
    public static Availability no(String detail, Throwable cause) {
        return new Availability(false, detail, Optional.of(cause));
    }

    /**
     * What a transport throws when it is asked for something where it does not work: with the status of the cause, if
     * that is an {@code IpcException}, such as {@code RESOURCE_EXHAUSTED} for a runtime directory that is full, and else
     * {@code UNSUPPORTED}. Nothing was sent.
     */
    public IpcException refusal() {
        IpcStatus status = cause.orElse(null) instanceof IpcException known ? known.status() : IpcStatus.UNSUPPORTED;
        return new IpcException(status, detail, Delivery.NOT_SENT, cause.orElse(null));
    }
}
