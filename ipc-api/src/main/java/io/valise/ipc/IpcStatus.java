package io.valise.ipc;

import io.valise.ipc.internal.work.Completions;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Why a call, a connection attempt or a connection ended as it did. The wire number of a status is frozen: it never
 * changes and is never used again for something else. Immutable and safe for use by any thread.
 *
 * @since 0.1.0
 */
public enum IpcStatus {
    /** Done as asked. */
    OK(0),
    /** No server answers at the address. */
    ENDPOINT_NOT_FOUND(1),
    /** The peer offers no service of that name. */
    SERVICE_NOT_FOUND(2),
    /** The peer's access policy refused the caller. */
    ACCESS_DENIED(3),
    /** One end could not prove who it is. */
    AUTHENTICATION_FAILED(4),
    /** The ends have no protocol version in common. */
    VERSION_MISMATCH(5),
    /** A message exceeds {@code maxMessageBytes} of either end. */
    MESSAGE_TOO_LARGE(6),
    /** Memory, descriptors, disk space or another limited resource ran out. */
    RESOURCE_EXHAUSTED(7),
    /** The time allowed ran out. */
    TIMEOUT(8),
    /** The caller, or its interrupt, gave the call up. */
    CANCELLED(9),
    /** The peer's handler threw, or an interceptor of either end. */
    HANDLER_FAILED(10),
    /** Either side closed the connection in good order. */
    CONNECTION_CLOSED(11),
    /** The connection ended without GOAWAY: the peer process died or was cut off. */
    PEER_DIED(12),
    /** The peer sent bytes that are not this protocol. */
    PROTOCOL_ERROR(13),
    /** A value has another type than the one asked for. */
    TYPE_MISMATCH(14),
    /** Another live server already has the address. */
    ADDRESS_IN_USE(15),
    /** This platform, version or peer cannot do what was asked. */
    UNSUPPORTED(16);

    private static final IpcStatus[] BY_NUMBER = values();

    private final int number;

    IpcStatus(int number) {
        this.number = number;
    }

    /** The frozen number that stands for this status on the wire. */
    public int number() {
        return number;
    }

    /**
     * How a call has ended whose future or {@link Interceptor} ended with a failure: {@link #OK} for null, the {@linkplain
     * IpcException#status() status} of an {@link IpcException}, {@link #CANCELLED} for a {@link CancellationException}, else
     * {@link #HANDLER_FAILED}. A {@link CompletionException} that the stages of a future have wrapped around it is taken off.
     *
     * @param failure what the call failed with; null when it has not
     * @return what the caller of a handler that fails so is told
     */
    public static IpcStatus of(@Nullable Throwable failure) {
        if (failure == null) {
            return OK;
        }
        Throwable cause = Completions.cause(failure);
        if (cause instanceof IpcException known) {
            return known.status();
        }
        return cause instanceof CancellationException ? CANCELLED : HANDLER_FAILED;
    }

    /**
     * The status with a wire number; numbers this version does not know (from a newer peer) are
     * {@link #PROTOCOL_ERROR}.
     */
    public static IpcStatus ofNumber(int number) {
        return number >= 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : PROTOCOL_ERROR;
    }
}
