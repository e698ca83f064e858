package io.valise.ipc.spi;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether a transport works here, as a value with its cause. Made by the factory methods, so that facts can be added. Two
 * are equal when all facts are. Immutable.
 *
 * @since 0.1.0
 */
public final class Availability {
    private final boolean available;
    private final String detail;
    private final Optional<Throwable> cause;

    private Availability(boolean available, String detail, Optional<Throwable> cause) {
        this.available = available;
        this.detail = requireNonNull(detail, "detail");
        this.cause = cause;
    }

    /** Whether a transport works here; one that fails to answer, such as one whose library is missing, does not. */
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

    /** Whether it works. */
    public boolean available() {
        return available;
    }

    /** One line for people: how it works here ("futex doorbell, /dev/shm 64 MiB free") or why not. */
    public String detail() {
        return detail;
    }

    /** What was thrown when it was tried, if anything. */
    public Optional<Throwable> cause() {
        return cause;
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

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Availability that
                && available == that.available
                && detail.equals(that.detail)
                && cause.equals(that.cause);
    }

    @Override
    public int hashCode() {
        return Objects.hash(available, detail, cause);
    }

    /** All facts with their names; for logs. */
    @Override
    public String toString() {
        return "Availability[available=" + available + ", detail=" + detail + ", cause=" + cause + ']';
    }
}
