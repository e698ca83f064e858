package io.valise.ipc;

import java.time.Duration;
import java.util.Optional;

/**
 * A request as its handler sees it. Thread-safe; usable after the handler has returned, until it is answered.
 *
 * @since 0.1.0
 */
public interface Request {
    /** The service called. */
    String service();

    /** What the caller sent. */
    ValueSet message();

    /** What travels beside the message (trace context, tenant); empty when nothing does. */
    ValueSet metadata();

    /** Who calls. */
    PeerIdentity caller();

    /** The connection the request came by, to call the caller back. */
    IpcConnection connection();

    /** How long the caller still waits; zero when it has given up, empty when it waits for ever. */
    Optional<Duration> remaining();

    /** Whether the caller cancelled, timed out, or its connection ended. */
    boolean isCancelled();

    /** Runs {@code action} once when the request is cancelled, at once if it is already; not after it was answered. It must not block. */
    void onCancel(Runnable action);
}
