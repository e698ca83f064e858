package io.valise.ipc;

import io.valise.ipc.spi.schema.ObjectService;
import java.util.Optional;

/**
 * A request as its handler sees it. Thread-safe; usable after the handler has returned, until it is answered.
 *
 * @since 0.1.0
 */
public non-sealed interface Request extends CallContext {
    /** The service called. */
    String service();

    /** Whether the caller cancelled, timed out, or its connection ended. */
    boolean isCancelled();

    /** Runs {@code action} once when the request is cancelled, at once if it is already; not after it was answered. It must not block. */
    void onCancel(Runnable action);

    @Override
    default String name() {
        return service();
    }

    @Override
    default Optional<String> method() {
        return ObjectService.method(service(), message());
    }
}
