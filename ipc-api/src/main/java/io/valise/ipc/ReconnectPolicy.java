package io.valise.ipc;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Set;

/**
 * How a client's connection comes back after its link ended. Immutable.
 *
 * <p><b>When it dials.</b> At once when the link has ended, as long as an event handler, an offered service or a
 * {@linkplain IpcConnection#onState state listener} is registered on the connection, because those would wait in vain
 * ({@link #onUse()} forbids it). Without any, at the next request, {@code send} or subscription to a stream. The server
 * is started for these alone where the builder said {@code startIfAbsent}, not for what only listens.
 *
 * <p><b>Pauses.</b> The second attempt follows {@code firstDelay} after the first, the next ones after twice as long each,
 * up to {@code maxDelay}; each pause is up to 20 % shorter at random, so that the clients of one server do not come all at
 * once. A call that comes during a pause has it dialled at once, but never sooner than {@code firstDelay} after the attempt
 * before. The pauses begin anew with a link that lasted longer than {@code maxDelay}.
 *
 * <p><b>What waits, and what is repeated.</b> A call, {@code send} or stream that begins while there is no link waits for
 * one within its own time: its timeout, for {@code send} and streams the request timeout. A call that failed because the
 * link ended is repeated when no handler can have run ({@link Delivery#NOT_SENT}, {@link Delivery#REJECTED}) or its service
 * is declared idempotent; a stream likewise, if it has not received an item yet. Everything else ends with its status. An
 * attempt to dial that fails because the server is absent, has ended or did not answer in time ({@code ENDPOINT_NOT_FOUND},
 * {@code CONNECTION_CLOSED}, {@code PEER_DIED}, {@code TIMEOUT}), or because descriptors, threads, memory or room are used up
 * ({@code RESOURCE_EXHAUSTED}), leaves what waits for it waiting, and is its status if its time runs out first. One that is
 * refused for another reason ({@code ACCESS_DENIED}, say) ends what waits for it with that status; the dialling goes on.
 *
 * <p><b>Who the peer is.</b> Each link is made as the first one was, with all that it checks. Besides, a server must run as
 * the same user, and prove the same application ({@link PeerIdentity#applicationId()}), as the one before; another is
 * refused with {@code AUTHENTICATION_FAILED}.
 *
 * <p>A duration of more than 100 years counts as 100 years.
 *
 * @param firstDelay pause before the second attempt to dial
 * @param maxDelay the longest pause
 * @param idempotentServices services whose calls may run twice
 * @param byItself whether it dials although nothing was called, for what listens
 * @param giveUpAfter how long it dials without success before the connection ends: {@link IpcConnection#closed()} completes with the
 *     status of the last attempt then. Counted from the first attempt that failed
 * @since 0.1.0
 */
public record ReconnectPolicy(
        Duration firstDelay,
        Duration maxDelay,
        Set<String> idempotentServices,
        boolean byItself,
        Duration giveUpAfter) {
    /** @throws IllegalArgumentException when a duration is not positive or {@code maxDelay} is less than the first delay */
    public ReconnectPolicy {
        if (firstDelay.isNegative() || firstDelay.isZero() || maxDelay.compareTo(firstDelay) < 0) {
            throw new IllegalArgumentException("reconnect delays: need 0 < firstDelay <= maxDelay, actual firstDelay="
                    + firstDelay + ", maxDelay=" + maxDelay);
        }
        if (giveUpAfter.isNegative() || giveUpAfter.isZero()) {
            throw new IllegalArgumentException("giveUpAfter: must be positive, actual=" + giveUpAfter);
        }
        idempotentServices = Set.copyOf(idempotentServices);
    }

    /**
     * A policy that dials by itself and never gives up.
     *
     * @throws IllegalArgumentException when a delay is not positive or {@code maxDelay} is less than the first
     */
    public ReconnectPolicy(Duration firstDelay, Duration maxDelay, Set<String> idempotentServices) {
        this(firstDelay, maxDelay, idempotentServices, true, ChronoUnit.FOREVER.getDuration());
    }

    /** 10 ms, doubling up to 1 s; nothing is idempotent; dials by itself and never gives up. */
    public static ReconnectPolicy standard() {
        return new ReconnectPolicy(Duration.ofMillis(10), Duration.ofSeconds(1), Set.of());
    }

    /** This policy with these services, and no others, declared idempotent. */
    public ReconnectPolicy idempotent(String... services) {
        return new ReconnectPolicy(firstDelay, maxDelay, Set.of(services), byItself, giveUpAfter);
    }

    /** This policy, but dialling only when the connection is used. */
    public ReconnectPolicy onUse() {
        return new ReconnectPolicy(firstDelay, maxDelay, idempotentServices, false, giveUpAfter);
    }

    /**
     * This policy, but the connection ends after so long without success.
     *
     * @throws IllegalArgumentException when the time is not positive
     */
    public ReconnectPolicy giveUpAfter(Duration time) {
        return new ReconnectPolicy(firstDelay, maxDelay, idempotentServices, byItself, time);
    }
}
