package io.valise.ipc;

import java.time.Duration;
import java.util.Optional;

/**
 * A one-way event as its handler sees it. Immutable but for the connection, which is thread-safe.
 *
 * @since 0.1.0
 */
public non-sealed interface Event extends CallContext {
    @Override
    default CallKind kind() {
        return CallKind.EVENT;
    }

    @Override
    default Optional<String> method() {
        return Optional.empty();
    }

    @Override
    default ValueSet metadata() {
        return ValueSet.empty();
    }

    @Override
    default Optional<Duration> remaining() {
        return Optional.empty();
    }
}
