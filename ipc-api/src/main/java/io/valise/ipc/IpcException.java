package io.valise.ipc;

import org.jspecify.annotations.Nullable;

/**
 * The one exception of this library: a {@link IpcStatus status} that programs branch on, a message that says what was
 * wrong and what to do, and what is known of the call's {@link Delivery delivery}. Immutable and safe for use by any
 * thread.
 */
public class IpcException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final IpcStatus status;
    private final Delivery delivery;

    /** A failure that may have reached the peer ({@link Delivery#UNKNOWN}). */
    public IpcException(IpcStatus status, String message) {
        this(status, message, Delivery.UNKNOWN, null);
    }

    /** A failure that may have reached the peer, and its cause. */
    public IpcException(IpcStatus status, String message, @Nullable Throwable cause) {
        this(status, message, Delivery.UNKNOWN, cause);
    }

    /** A failure of which the delivery is known. */
    public IpcException(IpcStatus status, String message, Delivery delivery) {
        this(status, message, delivery, null);
    }

    /** A failure of which the delivery is known, and its cause. */
    public IpcException(IpcStatus status, String message, Delivery delivery, @Nullable Throwable cause) {
        super(message, cause);
        this.status = status;
        this.delivery = delivery;
    }

    /** Why it failed; never {@link IpcStatus#OK}. */
    public IpcStatus status() {
        return status;
    }

    /** Whether the request may have run. */
    public Delivery delivery() {
        return delivery;
    }

    @Override
    public String toString() {
        return getClass().getName() + ": " + status + ": " + getMessage();
    }
}
