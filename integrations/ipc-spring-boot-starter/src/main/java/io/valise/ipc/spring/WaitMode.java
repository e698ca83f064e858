package io.valise.ipc.spring;

import io.valise.ipc.WaitStrategy;

/**
 * The values of {@code valise.server.wait-strategy} and that of clients.
 *
 * @since 0.1.0
 */
public enum WaitMode {
    /** {@link WaitStrategy#spinning()}. */
    SPINNING,
    /** {@link WaitStrategy#adaptive()}. */
    ADAPTIVE,
    /** {@link WaitStrategy#blocking()}. */
    BLOCKING;

    WaitStrategy strategy() {
        return switch (this) {
            case SPINNING -> WaitStrategy.spinning();
            case ADAPTIVE -> WaitStrategy.adaptive();
            case BLOCKING -> WaitStrategy.blocking();
        };
    }
}
