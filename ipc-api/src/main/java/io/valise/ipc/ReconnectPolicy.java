package io.valise.ipc;

import java.time.Duration;
import java.util.Set;

/**
 * How a client's connection comes back after it ended. A call made while there is no connection re-dials within the
 * call's own deadline; a call that failed is repeated only when it was {@link Delivery#NOT_SENT} or its service is
 * declared idempotent. Immutable.
 *
 * @param firstDelay pause before the second attempt to dial; doubles up to {@code maxDelay}, with up to 20 % of jitter
 * @param maxDelay the longest pause
 * @param idempotentServices services whose calls may run twice
 */
public record ReconnectPolicy(Duration firstDelay, Duration maxDelay, Set<String> idempotentServices) {
    /** @throws IllegalArgumentException when a delay is not positive or {@code maxDelay} is less than the first */
    public ReconnectPolicy {
        if (firstDelay.isNegative() || firstDelay.isZero() || maxDelay.compareTo(firstDelay) < 0) {
            throw new IllegalArgumentException("reconnect delays: need 0 < firstDelay <= maxDelay, actual firstDelay="
                    + firstDelay + ", maxDelay=" + maxDelay);
        }
        idempotentServices = Set.copyOf(idempotentServices);
    }

    /** 10 ms, doubling up to 1 s; nothing is idempotent. */
    public static ReconnectPolicy standard() {
        return new ReconnectPolicy(Duration.ofMillis(10), Duration.ofSeconds(1), Set.of());
    }

    /** This policy with these services declared idempotent. */
    public ReconnectPolicy idempotent(String... services) {
        return new ReconnectPolicy(firstDelay, maxDelay, Set.of(services));
    }
}
