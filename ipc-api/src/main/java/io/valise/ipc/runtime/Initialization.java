package io.valise.ipc.runtime;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.util.Optional;

/**
 * The outcome of an attempt to initialise the runtime. Immutable.
 *
 * @param status whether it worked, else the kind of failure
 * @param message the reason as text; empty when it worked
 * @param runtime the runtime; empty unless it worked
 * @since 0.1.0
 */
public record Initialization(Status status, String message, Optional<IpcRuntime> runtime) {
    /**
     * The outcome.
     *
     * @since 0.1.0
     */
    public enum Status {
        /** It is initialised, by this call or an earlier one. */
        INITIALIZED,
        /** Another component provides the runtime to this process, and the option allows that. */
        PROVIDED,
        /** Another component provides the runtime to this process. */
        ALREADY_PROVIDED,
        /** The version found is not in the range, or none is installed that is. */
        NO_MATCH,
        /** Something is missing or damaged, or versions do not fit each other. */
        INCOMPLETE
    }

    /** Whether the library can be used. */
    public boolean succeeded() {
        return runtime.isPresent();
    }

    /**
     * The runtime.
     *
     * @throws IpcException {@code VERSION_MISMATCH} for {@code NO_MATCH}, else {@code UNSUPPORTED}
     */
    public IpcRuntime orElseThrow() {
        return runtime.orElseThrow(() -> new IpcException(
                status == Status.NO_MATCH ? IpcStatus.VERSION_MISMATCH : IpcStatus.UNSUPPORTED,
                status + ": " + message));
    }
}
