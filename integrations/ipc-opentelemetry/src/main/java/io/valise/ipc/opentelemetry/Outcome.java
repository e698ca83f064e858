package io.valise.ipc.opentelemetry;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.schema.ObjectService;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * How a call has ended.
 *
 * @param status what the caller is told
 * @param failure what it failed with; null when it has not
 */
record Outcome(IpcStatus status, @Nullable Throwable failure) {
    static Outcome of(@Nullable Throwable thrown) {
        Throwable failure = thrown instanceof CompletionException wrapped && wrapped.getCause() != null
                ? wrapped.getCause()
                : thrown;
        return new Outcome(IpcStatus.of(failure), failure);
    }

    /** Whether it is one for an operator; what the caller no longer wants has not failed. */
    boolean isError() {
        return status != IpcStatus.OK && status != IpcStatus.CANCELLED;
    }

    String reason() {
        return failure instanceof IpcException known ? known.reason() : Objects.toString(failure);
    }

    /** Whether the peer knows no such service, remote object or method; then its name may be any text. */
    boolean isUnknown(CallName call) {
        return ObjectService.isUnknown(call.remoteMethod(), failure);
    }
}
