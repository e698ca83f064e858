package io.valise.ipc;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The one exception of this library: a {@link IpcStatus status} that programs branch on, a message that has the
 * status, what was wrong and what to do ({@code TIMEOUT: no reply from …}), and what is known of the call's
 * {@link Delivery delivery}. Immutable and safe for use by any thread.
 *
 * @since 0.1.0
 */
public class IpcException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final IpcStatus status;
    private final String reason;
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

    /**
     * A failure of which the delivery is known, and its cause.
     *
     * @param message the {@link #reason() reason}; one that begins with the status, such as the message of another
     *     exception of this class, does not get it twice
     */
    public IpcException(IpcStatus status, String message, Delivery delivery, @Nullable Throwable cause) {
        super(prefix(status) + withoutStatus(status, message), cause);
        this.status = status;
        this.reason = withoutStatus(status, message);
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

    /**
     * What was wrong and what to do, without the status: the text that travels to the peer. {@link #getMessage()} has the
     * status before it, so that a log that shows the message alone shows why it failed.
     */
    public final String reason() {
        return reason;
    }

    private static String prefix(IpcStatus status) {
        return status + ": ";
    }

    private static String withoutStatus(IpcStatus status, String message) {
        String text = Objects.requireNonNullElse(message, ""); // it may be another exception's
        return text.startsWith(prefix(status)) ? text.substring(prefix(status).length()) : text;
    }
}
