package io.valise.ipc;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.internal.frame.Names;
import io.valise.ipc.internal.work.Deadline;
import io.valise.ipc.spi.schema.ObjectService;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A call that this process makes, before it is sent. Immutable but for the connection, and thread-safe.
 *
 * @since 0.1.0
 */
public final class OutgoingCall {
    private final CallKind kind;
    private final String name;
    private final ValueSet message;
    private final ValueSet metadata;
    private final @Nullable Duration timeout;
    private final IpcConnection connection;

    private OutgoingCall(
            CallKind kind,
            String name,
            ValueSet message,
            ValueSet metadata,
            @Nullable Duration timeout,
            IpcConnection connection) {
        this.kind = kind;
        this.name = name;
        this.message = message;
        this.metadata = metadata;
        this.timeout = timeout;
        this.connection = connection;
    }

    /**
     * A call without metadata and timeout.
     *
     * @throws IllegalArgumentException when the name is empty or too long
     */
    public static OutgoingCall of(CallKind kind, String name, ValueSet message, IpcConnection connection) {
        return new OutgoingCall(
                requireNonNull(kind, "kind"),
                Names.check(name),
                requireNonNull(message, "message"),
                ValueSet.empty(),
                null,
                requireNonNull(connection, "connection"));
    }

    /** Whether it is a request, a stream or an event. */
    public CallKind kind() {
        return kind;
    }

    /** The service called, or the event's name. */
    public String name() {
        return name;
    }

    /** The method called, without its parameters, where the service is a remote object; else empty. */
    public Optional<String> method() {
        return ObjectService.method(name, message);
    }

    /** What is sent. */
    public ValueSet message() {
        return message;
    }

    /** What travels beside the message; empty when nothing does. */
    public ValueSet metadata() {
        return metadata;
    }

    /** How long the caller waits; empty for streams and events. */
    public Optional<Duration> timeout() {
        return Optional.ofNullable(timeout);
    }

    /** The connection it is sent by; its {@link IpcConnection#peer()} answers. */
    public IpcConnection connection() {
        return connection;
    }

    /** The same with another message. */
    public OutgoingCall withMessage(ValueSet other) {
        return new OutgoingCall(kind, name, requireNonNull(other, "message"), metadata, timeout, connection);
    }

    /**
     * The same with more metadata; a key that is there already gets the new value.
     *
     * @throws IpcException {@code UNSUPPORTED} for an event, which has none
     */
    public OutgoingCall withMetadata(ValueSet more) {
        if (kind == CallKind.EVENT && !more.isEmpty()) {
            throw unsupported("an event has no metadata; put it into the message");
        }
        return new OutgoingCall(
                kind, name, message, metadata.toBuilder().putAll(more).build(), timeout, connection);
    }

    /**
     * The same with another timeout.
     *
     * @throws IllegalArgumentException when it is not positive
     * @throws IpcException {@code UNSUPPORTED} for a stream or an event
     */
    public OutgoingCall withTimeout(Duration other) {
        if (kind != CallKind.REQUEST) {
            throw unsupported("only a request has a timeout");
        }
        Deadline.nanos("timeout", other);
        return new OutgoingCall(kind, name, message, metadata, other, connection);
    }

    private IpcException unsupported(String why) {
        return new IpcException(IpcStatus.UNSUPPORTED, this + ": " + why, Delivery.NOT_SENT);
    }

    @Override
    public String toString() {
        return switch (kind) {
                    case REQUEST -> "request ";
                    case STREAM -> "stream ";
                    case EVENT -> "event ";
                }
                + name;
    }
}
