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

    /**
     * Adds to what travels beside the reply (times, costs), which {@link IpcConnection.Call#exchange} shows the caller; a key that is
     * there already gets the new value. A failure has no metadata. Peers that do not know metadata of replies ignore it.
     *
     * @throws IpcException {@code MESSAGE_TOO_LARGE} when it has more than 4,000 bytes then; {@code UNSUPPORTED} for a stream
     */
    void replyMetadata(ValueSet more);

    @Override
    default String name() {
        return service();
    }

    @Override
    default Optional<String> method() {
        return ObjectService.method(service(), message());
    }
}
